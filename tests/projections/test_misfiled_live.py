"""Entries moved with what hangs on them: every view live = rebuilt = a plain fold, and no task is left."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.acts import Event
from domain.errors import RecordError
from domain.requests import Misfiling
from projections.catalogue import PROJECTIONS
from projections.following import Follower
from projections.projection import Projection
from projections.record_view import RecordRender
from projections.views import tasks
from store.database import Database
from tests.builders import KEEPER, LI_ID
from tests.county import County
from tests.projections.histories import Folded, folded
from tests.whole_life import Life

FOLLOWED = {"problems": "resolution", "medications": "stop", "programmes": "exit", "care-plans": "evaluation"}
REMARKS = ("quality-findings", "authenticity-checks")
ACTS = st.tuples(
    st.sampled_from((*FOLLOWED, *FOLLOWED.values(), *REMARKS, "filing", "hide", "move", "move")),
    st.integers(0, 1),  # whose
    st.integers(0, 7),  # which of the entries
)
EVERYTHING = [
    *((name, 0, which) for which, kind in enumerate(FOLLOWED) for name in (kind, FOLLOWED[kind], *REMARKS)),
    *(("move", 0, which) for which in range(len(FOLLOWED))),
]


class Moving:
    """Two residents and the entries of both, in the order in which they came."""

    def __init__(self) -> None:
        county = County(RecordRender())
        self.both = (Life(county), Life(county, county.open_record(LI_ID, "li")))
        self.entries: tuple[list[tuple[str, UUID]], ...] = ([], [])

    @property
    def events(self) -> list[Event]:
        told = (one.event for one in self.both[0].county.log.events)
        return [event for event in told if isinstance(event, Event)]

    def do(self, name: str, whose: int, which: int) -> None:
        """What is refused leaves nothing."""
        life, entries = self.both[whose], self.entries[whose]
        if name in FOLLOWED:
            changes: dict[str, Any] = (
                {"programme": "hypertension"} if name == "programmes" else {}
            )  # Any: of a form
            entries.append((name, life.add(name, **changes)))
        elif entries:
            kind, entry = entries[which % len(entries)]
            if name in REMARKS:
                life.add(name, KEEPER, about=str(entry))
            elif name in FOLLOWED.values():
                life.follow(kind, FOLLOWED[kind], entry=entry)
            elif name == "filing":
                life.follow("entries", "filing", KEEPER, entry)
            else:
                right = self.both[1 - whose].record if name == "move" else None
                misfiling = Misfiling(entry, "another's", right)
                life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)


def moved(acts: list[tuple[str, int, int]]) -> Moving:
    world = Moving()
    for act in acts:
        with suppress(RecordError):
            world.do(*act)
    return world


def followed(world: Folded, projection: Projection, events: list[Event], cut: int) -> None:
    """Built after some of the events, and live from there."""
    world.append(events[:cut])
    world.rebuild(projection)
    with world.source() as source:
        follower = Follower(projection, world.live(projection), source)
        world.append(events[cut:])
        while follower.advance(source.head()):
            pass


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=6, max_size=20), cut=st.integers(0, 60))
@example(acts=EVERYTHING, cut=40)
def test_views_agree_on_what_was_moved(
    database: Database, projection: Projection, acts: list[tuple[str, int, int]], cut: int
) -> None:
    with folded(database) as world:
        followed(world, projection, moved(acts).events, cut)
        live, tables = world.digest(projection), world.tables(projection)

        built = world.rebuild(projection)

        assert (built.compared, built.digest) == ("equal", live)
        assert world.tables(projection) == tables == world.oracle(projection)


def test_no_task_is_left_in_the_wrong_record(database: Database) -> None:
    moving = moved(EVERYTHING)
    with folded(database) as world:
        followed(world, tasks.PROJECTION, moving.events, len(moving.events) // 2)
        names = list(tasks.TASKS.columns)
        rows = [dict(zip(names, row, strict=True)) for row in world.tables(tasks.PROJECTION)["tasks"]]

    def kinds(whose: int) -> list[str]:
        own = (row for row in rows if row["record_id"] == moving.both[whose].record)
        told = [str(row["kind"]) for row in own if row["to_position"] is None]
        return sorted(kind for kind in told if kind in (tasks.UNFILED, tasks.FINDING))

    assert kinds(0) == []
    count = len(FOLLOWED)
    assert kinds(1) == sorted([tasks.FINDING] * count + [tasks.UNFILED] * 2 * count)
