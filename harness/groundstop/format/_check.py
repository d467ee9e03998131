# SPDX-License-Identifier: Apache-2.0
"""The checks of a declaration, when its class is made: each message names class and field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from groundstop.errors import DeclarationError
from groundstop.format._domains import Depends, Domain, Fits, Index, Key, Same
from groundstop.format._sites import Site, Target, UnresolvedError, resolve, table_of
from groundstop.format._spec import (
    ArrayField,
    Field,
    IntegerField,
    OctetsField,
    OffsetsField,
    RecordField,
    Role,
    UnionField,
)
from groundstop.format._wire import Wire

if TYPE_CHECKING:
    from groundstop.format._record import Record


def check_class(cls: type[Record]) -> None:
    """Check the class itself, then every path below it that it is the first to resolve."""
    fields = list(cls.__fields__.values())
    for position, field in enumerate(fields):
        try:
            _check_field(field, fields[:position], fields[position + 1 :])
        except DeclarationError as error:
            raise DeclarationError(f"{cls.__name__}.{field.attribute}: {error}") from None
    for site in Site(cls).below():
        for field in site.record.__fields__.values():
            _check_paths(cls, site, field)


def least_size(cls: type[Record]) -> int:
    """Return the fewest bytes that a record of this class takes."""
    return sum(_least(field) for field in cls.__fields__.values())


def _least(field: Field) -> int:
    if isinstance(field, IntegerField):
        return field.wire.size
    if isinstance(field, OctetsField):
        return field.fixed
    if isinstance(field, RecordField):
        return 0 if field.is_part else least_size(field.record)
    if isinstance(field, UnionField):
        return min((least_size(case) if case else 0) for case in field.cases.values())
    if isinstance(field, ArrayField) and isinstance(field.count, int):
        item = field.item.size if isinstance(field.item, Wire) else least_size(field.item)
        return field.count * item
    return 0


def _check_field(field: Field, before: list[Field], after: list[Field]) -> None:
    for kind, check in _CHECKS.items():
        if isinstance(field, kind):
            check(field, before, after)
    if _takes_all(field) and after:
        raise DeclarationError(f"takes all that is left, so {after[0].name} can never follow")


def _takes_all(field: Field) -> bool:
    return (
        (isinstance(field, OctetsField) and field.size is None)
        or (isinstance(field, ArrayField) and field.count is None)
        or (isinstance(field, RecordField) and field.is_part and field.size is None)
    )


def _named(fields: list[Field], name: str) -> Field | None:
    return next((field for field in fields if field.attribute == name), None)


def _check_integer(field: Field, before: list[Field], after: list[Field]) -> None:
    if not isinstance(field, IntegerField):
        return
    _check_numbers(field)
    domain = field.domain
    if isinstance(domain, Depends) and not isinstance(_named(before, domain.on), IntegerField):
        raise DeclarationError(f"depends on {domain.on}, which is no earlier integer field")
    if field.role is Role.COUNT:
        array = _named(after, field.of)
        if not isinstance(array, ArrayField) or array.count != field.attribute:
            raise DeclarationError(
                f"counts {field.of}, which is no later array with count={field.attribute!r}"
            )
    if field.role is Role.SIZE:
        target = _named(after, field.of)
        if not isinstance(target, OctetsField | RecordField) or target.size != field.attribute:
            raise DeclarationError(
                f"is the size of {field.of}, which is no later bytes or part "
                f"with size={field.attribute!r}"
            )
    if field.role is Role.CHECKSUM and field.first and _named(before, field.first) is None:
        raise DeclarationError(f"starts at {field.first}, which is no earlier field")


def _check_numbers(field: IntegerField) -> None:
    for what, number in (
        ("at_least", field.at_least),
        ("at_most", field.at_most),
        ("below", field.below),
        ("its constant", field.constant),
        *(("member", member) for member in field.members),
    ):
        if isinstance(number, int) and not 0 <= number <= field.wire.maximum:
            raise DeclarationError(f"{what} {number} does not fit {field.wire}")
    low, high = field.at_least, field.at_most
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise DeclarationError(f"at_least {low} is over at_most {high}")
    if field.enumeration is not None and not field.members:
        raise DeclarationError(f"{field.enumeration.__name__} has no members")


def _check_octets(field: Field, before: list[Field], after: list[Field]) -> None:
    del after
    if isinstance(field, OctetsField | RecordField) and isinstance(field.size, str):
        _check_measure(field, field.size, Role.SIZE, before)


def _check_array(field: Field, before: list[Field], after: list[Field]) -> None:
    del after
    if not isinstance(field, ArrayField):
        return
    if isinstance(field.count, str):
        _check_measure(field, field.count, Role.COUNT, before)
    if isinstance(field.item, Wire):
        return
    if least_size(field.item) == 0:
        raise DeclarationError(f"{field.item.__name__} can be empty, so it cannot be counted")
    for name in field.last:
        if not isinstance(field.item.__fields__.get(name), IntegerField):
            raise DeclarationError(f"last: {field.item.__name__} has no integer field {name}")


def _check_measure(field: Field, name: str, role: Role, before: list[Field]) -> None:
    measure = _named(before, name)
    word = role.name.lower()
    if not isinstance(measure, IntegerField):
        raise DeclarationError(f"its {word} {name} is no earlier integer field")
    if measure.role is not role or measure.of != field.attribute:
        raise DeclarationError(f"its {word} {name} does not say of={field.attribute!r}")


def _check_offsets(field: Field, before: list[Field], after: list[Field]) -> None:
    if not isinstance(field, OffsetsField):
        return
    array = _named(after, field.to)
    if not isinstance(array, ArrayField):
        raise DeclarationError(f"has offsets to {field.to}, which is no later array")
    if not isinstance(array.count, str) or _named(before, array.count) is None:
        raise DeclarationError(f"the count of {field.to} must be a field before the offsets")


def _check_union(field: Field, before: list[Field], after: list[Field]) -> None:
    del after
    if not isinstance(field, UnionField):
        return
    tag = _named(before, field.tag)
    if not isinstance(tag, IntegerField):
        raise DeclarationError(f"its tag {field.tag} is no earlier integer field")
    if not field.cases:
        raise DeclarationError("a union needs cases")
    if tag.enumeration is not None:
        for member in tag.enumeration:
            if int(member) not in field.cases:
                raise DeclarationError(f"has no case for {member!s} of its tag {field.tag}")


_CHECKS: dict[type[Field], Callable[[Field, list[Field], list[Field]], None]] = {
    IntegerField: _check_integer,
    OctetsField: _check_octets,
    RecordField: _check_octets,
    ArrayField: _check_array,
    OffsetsField: _check_offsets,
    UnionField: _check_union,
}


def _check_paths(cls: type[Record], site: Site, field: Field) -> None:
    if not isinstance(field, IntegerField):
        return
    owner = f"{site.record.__name__}.{field.attribute}"
    for check in _path_checks(site, field):
        try:
            check()
        except DeclarationError as error:
            raise DeclarationError(f"{owner}: {error}") from None
        except UnresolvedError as error:
            if cls.__root__:
                raise DeclarationError(
                    f"{owner}: refers to {error}, which no record around it has"
                ) from None


def _path_checks(site: Site, field: IntegerField) -> Iterator[Callable[[], None]]:
    for path in (field.at_least, field.at_most, field.below):
        if isinstance(path, str):
            yield _integer_at(site, path)
    for domain in (field.domain, field.usual):
        if domain is not None:
            yield from _domain_checks(site, domain)


def _domain_checks(site: Site, domain: Domain) -> Iterator[Callable[[], None]]:
    if isinstance(domain, Index | Key):
        yield _table_at(site, domain)
    elif isinstance(domain, Same | Fits):
        yield _integer_at(site, domain.path)
    elif isinstance(domain, Depends):
        for _, case in domain.cases:
            yield from _domain_checks(site, case)


def _table_at(site: Site, domain: Index | Key) -> Callable[[], None]:
    def check() -> None:
        table_of(site, domain)

    return check


def _integer_at(site: Site, path: str) -> Callable[[], None]:
    def check() -> None:
        target: Target = resolve(site, path)
        if not isinstance(target.field, IntegerField):
            raise DeclarationError(f"{path}: {target.field.name} is no integer")

    return check
