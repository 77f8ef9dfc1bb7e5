"""Tiles: the paths of the specification, and any tree, however it grew, the one that RFC 6962 defines."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.merkle import EMPTY, leaf_hash, root_hash, verify_consistency, verify_inclusion
from evidence.tiles import FULL, TileId, Tree, edge_of, tiles_of
from tests.evidence import definition

MOST = 1200
LEAVES = [b"%d" % at for at in range(MOST)]
HASHES = [leaf_hash(one) for one in LEAVES]
SIZES = st.integers(0, MOST) | st.sampled_from([255, 256, 257, 511, 512, 513, 1023, 1024, 1025])


def test_paths_are_those_of_the_specification() -> None:
    assert TileId(0, 1234067).path == "tile/0/x001/x234/067"
    assert TileId(0, 0).path == "tile/0/000"
    assert TileId(3, 999, 5).path == "tile/3/999.p/5"
    assert TileId(1, 1000, 255).path == "tile/1/x001/000.p/255"


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))

    assert sum(one.level == 0 and one.width == 256 for one in tiles) == 273
    assert [one for one in tiles if one.width < 256] == [
        TileId(0, 273, 112),
        TileId(1, 1, 17),
        TileId(2, 0, 1),
    ]
    assert [one for one in tiles if one.level == 1 and one.width == 256] == [TileId(1, 0)]
    assert list(tiles_of(256)) == [TileId(0, 0), TileId(1, 0, 1)]
    assert list(tiles_of(0)) == []


class Store:
    """Where tiles are kept, full and partial."""

    def __init__(self) -> None:
        self.tiles: dict[TileId, bytes] = {}

    def read(self, tile: TileId) -> bytes:
        if tile not in self.tiles:
            raise ProofError("a tile that is not there")
        return self.tiles[tile]

    def grow(self, growth: Growth, leaves: Sequence[bytes]) -> None:
        """As a publisher does it: full tiles for ever, partial ones at the sizes that are published."""
        for tile, data in [*growth.add(leaves), *growth.partial()]:
            assert self.tiles.setdefault(tile, data) == data


@settings(max_examples=40)
@given(st.lists(SIZES, min_size=1, max_size=5), st.data())
def test_a_tree_that_rested_anywhere_is_the_defined_one(stops: list[int], data: st.DataObject) -> None:
    store, growth, sizes = Store(), Growth(), sorted(stops)
    for size in sizes:
        store.grow(growth, HASHES[growth.size : size])
        assert growth.root() == root_hash(leaf_hashes=HASHES[:size])
        if data.draw(st.booleans()):
            growth = Growth(size, store.read)
            assert growth.root() == root_hash(leaf_hashes=HASHES[:size])
    size = sizes[-1]

    assert set(tiles_of(size)) <= set(store.tiles)
    assert set(edge_of(size)) == {tile for tile, _ in growth.partial()}
    tree = Tree(size, store.read)
    assert tree.root() == root_hash(leaf_hashes=HASHES[:size])
    if size:
        index, earlier = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
        inclusion, consistency = tree.inclusion(index), tree.consistency(earlier)
        verify_inclusion(
            leaf_hash=HASHES[index], index=index, tree_size=size, proof=inclusion, root_hash=tree.root()
        )
        verify_consistency(
            size1=earlier,
            size2=size,
            root1=root_hash(leaf_hashes=HASHES[:earlier]),
            root2=tree.root(),
            proof=consistency,
        )


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300])
def test_roots_and_proofs_out_of_tiles_are_the_defined_ones(size: int) -> None:
    store = Store()
    store.grow(Growth(), HASHES[:size])
    tree = Tree(size, store.read)

    assert tree.root() == definition.root(LEAVES[:size])
    for index in {0, size // 2, size - 1}:
        assert tree.inclusion(index) == definition.path(index, LEAVES[:size])
    for earlier in {1, size // 2 or 1, size}:
        assert tree.consistency(earlier) == definition.proof(earlier, LEAVES[:size])


def test_full_tiles_of_higher_levels_hold_the_roots_of_those_below() -> None:
    """Past 65,536 leaves there is a full tile of level 1. One leaf over and over keeps it quick."""
    growth, leaf = Growth(), leaf_hash(b"again")
    full = growth.add([leaf] * 65_537)
    by_level = {level: [data for tile, data in full if tile.level == level] for level in (0, 1, 2)}

    assert [len(by_level[level]) for level in (0, 1, 2)] == [256, 1, 0]
    assert by_level[1][0] == root_hash(leaf_hashes=[leaf] * 256) * 256
    assert growth.root() == root_hash(leaf_hashes=[leaf] * 65_537)
    assert {(tile.level, tile.width) for tile, _ in growth.partial()} == {(0, 1), (2, 1)}


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Growth().root() == Tree(0, Store().read).root() == EMPTY == definition.root([])


@given(st.integers(0, FULL - 1), st.integers(1, 255))
@settings(max_examples=25)
def test_a_tile_with_any_byte_changed_gives_another_root(at: int, change: int) -> None:
    store = Store()
    store.grow(Growth(), HASHES[:400])
    tile = bytearray(store.tiles[TileId(0, 1, 144)])
    at %= len(tile)
    tile[at] ^= change
    store.tiles[TileId(0, 1, 144)] = bytes(tile)

    assert Tree(400, store.read).root() != root_hash(leaf_hashes=HASHES[:400])


@pytest.mark.parametrize("tile", [b"", bytes(31), bytes(33), bytes(32 * 145)])
def test_a_tile_of_another_width_is_refused(tile: bytes) -> None:
    store = Store()
    store.grow(Growth(), HASHES[:400])
    store.tiles[TileId(0, 1, 144)] = tile

    with pytest.raises(ProofError):
        Tree(400, store.read).root()
