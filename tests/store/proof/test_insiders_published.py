"""Whoever changes what was published, and not the events, is found out; a log that goes on is not."""

import pytest

from store.proof import heads
from store.proof.heads import HeadList
from store.proof.rows import over
from store.proof.verify.kept import Kept
from store.proof.verify.tree import TreeCheck
from tests.store.proof import test_insiders
from tests.store.proof.insider import told
from tests.store.proof.test_insiders import SIZE, World

world = test_insiders.world


def test_what_is_published_meanwhile_is_neither_looked_at_nor_a_finding(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store(world.streams[0])
    world.publish()
    heads.make(world.db, world.log.log_no, SIZE + 1)
    begin = Kept.begin
    monkeypatch.setattr(Kept, "begin", lambda path, log, upto: begin(path, log, SIZE))  # as it was then

    assert world.found() == {}
    assert world.found(world.hold(SIZE + 1)) == {}


def test_what_others_held_of_a_smaller_log_accuses_nobody(world: World) -> None:
    """The walk stops at every checkpoint: here twice behind what is held of the last tile."""
    for streams in (world.streams[:1], world.streams[1:4]):
        for stream in streams:
            world.store(stream)
        world.publish()

    assert world.found(world.held) == {}


def test_a_tile_that_is_gone_or_has_another_root_is_found(world: World) -> None:
    flip = "UPDATE proof.tile SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE log_no = %s"
    world.insider.execute(flip, world.log.log_no)
    assert world.found()["tile"] == [1]

    world.insider.execute("DELETE FROM proof.tile WHERE log_no = %s", world.log.log_no)
    assert world.found()["tile"] == [1]


def test_without_keys_nobody_rewrites_by_dropping_the_notes(world: World) -> None:
    """Of an old checkpoint the note may be dropped; of the last one it says who vouches for all of them."""
    world.insider.execute("UPDATE proof.checkpoint SET note = '' WHERE log_no = %s", world.log.log_no)
    assert [(one.kind, one.size) for one in world.verify().findings] == [("signature", SIZE)]


def test_of_an_old_checkpoint_the_note_may_be_dropped(world: World) -> None:
    drop = "UPDATE proof.checkpoint SET note = '' WHERE log_no = %s AND size < %s"
    world.insider.execute(drop, world.log.log_no, SIZE)
    assert world.found() == {}


@pytest.mark.parametrize("harm", ["told-otherwise", "not-stored"])
def test_a_list_that_is_told_is_the_one_that_is_stored(world: World, harm: str) -> None:
    made = heads.make(world.db, world.log.log_no, SIZE)
    listed = HeadList(SIZE, made.streams, bytes(32) if harm == "told-otherwise" else made.root)
    if harm == "not-stored":
        world.insider.execute("DELETE FROM proof.head_list WHERE log_no = %s", world.log.log_no)
    found = list[tuple[str, int | None]]()
    verifiers = [one.verifier for one in world.published.signers]
    rows, log_no = over(world.db), world.log.log_no
    check = TreeCheck(
        rows,
        log_no,
        world.log.origin,
        verifiers,
        lambda one: found.append((one.kind, one.size)),
        told=[listed],
    )

    check.run(SIZE)

    assert found == [("head-list", SIZE)]


@pytest.mark.parametrize("more", [{"note": "x"}, {"v": 1.0}, {"v": True}], ids=str)
def test_an_envelope_says_what_envelopes_say_and_nothing_more(world: World, more: dict[str, object]) -> None:
    """The last event, so that no chain and no tile is broken by it."""
    world.insider.rewrite(lambda events: [*events[:-1], told(events[-1], **more)])
    assert world.found()["envelope"] == [SIZE]
