"""Patient → the record: identity, legal basis, and the basic information form."""

from collections.abc import Sequence

from domain.forms.model import Phone
from domain.identity import identity_document
from domain.requests import NewEntry, NewRecord, SourceId
from domain.values import IdentityDocument, JsonObject
from tools.fhir.life import Life
from tools.fhir.reading import LINE, code_in, day, filled, human_name, rows, rule_of, text

# administrative-gender → GB/T 2261.1. What FHIR calls "other" the national code has no word for.
SEX = {"male": "male", "female": "female", "other": "unstated"}
# v3-MaritalStatus and v3-NullFlavor → the form. Separated people are married by law.
MARITAL = {
    "S": "never-married",
    "M": "married",
    "L": "married",
    "D": "divorced",
    "W": "widowed",
    "UNK": "unstated",
}
NO_DOCUMENT = "the imported source names no document"
PHONE = rule_of(Phone)


def source_id(life: Life, local: str) -> SourceId:
    """The id of something in the life's source."""
    return SourceId(life.system, local)


def new_record(life: Life, entries: Sequence[NewEntry] = ()) -> NewRecord:
    """The record to open: kept by law from the source that kept it before (inherited)."""
    return NewRecord(
        channel="import",
        documents=[_identity(life)],
        occurred=life.born,
        legal_basis="inherited-record",
        entries=entries,
        source_id=source_id(life, life.patient.reference),
    )


def basic_information(life: Life) -> NewEntry | None:
    """The basic information form; None unless the source tells a name and a birth date.

    Address, marriage and telephone are as the source last knew them, not as they were at birth.
    """
    told = life.patient.value
    content = filled(
        name=human_name(told, "name"),
        sex=SEX.get(str(told.get("gender")), "unknown"),
        birth_date=day(told, "birthDate"),
        phone=_phone(told),
        address=_address(told),
        marital_status=MARITAL.get(code_in(told.get("maritalStatus")) or ""),
        contact_name=human_name(told.get("contact"), "name"),
    )
    if "name" not in content or "birth_date" not in content:
        return None
    claim = source_id(life, f"{life.patient.reference}#basic-information")
    return NewEntry("basic-information", content, life.last_known, source_id=claim)


def _identity(life: Life) -> IdentityDocument:
    """The source's own number of the person. Foreign numbers are no national identity."""
    for one in rows(life.patient.value, "identifier"):
        system, number = text(one, "system"), text(one, "value")
        if system and number:
            return identity_document("other", number, issuer=system)
    return identity_document("temporary", reason=NO_DOCUMENT)


def _phone(told: JsonObject | dict[str, object]) -> str | None:
    for one in rows(told, "telecom"):
        if one.get("system") == "phone" and (number := text(one, "value", rule=PHONE)):
            return number
    return None


def _address(told: JsonObject | dict[str, object]) -> str | None:
    """The first address in one line: as written, else its parts."""
    given = rows(told, "address")
    if not given:
        return None
    lines = given[0].get("line")
    parts = [*(lines if isinstance(lines, list) else [])]
    parts += [given[0].get(name) for name in ("city", "state", "postalCode", "country")]
    joined = ", ".join(part for part in parts if isinstance(part, str))
    return text(given[0], "text") or (joined if LINE.allows(joined) else None)
