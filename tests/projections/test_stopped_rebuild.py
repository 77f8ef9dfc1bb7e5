"""Rosters and counts of an instant are what a rebuild answers that was stopped there: by every dimension."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.acts import Event
from domain.errors import RecordError
from domain.view_scope import STATISTICS, Scope
from domain.views import CountAsked, Counted, Kept, ListAsked, Page
from projections import generations, loading
from projections.population_counts import DIMENSIONS
from projections.projection import Projection
from projections.reading import ViewReader
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from projections.views import population, roster
from store.database import READER, Database
from tests.builders import identity_number
from tests.county import County
from tests.projections.catching_up import catch_up
from tests.projections.histories import Folded, folded
from tests.projections.lives import ACTS, Lived

ON = date(2026, 6, 1)
ASKED = (roster.PROJECTION, population.PROJECTION)
RESIDENTS = 3
# Of what is known today to have been another person's, no past tells either: a rebuild stopped before that
# was known does. tests/projections/test_view_folds.py is about that.
STEPS = st.lists(
    st.tuples(
        st.integers(0, RESIDENTS - 1),
        st.sampled_from([act for act in ACTS if act not in ("misfile", "unlink")]),
        st.integers(0, 7),
        st.sampled_from((0, 40)),
    ),
    max_size=30,
)


@dataclass
class Neighbour(Lived):
    """Another resident of the county."""

    number: int = 1

    def __post_init__(self) -> None:
        self.record = self.county.open_record(identity_number("19491231", 20 + self.number), None)


@dataclass(frozen=True)
class Told:
    """All that rosters and counts answer."""

    rosters: Sequence[Page[Kept]]
    counts: Sequence[Page[Counted]]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_a_past_is_what_a_rebuild_stopped_there_would_tell(
    database: Database, steps: Sequence[tuple[int, str, int, int]], data: st.DataObject
) -> None:
    county = lived(steps)
    with stored(database, county) as (made, views):
        catch_up(made.place, {one.name: one for one in ASKED})
        position = data.draw(st.integers(1, made.stored.position()))

        then = asked(views, county, made.log.reader.log(first=position, limit=1)[0].recorded_at)

        for projection in ASKED:
            rebuild_upto(made, projection, position)
        assert asked(views, county, None) == then
        assert (
            {page.position for page in then.rosters} == {page.position for page in then.counts} == {position}
        )


def test_what_is_drawn_can_come_to_both_sexes_and_to_groups_of_every_kind(database: Database) -> None:
    county = lived([(0, "complete", 1, 0), (1, "enrol", 0, 0), (1, "basic", 1, 0), (2, "enrol", 1, 0)])
    with stored(database, county) as (made, views):
        catch_up(made.place, {one.name: one for one in ASKED})

        [counted] = [
            page
            for by, page in zip(COUNTED, asked(views, county, None).counts, strict=True)
            if by == ("sex", "group")
        ]

    assert {one.cell for one in counted.rows} == {
        ("female", "disability"),
        ("female", "elderly"),
        ("female", "type-2-diabetes"),
        ("male", "elderly"),
        ("male", "hypertension"),
    }


COUNTED = [by for many in range(len(DIMENSIONS) + 1) for by in combinations(DIMENSIONS, many)]


def lived(steps: Sequence[tuple[int, str, int, int]]) -> County:
    """What is refused is left out."""
    first = Lived()
    residents = [first, *(Neighbour(first.county, number) for number in range(1, RESIDENTS))]
    for which, act, chosen, days in steps:
        first.county.clock.move(days=days)
        with suppress(RecordError):
            residents[which].do(act, chosen)
    return first.county


@contextmanager
def stored(database: Database, county: County) -> Iterator[tuple[Folded, LogViews]]:
    """The county's log in a database, and what asks its views."""
    with folded(database) as made:
        made.append([one.event for one in county.log.events if isinstance(one.event, Event)])
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
            yield made, LogViews(reader, made.place.log_no, KeyedTokens(made.log.keys))


def asked(views: LogViews, county: County, as_of: datetime | None) -> Told:
    rosters = [
        views.roster(clinic, ListAsked(200, as_of=as_of), Scope(clinic))
        for clinic in (county.clinic, county.other_clinic)
    ]
    counts = [views.count(CountAsked("1101", by, ON), as_of, STATISTICS) for by in COUNTED]
    return Told(rosters, counts)


def rebuild_upto(made: Folded, projection: Projection, position: int) -> None:
    """Build from the log as it was when it had come this far, and let it be read."""
    with made.source() as source:
        building = generations.ask(source.db, projection, made.place.log_no)
        building = generations.prepare(source.db, projection, building, position, 2)
        for _ in loading.load_here(projection, source, building, range(2), 1.0):
            pass
        generations.index(source.db, projection, building)
        generations.switch(source.db, building, "first", lambda upto: None)
