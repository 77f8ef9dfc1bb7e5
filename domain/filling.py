"""From what is asked to what is stored: forms checked, entries added, and the claims that go with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import forms
from domain.entries import forms_of
from domain.errors import FieldProblem, UnknownCode
from domain.forms import Form
from domain.gate import Gate, Pass
from domain.identity import claim_value
from domain.institution_state import Login
from domain.ports import Claim
from domain.record import Record
from domain.requests import NewEntry
from domain.time import CHINA
from domain.values import FormRef, IdentityDocument, JsonObject, Occurred, earliest


@dataclass(frozen=True)
class Checked:
    """Content that satisfies its form."""

    form: FormRef
    content: JsonObject


def check(name: str, edition: str | None, occurred: Occurred, content: object) -> Checked:
    """Check content under the edition named, or the one in force when it occurred."""
    form = _form(name, edition, occurred)
    return Checked(form.ref, form.check(content))


def oddities(entry: NewEntry) -> list[FieldProblem]:
    """What was accepted of an entry but is worth a second look, for whoever wrote it; raises as `fill` does.

    Told from what was asked, never stored: so a repeated request is told the same.
    """
    return _form(_form_of(entry), entry.edition, entry.occurred).warnings(entry.content)


def _form(name: str, edition: str | None, occurred: Occurred) -> Form:
    on = earliest(occurred).astimezone(CHINA).date()
    return forms.get(name, edition) if edition else forms.current(name, on)


def fill(gate: Gate, record: Record, passed: Pass, entry: NewEntry) -> UUID:
    """Check an entry and let the record decide on it. Raises what both raise."""
    checked = check(_form_of(entry), entry.edition, entry.occurred, entry.content)
    cause = entry.cause or (entry.source_id.text if entry.source_id else None)
    act = gate.act(passed, entry.occurred, cause)
    return record.add_entry(act, entry.kind, checked.form, checked.content)


def _form_of(entry: NewEntry) -> str:
    """The form named, or the only one its collection takes."""
    known = forms_of(entry.kind)
    if entry.form is None and len(known) > 1:
        raise UnknownCode("form", known)
    return entry.form or known[0]


def sources(entries: Sequence[NewEntry]) -> list[Claim]:
    """The source ids that are claimed with the entries."""
    return [entry.source_id.claim for entry in entries if entry.source_id]


def identities(documents: Sequence[IdentityDocument]) -> list[Claim]:
    """The documents that no other record may hold."""
    values = (claim_value(document) for document in documents)
    return [Claim("identity", value) for value in values if value is not None]


def login_claim(login: Login) -> Claim:
    """A resident's own login."""
    return Claim("login:resident", f"{login['issuer']} {login['subject']}")
