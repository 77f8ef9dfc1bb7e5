"""The drawn histories reach what there is: every act is done, and every table has rows of every kind."""

from collections.abc import Collection, Mapping

import pytest

from domain import record_events as events
from domain.ports import Recorded
from projections.catalogue import PROJECTIONS
from projections.projection import Projection, Row
from projections.views import looks, population, tasks
from tests.projections.histories import EVERYTHING, history, placed
from tests.projections.lives import fold

# Of the columns that tell what kind of row it is, everything that they can tell.
TOLD: Mapping[tuple[str, str], Collection[object]] = {
    ("roster", "status"): {"open", "closed", "merged"},
    ("search", "is_former"): {True, False},
    ("tasks", "kind"): set(tasks.KINDS),
    ("population", "status"): {"unborn", "open", "closed", "merged"},
    ("population_group", "group_name"): {*population.GROUP_OF.values(), population.DISABILITY},
    ("looks", "kind"): {looks.kind_of(topic) for topic in looks.TOPICS},
}
ENDING = "to_position"  # null where it still holds


@pytest.fixture(scope="module")
def everything() -> list[Recorded]:
    return placed(history(EVERYTHING))


def rows(projection: Projection, recorded: list[Recorded]) -> dict[str, set[Row]]:
    """The rows of every stream, by table."""
    found: dict[str, set[Row]] = {table.name: set() for table in projection.tables}
    for stream in {one.stored.stream for one in recorded}:
        own = [one for one in recorded if one.stored.stream == stream and projection.takes(one.stored.topic)]
        for name, told in fold(projection, stream, own).items() if own else ():
            found[name] |= told
    return found


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
def test_every_table_has_rows_of_every_kind(projection: Projection, everything: list[Recorded]) -> None:
    found = rows(projection, everything)

    for table in projection.tables:
        columns = list(table.columns)
        assert found[table.name], table.name
        if ENDING in columns:
            is_over = {row[columns.index(ENDING)] is not None for row in found[table.name]}
            assert is_over == {True, False}, table.name
        for name in columns:
            if (kinds := TOLD.get((table.name, name))) is not None:
                assert {row[columns.index(name)] for row in found[table.name]} == kinds, (table.name, name)


def test_what_tells_the_kind_of_a_row_is_looked_at_in_every_table() -> None:
    """A new table whose rows are of several kinds says above which there are."""
    tables = {table.name: table for one in PROJECTIONS.values() for table in one.tables}

    assert {name for name, _ in TOLD} <= tables.keys()
    told = {(name, column) for name, table in tables.items() for column in table.columns}
    assert {one for one in told if one[1] in ("kind", "status", "is_former", "group_name")} == TOLD.keys()


def test_every_event_of_a_record_happens_in_it(everything: list[Recorded]) -> None:
    """So that no topic of any projection, and none that is added, goes without being folded."""
    happened = {one.stored.topic for one in everything}

    assert {topic for one in PROJECTIONS.values() for topic in one.topics or ()} <= happened
    entries = {str(vars(one)["TOPIC"]) for one in (*events.ENTRIES.values(), *events.SEQUEL_EVENTS.values())}
    assert entries <= happened


def test_an_act_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        history([("laundry", 0, 0)])
