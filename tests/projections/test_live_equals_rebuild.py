"""Whatever happened, in whatever batches it was folded: live = rebuilt = a plain fold, for every view."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from projections import following
from projections.catalogue import PROJECTIONS
from projections.following import Follower
from projections.projection import Projection
from store.database import Database
from tests.projections.histories import EVERYTHING, STEPS, folded, history


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=STEPS,
    cuts=st.lists(st.integers(0, 40), max_size=4),
    batch=st.integers(1, 9),
    kept=st.integers(0, 3),
)
@example(steps=EVERYTHING, cuts=[9, 31, 60, 90], batch=7, kept=1)
def test_live_folding_in_any_batches_equals_a_rebuild_and_a_plain_fold(
    database: Database,
    projection: Projection,
    steps: list[tuple[str, int, int]],
    cuts: list[int],
    batch: int,
    kept: int,
) -> None:
    """kept: how many folds are remembered from one batch to the next; the others are folded again."""
    events = history(steps)
    bounds = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    with pytest.MonkeyPatch.context() as patch, folded(database) as world:
        patch.setattr(following, "BATCH", batch)
        patch.setattr(following, "KEPT", kept)
        world.rebuild(projection)
        with world.source() as source:
            follower = Follower(projection, world.live(projection), source)
            for begin, end in pairwise(bounds):
                world.append(events[begin:end])
                while follower.advance(source.head()):
                    pass
        live, tables = world.digest(projection), world.tables(projection)

        built = world.rebuild(projection)

        assert built.compared == "equal", built.differences
        assert world.digest(projection) == built.digest == live
        assert world.tables(projection) == tables == world.oracle(projection)
