"""A journal is followed by insertions alone: what lies before is never folded again, however long it is."""

from collections.abc import Iterator

import pytest

from domain.ports import Recorded
from projections.following import Follower
from projections.source import Source
from projections.views import looks
from store.database import Database
from tests.projections.histories import Folded, folded, history


@pytest.fixture
def world(database: Database) -> Iterator[Folded]:
    with folded(database) as world:
        yield world


def test_a_long_stream_is_not_read_again_for_what_is_added_to_it(
    world: Folded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The follower begins anew each time, and so remembers no fold."""
    events = history([("read", 0, 0)] * 40)
    world.append(events[:30])
    world.rebuild(looks.PROJECTION)
    taken = list[int]()
    fold = looks.LooksFold.take

    def take(self: looks.LooksFold, one: Recorded) -> None:
        taken.append(one.stored.position)
        fold(self, one)

    monkeypatch.setattr(looks.LooksFold, "take", take)
    monkeypatch.setattr(Source, "lives", None)  # by which streams are read from their beginning

    for event in events[30:]:
        world.append([event])
        with world.source() as source:
            follower = Follower(looks.PROJECTION, world.live(looks.PROJECTION), source)
            while follower.advance(source.head()):
                pass

    assert taken == sorted(set(taken))
    assert world.tables(looks.PROJECTION) == world.oracle(looks.PROJECTION)


def test_what_was_looked_at_stays_when_the_content_of_the_record_is_erased(world: Folded) -> None:
    events = history([("read", 0, 0), ("list", 1, 0)])
    world.append(events)
    world.rebuild(looks.PROJECTION)
    before = world.tables(looks.PROJECTION)
    (record, *_) = (event.originator_id for event in events)

    world.log.keys.destroy(record)
    with world.source() as source:
        Follower(looks.PROJECTION, world.live(looks.PROJECTION), source).advance(source.head())

    assert any(row[1] == record for row in before["looks"])
    assert world.tables(looks.PROJECTION) == before
    world.rebuild(looks.PROJECTION)
    assert world.tables(looks.PROJECTION) == before
