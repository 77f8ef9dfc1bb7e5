"""Lists as of an instant, asked of a real database, equal a plain fold of the log up to that instant."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.view_scope import NOTHING, STATISTICS, Scope
from domain.views import CountAsked, ListAsked, Page, TaskAsked, ViewNotReady
from projections.as_of import position_at
from projections.reading import ViewReader
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from projections.views import population, roster, tasks
from store.database import READER, Database
from tests.projections.catching_up import catch_up
from tests.projections.histories import STEPS, Folded, Tables, folded, history

ON, FAR = date(2026, 6, 1), date(9999, 12, 30)
EVERY = (roster.PROJECTION, tasks.PROJECTION, population.PROJECTION)
Steps = list[tuple[str, int, int]]


@contextmanager
def world(database: Database, steps: Steps) -> Iterator[tuple[Folded, LogViews]]:
    """A log with this history, its views folded."""
    with folded(database) as made:
        made.append(history(steps))
        catch_up(made.place, {one.name: one for one in EVERY})
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
            yield made, LogViews(reader, made.place.log_no, KeyedTokens(made.log.keys))


def held(tables: Tables, table: str) -> set[tuple[object, ...]]:
    """What holds at the end of a fold, without its positions."""
    return {row[:-2] for row in tables[table] if row[-1] is None}


def instant_of(made: Folded, position: int) -> datetime:
    return made.log.reader.log(first=position, limit=1)[0].recorded_at


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_a_roster_and_counts_of_an_instant_are_those_of_a_fold_stopped_then(
    database: Database, steps: Steps, data: st.DataObject
) -> None:
    with world(database, steps) as (made, views):
        position = data.draw(st.integers(1, made.stored.position()))
        then = instant_of(made, position)

        stopped = made.oracle(roster.PROJECTION, position)["roster"]
        for custodian in {row[1] for row in stopped}:
            assert isinstance(custodian, UUID)
            page = views.roster(custodian, ListAsked(as_of=then), Scope(custodian))
            now = {row for row in stopped if row[1] == custodian and row[-1] is None}
            assert page.position == position
            assert {(one.record, one.status, one.area, one.since) for one in page.rows} == {
                (row[0], *row[2:5]) for row in now
            }

        people = held(made.oracle(population.PROJECTION, position), "population")
        counted = views.count(CountAsked("110101", ("status", "area", "month"), ON), then, STATISTICS)
        cells = [(row[2], row[1], row[5]) for row in people]
        assert {(one.cell, one.records) for one in counted.rows} == {
            (cell, cells.count(cell)) for cell in cells
        }


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_a_work_list_of_an_instant_is_that_of_a_fold_stopped_then_without_what_was_misfiled(
    database: Database, steps: Steps, data: st.DataObject
) -> None:
    with world(database, steps) as (made, views):
        position = data.draw(st.integers(1, made.stored.position()))
        then = instant_of(made, position)

        stopped = held(made.oracle(tasks.PROJECTION, position), "tasks")

        known = {row[3] for row in made.oracle(tasks.PROJECTION)["tasks"]}
        shown = {row for row in stopped if row[3] in known or row[3] is None}
        for institution in {row[1] for row in shown}:
            assert isinstance(institution, UUID)
            page = views.tasks(
                institution,
                TaskAsked(date.max - timedelta(days=1)),
                ListAsked(200, as_of=then),
                Scope(institution),
            )
            assert {(one.record, one.kind, one.entry, one.what, one.programme) for one in page.rows} == {
                (row[0], *row[2:6]) for row in shown if row[1] == institution and row[8] is None
            }


def test_an_instant_is_the_last_position_recorded_by_then(database: Database) -> None:
    with world(database, [("problems", 0, 0)] * 20) as (made, _):
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
            number = made.place.log_no
            rows = made.log.reader.log(first=1, limit=10**9)
            for row in rows:
                last = max(one.position for one in rows if one.recorded_at <= row.recorded_at)
                assert position_at(reader, number, roster.PROJECTION, row.recorded_at) == last
            before = rows[0].recorded_at - timedelta(microseconds=1)
            assert position_at(reader, number, roster.PROJECTION, before) == 0
            assert position_at(reader, number, roster.PROJECTION, datetime(2999, 1, 1, tzinfo=UTC)) == len(
                rows
            )


def test_a_past_that_the_view_has_not_come_to_is_waited_for_and_never_an_older_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.as_of.PATIENCE_S", 0.1)
    with world(database, [("problems", 0, 0)] * 5) as (made, _):
        folded_to, then = made.stored.position(), datetime.now(UTC)
        made.append(history([("problems", 0, 0)]))
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:

            def asked(instant: datetime) -> int:
                return position_at(reader, made.place.log_no, roster.PROJECTION, instant)

            assert asked(then) == folded_to
            for instant in (
                instant_of(made, folded_to + 1),
                datetime.now(UTC),
                datetime(2999, 1, 1, tzinfo=UTC),
            ):
                with pytest.raises(ViewNotReady):
                    asked(instant)

            monkeypatch.setattr("projections.as_of.PATIENCE_S", 60)
            catching = Thread(target=catch_up, args=(made.place, {"roster": roster.PROJECTION}))
            catching.start()
            assert asked(datetime.now(UTC)) == made.stored.position()
            catching.join()


def test_a_view_that_is_not_built_yet_says_so(database: Database) -> None:
    with folded(database) as made, closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
        views = LogViews(reader, made.place.log_no, KeyedTokens(made.log.keys))

        for ask in (
            lambda: views.roster(UUID(int=1), ListAsked(), NOTHING),
            lambda: views.roster(UUID(int=1), ListAsked(as_of=datetime.now(UTC)), NOTHING),
            lambda: views.tasks(UUID(int=1), TaskAsked(ON), ListAsked(), NOTHING),
            lambda: views.find("name", "王", UUID(int=1), ListAsked(), NOTHING),
            lambda: views.count(CountAsked("11", (), ON), None, NOTHING),
        ):
            with pytest.raises(ViewNotReady):
                _ask(ask)


def _ask(ask: object) -> Page[object]:
    assert callable(ask)
    answered: Page[object] = ask()
    return answered
