"""`lifelong institution open`: the first institution and its administrator, possible once in a log's life."""

from domain.institution_state import Login
from domain.requests import NewInstitution, NewPractitioner
from store.settings import Settings
from tools.opening import open_records, operator
from tools.output import result


def run(
    settings: Settings,
    bureau: NewInstitution,
    *,
    administrator: str,
    issuer: str,
    subject: str,
    as_json: bool,
) -> None:
    """Register the county bureau. Raises AlreadyFounded; the policy takes over from here."""
    login = Login(issuer=issuer, subject=subject)
    first = NewPractitioner(administrator, login, roles=("county-administrator",))
    with open_records(settings) as opened:
        registered = opened.records.found(operator(), bureau, first)
    place = registered.answer.stored[0]
    told = {"institution": str(place.stream), "position": place.position}
    result(told, f"registered institution {place.stream} at position {place.position}", as_json=as_json)
