"""The names of those who looked, for whom it was they looked at: of the institution, and of the person there.

Neither ever changes: an institution is registered once and a person enrolled once, under a name. So a list
told again years later gives the same names.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain.acts import Event
from domain.institution import Institution
from domain.ports import EventLog, Recorded


def names_of(log: EventLog, recorded: Iterable[Recorded]) -> Mapping[str, str]:
    """The names of the institutions and practitioners who did this, by their ids."""
    people = [one.event.who for one in recorded if isinstance(one.event, Event)]
    names: dict[str, str] = {}
    for key in dict.fromkeys(who["institution"] for who in people if who["institution"]):
        found = log.load(Institution, UUID(key))
        if found is not None:
            staff = {who["actor"] for who in people if who["actor"] and who["institution"] == key}
            names[key] = found.state.name
            names |= {one: held.name for one, held in found.state.practitioners.items() if one in staff}
    return names
