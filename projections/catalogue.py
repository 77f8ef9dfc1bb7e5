"""The projections there are, in the order in which they are shown and built."""

from projections.projection import Projection
from projections.views import roster

PROJECTIONS: dict[str, Projection] = {one.name: one for one in (roster.PROJECTION,)}
