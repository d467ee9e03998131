# SPDX-License-Identifier: Apache-2.0
"""The base class of declarations: collects the fields, checks them, makes instances."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

from groundstop.errors import DeclarationError
from groundstop.format import _containers as containers
from groundstop.format import _fields as specifiers
from groundstop.format._build import build, computed
from groundstop.format._check import check_class
from groundstop.format._decode import decode, parse
from groundstop.format._nodes import Decoded
from groundstop.format._slots import Slot, slots_of
from groundstop.format._spec import MISSING, Field
from groundstop.format._wire import Order


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        specifiers.integer,
        specifiers.enum,
        specifiers.flags,
        specifiers.constant,
        specifiers.reserved,
        specifiers.padding,
        specifiers.count,
        specifiers.size,
        specifiers.total_size,
        specifiers.checksum,
        containers.octets,
        containers.array,
        containers.offsets,
        containers.record,
        containers.part,
        containers.union,
    ),
)
class Record:
    """A record of a file format; subclass it and say what its fields are.

    `byte_order` is that of its integers, `title` its name in the format's document,
    `root` says that this is the whole testcase: every reference in it must lead somewhere.
    Instances are mutable, compare by their fields except the derived ones (constants,
    counts, sizes, offsets, checksums), and take all others by keyword.  A derived field
    reads as the value that was decoded, or else as the one that `build` would write.
    """

    __fields__: ClassVar[Mapping[str, Field]] = {}
    __layout__: ClassVar[tuple[Slot, ...]] = ()
    __order__: ClassVar[Order] = "little"
    __title__: ClassVar[str] = ""
    __root__: ClassVar[bool] = False

    def __init_subclass__(
        cls, *, byte_order: Order = "little", title: str = "", root: bool = False
    ) -> None:
        super().__init_subclass__()
        cls.__order__ = byte_order
        cls.__title__ = title or cls.__name__.lower()
        cls.__root__ = root
        cls.__fields__ = _collect(cls)
        check_class(cls)
        cls.__layout__ = slots_of(cls.__fields__.values(), byte_order)

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - typed by dataclass_transform
        for attribute, field in type(self).__fields__.items():
            if attribute in values:
                if field.derived:
                    raise TypeError(f"{type(self).__name__}: {attribute} is computed by build()")
                self.__dict__[attribute] = values.pop(attribute)
            elif not field.derived:
                if field.default is MISSING:
                    raise TypeError(f"{type(self).__name__}: {attribute} is missing")
                self.__dict__[attribute] = field.default
        for attribute in values:
            raise TypeError(f"{type(self).__name__} has no field {attribute}")

    if not TYPE_CHECKING:  # a type checker is to know the fields, and nothing but them

        def __getattr__(self, name: str) -> object:
            field = type(self).__fields__.get(name)
            if field is None:
                raise AttributeError(f"{type(self).__name__} has no field {name}")
            if not field.derived:
                raise AttributeError(f"{type(self).__name__}.{name} was not decoded")
            return computed(self, field)

        def __setattr__(self, name: str, value: object) -> None:
            if name not in type(self).__fields__:
                raise AttributeError(f"{type(self).__name__} has no field {name}")
            self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            self.__dict__.get(name, MISSING) == other.__dict__.get(name, MISSING)
            for name, field in type(self).__fields__.items()
            if not field.derived
        )

    __hash__ = None  # type: ignore[assignment] # mutable, as dataclasses are

    def __repr__(self) -> str:
        shown = (
            f"{name}={_show(self.__dict__.get(name, MISSING))}"
            for name, field in type(self).__fields__.items()
            if not field.derived
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    @classmethod
    def decode(cls, data: bytes) -> Decoded[Self]:
        """Decode any bytes as far as they go; never raises.  The result says what is wrong."""
        return decode(cls, data)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Decode bytes that keep every rule; raise DecodeError at the first one broken."""
        return parse(cls, data)

    def build(self, *, fix: bool = True) -> bytes:
        """Encode.  Raises EncodeError naming the field where a value does not fit.

        With `fix` all derived fields are computed.  Without, derived fields that were
        decoded or assigned are written as they are, so that decode, then build, gives
        back the same bytes for whatever `parse` accepts, and damage stays damage.
        """
        return build(self, fix=fix)


def _show(value: object) -> str:
    if value is MISSING:
        return "..."
    if isinstance(value, Enum):
        name = type(value).__name__
        return f"{name}.{value.name}" if value.name else f"{name}({value.value})"
    return repr(value)


def _collect(cls: type[Record]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for base in cls.__mro__[1:]:
        fields |= getattr(base, "__fields__", {})
    annotations = inspect.get_annotations(cls)
    for attribute, value in list(cls.__dict__.items()):
        if isinstance(value, Field):
            if attribute not in annotations:
                raise DeclarationError(f"{cls.__name__}.{attribute}: has no type annotation")
            if hasattr(Record, attribute):
                raise DeclarationError(f"{cls.__name__}.{attribute}: is a name of Record's own")
            value.attribute = attribute
            value.name = attribute.rstrip("_")
            fields[attribute] = value
            delattr(cls, attribute)
    for attribute, annotation in annotations.items():
        if attribute not in fields and "ClassVar" not in str(annotation):
            raise DeclarationError(f"{cls.__name__}.{attribute}: is declared without a field")
    return fields
