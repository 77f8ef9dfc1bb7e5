"""The projections there are, in the order in which they are shown and built."""

from projections.projection import Projection
from projections.views import looks, population, roster, search, tasks, unusual

PROJECTIONS: dict[str, Projection] = {
    one.name: one
    for one in (
        roster.PROJECTION,
        search.PROJECTION,
        tasks.PROJECTION,
        population.PROJECTION,
        looks.PROJECTION,
        unusual.PROJECTION,
    )
}
