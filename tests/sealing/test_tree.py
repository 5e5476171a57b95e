"""Prove the tree against published vectors and the definition of RFC 9162, word for word."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.sealing.tree import (
    EMPTY_ROOT,
    Node,
    consistency_path,
    gather,
    grow,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    root,
)

# The reference leaves and roots of Certificate Transparency, used by every implementation.
CT_LEAVES = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 300)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def defined_root(entries: list[bytes]) -> bytes:
    """MTH, as RFC 9162 2.1.1 defines it, sharing nothing with the code under test."""
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\x00" + entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha(b"\x01" + defined_root(entries[:split]) + defined_root(entries[split:]))


def entries_of(size: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(size)]


def tree_of(entries: list[bytes]):
    return dict(grow(0, [leaf_hash(entry) for entry in entries], {}.__getitem__)).__getitem__


def test_the_published_roots_come_out():
    lookup = tree_of([bytes.fromhex(leaf) for leaf in CT_LEAVES])
    assert [root(size, lookup).hex() for size in range(1, 9)] == list(CT_ROOTS)
    assert root(0, lookup) == EMPTY_ROOT == sha(b"")


@given(SIZES)
def test_roots_are_those_of_the_definition(size):
    assert root(size, tree_of(entries_of(size))) == defined_root(entries_of(size))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_growing_by_batches_gives_the_tree_grown_at_once(batches):
    entries, kept = entries_of(sum(batches)), {}
    done = 0
    for batch in batches:
        hashes = [leaf_hash(entry) for entry in entries[done : done + batch]]
        kept.update(dict(grow(done, hashes, kept.__getitem__)))
        done += batch
    assert kept == dict(grow(0, map(leaf_hash, entries), {}.__getitem__))


@given(SIZES, st.data())
def test_every_entry_is_proved_and_no_other_in_its_place(size, data):
    index = data.draw(st.integers(0, size - 1))
    lookup = tree_of(entries_of(size))
    path, top = inclusion_path(index, size, lookup), defined_root(entries_of(size))
    assert is_included(leaf_hash(entries_of(size)[index]), index, size, path, top)
    assert not is_included(leaf_hash(b"another"), index, size, path, top)
    elsewhere = data.draw(st.integers(0, size - 1))
    if elsewhere != index:
        assert not is_included(leaf_hash(entries_of(size)[index]), elsewhere, size, path, top)
    assert not is_included(leaf_hash(entries_of(size)[index]), index, size, [*path, top], top)


@given(SIZES, st.data())
def test_a_log_that_grew_is_consistent_and_a_rewritten_one_is_not(second, data):
    first = data.draw(st.integers(1, second))
    entries = entries_of(second)
    one, other = defined_root(entries[:first]), defined_root(entries)
    path = consistency_path(first, second, tree_of(entries))
    assert is_consistent(first, second, one, other, path)
    altered = data.draw(st.integers(0, first - 1))
    rewritten = [b"rewritten" if n == altered else entry for n, entry in enumerate(entries)]
    forged = consistency_path(first, second, tree_of(rewritten))
    assert not is_consistent(first, second, one, defined_root(rewritten), forged)


def test_proofs_of_nothing_are_refused():
    lookup = tree_of(entries_of(4))
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_path(4, 4, lookup)
    for first in (0, 5):
        with pytest.raises(ValueError, match="first tree"):
            consistency_path(first, 4, lookup)


@given(st.integers(1, 100_000), st.data())
def test_a_proof_reads_few_subtrees(size, data):
    index = data.draw(st.integers(0, size - 1))
    asked: set[Node] = set()

    def fetch(wanted: set[Node]):
        asked.update(wanted)
        return dict.fromkeys(wanted, b"x" * 32)

    gather(lambda lookup: inclusion_path(index, size, lookup), fetch)
    assert len(asked) <= 2 * size.bit_length()
