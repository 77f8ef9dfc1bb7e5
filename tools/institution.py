"""`lifelong institution open`: a county bureau and its administrator, above all the first of a log."""

from domain.application import Records
from domain.errors import CallerUnknown
from domain.institution_errors import AlreadyFounded
from domain.institution_state import Login
from domain.ports import Answer
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
    """Register a bureau. Raises AlreadyFounded if the log holds one and this account is nobody there."""
    login = Login(issuer=issuer, subject=subject)
    first = NewPractitioner(administrator, login, roles=("county-administrator",))
    with open_records(settings) as opened:
        place = register(opened.records, bureau, first).stored[0]
    told = {"institution": str(place.stream), "position": place.position}
    result(told, f"registered institution {place.stream} at position {place.position}", as_json=as_json)


def register(records: Records, bureau: NewInstitution, first: NewPractitioner) -> Answer:
    """As the founder in a log without institutions; later as whatever the account is by then."""
    try:
        return records.found(operator(), bureau, first).answer
    except AlreadyFounded as founded:
        try:
            registered = records.register_institution(operator(), bureau)
        except CallerUnknown:
            raise founded from None
    records.enrol_practitioner(operator(), registered.institution, first)
    return registered.answer
