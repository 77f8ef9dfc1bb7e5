"""From what is asked to what is stored: forms checked, entries added, and the claims that go with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain import forms, value_sets
from domain.entries import forms_of, kind_of
from domain.errors import ContentRefused, FieldProblem, PurposeRefused, UnknownCode, UnknownEntry
from domain.forms import Form
from domain.gate import Gate, Pass, denied
from domain.identity import claim_value
from domain.institution_state import Login
from domain.ports import Claim
from domain.record import Record
from domain.record_events import CardIssued, CardReplaced
from domain.requests import NewEntry, NewSequel
from domain.sequels import sequel_of
from domain.time import CHINA
from domain.values import FormRef, IdentityDocument, JsonObject, Occurred, earliest

CARD = "card"  # the namespace of the claims on card numbers
NO_ENTRY = UUID(int=0)  # stands for an entry of a batch that was refused


@dataclass(frozen=True)
class Checked:
    """Content that satisfies its form."""

    form: FormRef
    content: JsonObject


def check(name: str, edition: str | None, occurred: Occurred, content: object) -> Checked:
    """Check content under the edition named, or the one in force when it occurred; and its codings."""
    form = _form(name, edition, occurred)
    checked = form.check(content)
    if value_sets.has_codings(form.model) and (impossible := value_sets.impossible(checked)):
        raise ContentRefused(impossible, form=form.name, edition=form.edition)
    return Checked(form.ref, checked)


def oddities(entry: NewEntry) -> list[FieldProblem]:
    """What was accepted of an entry but is worth a second look, for whoever wrote it; raises as `fill` does.

    Told from what was asked, never stored: so a repeated request is told the same.
    """
    odd = _form(form_of(entry), entry.edition, entry.occurred).warnings(entry.content)
    return [*odd, *value_sets.oddities(entry.content, civil_day(entry.occurred))]


def _form(name: str, edition: str | None, occurred: Occurred) -> Form:
    return forms.get(name, edition) if edition else forms.current(name, civil_day(occurred))


def civil_day(occurred: Occurred) -> date:
    """The day in China on which it began, by which editions are chosen."""
    return earliest(occurred).astimezone(CHINA).date()


def fill(gate: Gate, record: Record, passed: Pass, entry: NewEntry) -> UUID:
    """Check an entry and let the record decide on it. Raises what both raise, and PurposeRefused."""
    _not_for_sale(gate, record, passed, entry)
    checked = check(form_of(entry), entry.edition, entry.occurred, entry.content)
    cause = entry.cause or (entry.source_id.text if entry.source_id else None)
    act = gate.act(passed, entry.occurred, cause)
    return record.add_entry(act, entry.kind, checked.form, checked.content)


def _not_for_sale(gate: Gate, record: Record, passed: Pass, entry: NewEntry) -> None:
    """An application for a commercial purpose is refused by rule, and told to the resident.

    So it comes before the form, which names no such purpose either. Raises PurposeRefused.
    """
    purpose = entry.content.get("purpose") if isinstance(entry.content, dict) else None
    if entry.kind == "access-applications" and purpose in gate.policy.commercial:
        gate.refuse(denied(passed, "purpose-commercial"), record)
        raise PurposeRefused(gate.policy.purposes)


def follow(gate: Gate, record: Record, passed: Pass, sequel: NewSequel) -> UUID:
    """Check what follows an entry and let the record decide on it; its event's id. Raises what both raise."""
    form = sequel_of(sequel.of, sequel.name).form
    checked = check(form, sequel.edition, sequel.occurred, sequel.content)
    cause = sequel.cause or (sequel.source_id.text if sequel.source_id else None)
    act = gate.act(passed, sequel.occurred, cause)
    if not isinstance(sequel.entry, UUID):
        raise UnknownEntry(NO_ENTRY)
    record.follow(act, sequel.of, sequel.name, sequel.entry, checked.form, checked.content)
    return act.event_id


def action_of(entry: NewEntry | NewSequel) -> str:
    """What the policy is asked for it. Raises UnknownCollection, UnknownSequel."""
    if isinstance(entry, NewSequel):
        return sequel_of(entry.of, entry.name).action
    return kind_of(entry.kind).action


def claims_of(record: Record) -> list[Claim]:
    """What must be unique of all that is about to be added: card numbers."""
    numbers = (card_number(event) for event in record.pending_events)
    return [Claim(CARD, number) for number in numbers if number is not None]


def card_number(event: object) -> str | None:
    """The number of the card that an event issues, if it does."""
    if isinstance(event, CardIssued | CardReplaced):
        return str(event.content["number"])
    return None


def form_of(entry: NewEntry) -> str:
    """The form named, or the only one its collection takes."""
    known = forms_of(entry.kind)
    if entry.form is None and len(known) > 1:
        raise UnknownCode("form", known)
    return entry.form or known[0]


def sources(entries: Sequence[NewEntry | NewSequel]) -> list[Claim]:
    """The source ids that are claimed with the entries."""
    return [entry.source_id.claim for entry in entries if entry.source_id]


def identities(documents: Sequence[IdentityDocument]) -> list[Claim]:
    """The documents that no other record may hold."""
    values = (claim_value(document) for document in documents)
    return [Claim("identity", value) for value in values if value is not None]


def login_claim(login: Login) -> Claim:
    """A resident's own login."""
    return Claim("login:resident", f"{login['issuer']} {login['subject']}")
