"""The base of statistics: how many residents of which area, status, sex, age and group, at any position.

It names nobody. Of the birth it holds the month, which ages are counted by. A fact holds from `from_position`
until `to_position`, as in the roster.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final
from uuid import UUID

from domain import record_events as events
from domain.entries import FORMS, PERSONAL
from domain.scalars import JsonObject
from domain.time import CHINA
from domain.values import earliest
from projections.ledger import Ledger
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import COUNTED
from projections.standing import Standing
from projections.standing_fold import StandingFold, Step
from projections.tables import table

_GROUPS = table("population")
GROUP_OF: Final[Mapping[str, str]] = {one["programme"]: one["group"] for one in _GROUPS["enrolled"]}
DISABILITY: Final[str] = _GROUPS["disabled"]["group"]

POPULATION = Table(
    "population",
    {
        "record_id": "uuid",
        "area": "text",
        "status": "text",  # unborn, open, closed, merged
        "sex": "text",  # male, female; null: not told
        "birth_month": "text",  # YYYY-MM, its first where only the year is told; null: not told
        "opened_month": "text",  # in which the record was opened
        "from_position": "int8",
        "to_position": "int8",
    },
    indexes=("(area, from_position)",),
    scope=COUNTED,
)
GROUP = Table(
    "population_group",
    {
        "record_id": "uuid",
        "group_name": "text",  # as projections/data/population.toml names it; ages are counted, not held
        "from_position": "int8",
        "to_position": "int8",
    },
    indexes=("(group_name, record_id)",),
    scope=COUNTED,
)
MONTH = len("YYYY-MM")


class PopulationFold(StandingFold):
    """What one record counts as."""

    def __init__(self, record: UUID, tokens: Tokens) -> None:
        super().__init__(record, keep)

    def restart(self) -> None:
        super().restart()
        self.groups = Ledger()

    def note(self, step: Step, entry: Standing | None) -> None:
        position, resident = step.position, self.resident
        if resident.opened is None:
            return
        birth_date, sex = resident.person
        month = f"{birth_date}-01"[:MONTH] if birth_date else None
        opened = earliest(resident.opened).astimezone(CHINA).date().isoformat()[:MONTH]
        person = (self.record, resident.area, resident.status, sex, month, opened)
        self.ledger.hold("person", [person], position)
        self.groups.hold("groups", ((self.record, group) for group in set(self._groups())), position)

    def rows(self) -> Mapping[str, Collection[Row]]:
        return {"population": self.ledger.rows(), "population_group": self.groups.rows()}

    def _groups(self) -> Iterator[str]:
        for enrolment in self.resident.standing("programmes"):
            if enrolment.state == "active" and (group := GROUP_OF.get(str(enrolment.content["programme"]))):
                yield group
        told = self.resident.newest("basic-information")
        if told is not None and told.content.get("disabilities") not in (None, ["none"]):
            yield DISABILITY


def keep(form: str, content: JsonObject) -> JsonObject:
    """Of an entry what is counted."""
    if form in PERSONAL or form == "programme-enrolment":
        names = ("birth_date", "born_on", "sex", "disabilities", "programme")
        return {name: content[name] for name in names if name in content}
    return {}


_ENTRIES = [kind for kind, forms in FORMS.items() if {*forms} & {*PERSONAL, "programme-enrolment"}]

PROJECTION = Projection(
    name="population",
    version=1,
    tables=(POPULATION, GROUP),
    begin=PopulationFold,
    topics=frozenset(
        str(vars(one)["TOPIC"])
        for one in (
            *(events.ENTRIES[kind] for kind in _ENTRIES),
            events.SEQUEL_EVENTS["programmes", "exit"],
            events.Created,
            events.IdentityLinked,
            events.IdentityUnlinked,
            events.NumberGiven,
            events.Closed,
            events.Reopened,
            events.Merged,
            events.Unmerged,
            events.EntryCorrected,
            events.EntryRetracted,
            events.EntryMisfiled,
        )
    ),
)
