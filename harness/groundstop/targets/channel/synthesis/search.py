# SPDX-License-Identifier: Apache-2.0
"""Find a value that a pattern program matches, and one that it does not.

Both are breadth-first, so what is found is a shortest one, and both are proofs when they
come to their end without finding any.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from groundstop.targets.channel.synthesis.machine import Ahead, Behind, Machine, mask_of

__all__ = ["Found", "find_match", "find_miss", "find_reaching", "never_misses", "pick"]

# Instructions that one search may execute: a second or two at the very worst.
_MATCH_EFFORT = 500_000
_MISS_EFFORT = 100_000
_REACH_EFFORT = 50_000
_MOST_REACHING = 16  # values that `find_reaching` returns

_PREFERRED = b"aebcdfghijklmnopqrstuvwxyzAEBCDFGHIJKLMNOPQRSTUVWXYZ0123456789 .-/\\:"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: a value, or none, and whether that is proven."""

    value: bytes | None
    proven: bool


def pick(members: int) -> int:
    """Return the byte of a set (not empty) that people read most easily."""
    for value in _PREFERRED:
        if members >> value & 1:
            return value
    printable = members & mask_of(range(0x20, 0x7F))
    members = printable or members
    return (members & -members).bit_length() - 1


def find_match(machine: Machine) -> Found:
    """Find a shortest value that contains a match.

    One thread of the program at a time: a value matches when one thread gets to `match`,
    whatever the others do.  So there are no more states than instructions times what can
    be behind them, and the search ends.
    """
    queue: deque[tuple[int, Behind, bytes]] = deque([(0, Behind.START, b"")])
    # A match may begin behind one byte of any kind, and more than one changes nothing.
    queue += [
        (0, ahead.then, bytes([pick(ahead.bytes)])) for ahead in Ahead if ahead is not Ahead.END
    ]
    seen = {(at, behind) for at, behind, _ in queue}
    best: bytes | None = None
    effort = 0
    while queue and (best is None or len(queue[0][2]) < len(best)):
        at, behind, value = queue.popleft()
        for ahead in machine.kinds(behind):
            executed = machine.closure((at,), behind, ahead)
            effort += len(executed)
            if machine.matches(executed):
                if ahead is Ahead.END:
                    return Found(value, proven=True)
                best = best or value + bytes([pick(ahead.bytes)])
            for each in executed:
                members = machine.consumes[each] & ahead.bytes
                if members and (each + 1, ahead.then) not in seen:
                    seen.add((each + 1, ahead.then))
                    queue.append((each + 1, ahead.then, value + bytes([pick(members)])))
        if effort > _MATCH_EFFORT:
            return Found(best, proven=best is not None)
    return Found(best, proven=True)


def find_reaching(machine: Machine) -> list[bytes]:
    """Return a few values that together have as many instructions executed as one search finds.

    As in `find_match` one thread at a time: the search tells for each instruction a shortest
    value that comes to it.  Longer ones come to more, and are tried first.
    """
    queue: deque[tuple[int, Behind, bytes]] = deque([(0, Behind.START, b"")])
    seen = {(0, Behind.START)}
    executing: dict[int, bytes] = {}  # by instruction a value that comes to it
    consuming: dict[int, bytes] = {}  # one that goes past it as well
    effort = 0
    while queue and effort <= _REACH_EFFORT:
        at, behind, value = queue.popleft()
        for ahead in machine.kinds(behind):
            executed = machine.closure((at,), behind, ahead)
            effort += len(executed)
            following = bytes([pick(ahead.bytes)]) if ahead.bytes else b""
            for each in executed:
                members = machine.consumes[each] & ahead.bytes
                executing.setdefault(each, value + following)
                if members:
                    longer = value + bytes([pick(members)])
                    consuming.setdefault(each, longer)
                    if (each + 1, ahead.then) not in seen:
                        seen.add((each + 1, ahead.then))
                        queue.append((each + 1, ahead.then, longer))
    values: list[bytes] = []
    reached: set[int] = set()
    for at, value in sorted((executing | consuming).items(), key=lambda item: -len(item[1])):
        if at not in reached and len(values) < _MOST_REACHING:
            reached |= machine.executed(value)
            values.append(value)
    return values


def find_miss(machine: Machine) -> Found:
    """Find a shortest value that contains no match.

    Every thread counts here, so the states are sets of positions, with one byte for all
    those that no instruction tells apart.  There may be very many: the search is bounded.
    """
    groups = _groups(machine)
    queue: deque[tuple[frozenset[int], Behind, bytes]] = deque([(frozenset(), Behind.START, b"")])
    seen = {(frozenset[int](), Behind.START)}
    effort = 0
    while queue:
        due, behind, value = queue.popleft()
        for ahead in machine.kinds(behind):
            executed = machine.closure(due | {0}, behind, ahead)
            effort += len(executed)
            if machine.matches(executed):
                continue
            if ahead is Ahead.END:
                return Found(value, proven=True)
            for byte in groups[ahead]:
                then = frozenset(at + 1 for at in executed if machine.consumes[at] >> byte & 1)
                effort += len(executed)
                if (then, ahead.then) not in seen:
                    seen.add((then, ahead.then))
                    queue.append((then, ahead.then, value + bytes([byte])))
        if effort > _MISS_EFFORT:
            return Found(None, proven=False)
    return Found(None, proven=True)


def never_misses(machine: Machine) -> bool:
    """Return whether it is proven that the program matches every value."""
    found = find_miss(machine)
    return found.proven and found.value is None


def _groups(machine: Machine) -> dict[Ahead, list[int]]:
    """Return for each kind of byte one of every group that the program does not tell apart."""
    consumed = sorted(set(machine.consumes) - {0})
    found = {}
    for ahead in Ahead:
        parts = [ahead.bytes] if ahead.bytes else []
        for members in consumed:
            parts = [half for part in parts for half in (part & members, part & ~members) if half]
        found[ahead] = [pick(part) for part in parts]
    return found
