"""Hash a log into a tree and prove places in it (RFC 9162, sections 2.1.1 to 2.1.4).

The tree is kept as its *complete subtrees*: ``Node(level, number)`` covers the leaves from
``number * 2**level`` on, ``2**level`` of them. They never change once complete, so a proof over
a million leaves reads some twenty of them, and nothing is ever recomputed from the start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

EMPTY_ROOT = hashlib.sha256(b"").digest()
LEAF, INNER = b"\x00", b"\x01"
Answer = TypeVar("Answer")


class Node(NamedTuple):
    """The place of a complete subtree: 0 is the level of leaves."""

    level: int
    number: int


Lookup = Callable[[Node], bytes]
Fetch = Callable[[set[Node]], Mapping[Node, bytes]]


def leaf_hash(content: bytes) -> bytes:
    """Hash an entry; the prefix keeps an entry from passing for a pair of subtrees."""
    return hashlib.sha256(LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into the one above."""
    return hashlib.sha256(INNER + left + right).digest()


def grow(size: int, leaves: Iterable[bytes], lookup: Lookup) -> Iterator[tuple[Node, bytes]]:
    """Append leaf hashes to a tree of ``size`` leaves; give every subtree completed by them.

    Each leaf is given as a node of level 0, then the levels above that it completes. ``lookup``
    is asked for subtrees completed earlier, at most one a level.
    """
    fresh: dict[Node, bytes] = {}
    for index, hashed in enumerate(leaves, start=size):
        node = Node(0, index)
        fresh[node] = hashed
        yield node, hashed
        while node.number % 2:
            left = Node(node.level, node.number - 1)
            hashed = node_hash(fresh[left] if left in fresh else lookup(left), hashed)
            node = Node(node.level + 1, node.number // 2)
            fresh[node] = hashed
            yield node, hashed


def root(size: int, lookup: Lookup) -> bytes:
    """Give the root of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _range(0, size, lookup)


def inclusion_path(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """Give the hashes that lead from leaf ``index`` to the root of ``size`` leaves.

    Raises
    ------
    ValueError
        The tree of that size holds no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(middle, end, lookup))
            end = middle
        else:
            path.append(_range(start, middle, lookup))
            start = middle
    return path[::-1]


def consistency_path(first: int, second: int, lookup: Lookup) -> list[bytes]:
    """Give the hashes that prove the tree of ``second`` leaves extends that of ``first``.

    Raises
    ------
    ValueError
        The first size is not between 1 and the second.
    """
    if not 0 < first <= second:
        raise ValueError("the first tree must not be empty nor larger than the second")
    path: list[bytes] = []
    start, end, is_whole = 0, second, True
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_range(middle, end, lookup))
            end = middle
        else:
            path.append(_range(start, middle, lookup))
            start, is_whole = middle, False
    if not is_whole:
        path.append(_range(start, end, lookup))
    return path[::-1]


def gather(ask: Callable[[Lookup], Answer], fetch: Fetch) -> Answer:
    """Ask a question of a stored tree with one reading of the store.

    The question is run once to learn which subtrees it reads, and again on what was fetched.
    """
    wanted: set[Node] = set()

    def note(node: Node) -> bytes:
        wanted.add(node)
        return b""

    ask(note)
    found = fetch(wanted)
    return ask(lambda node: found[node])


def is_included(hashed: bytes, index: int, size: int, path: list[bytes], expected: bytes) -> bool:
    """Tell whether a path leads from a leaf to a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            hashed = node_hash(sibling, hashed)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            hashed = node_hash(hashed, sibling)
        node, last = node // 2, last // 2
    return last == 0 and hashed == expected


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: list[bytes]
) -> bool:
    """Tell whether a path proves that one tree extends another (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    node, last = first - 1, second - 1
    while node % 2:
        node, last = node // 2, last // 2
    one = other = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            one, other = node_hash(step, one), node_hash(step, other)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            other = node_hash(other, step)
        node, last = node // 2, last // 2
    return last == 0 and one == first_root and other == second_root


def _split(size: int) -> int:
    """Give the largest power of two smaller than a size."""
    return 1 << (size - 1).bit_length() - 1


def _range(start: int, end: int, lookup: Lookup) -> bytes:
    """Hash the leaves of a range that begins where a subtree of its size may begin."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return lookup(Node(level, start >> level))
    middle = start + _split(size)
    return node_hash(_range(start, middle, lookup), _range(middle, end, lookup))
