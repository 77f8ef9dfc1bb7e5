"""Finding a record by what is unique about its resident: a record number, a document, or a card."""

from domain.errors import ContentRefused, FieldProblem
from domain.forms.card import CARD_NUMBER
from domain.identity import NUMBERED, claim_value, identity_document, refuse
from domain.ports import Claim, EventLog
from domain.record import Record
from domain.requests import SearchKey
from domain.values import RecordNumber

RECORD_NUMBER, CARD = "record-number", "card"
SEARCHED = (RECORD_NUMBER, CARD, *NUMBERED)  # what is unique; a temporary identity has no number


def find(log: EventLog, claim: Claim) -> Record | None:
    """The record that holds the claim. A card finds it only while it is valid."""
    stream = log.find_claim(claim.namespace, claim.value)
    record = log.load(Record, stream) if stream else None
    if record is None or (claim.namespace == CARD and not _is_valid(record, claim.value)):
        return None
    return record


def _is_valid(record: Record, number: str) -> bool:
    return any(
        card.state == "active" and (card.kept or {}).get("number") == number
        for card in record.state.standing("cards")
    )


def _card_number(text: str) -> str:
    if not CARD_NUMBER.allows(text):
        raise refuse("/value", f"must be {CARD_NUMBER.accepts}")
    return text


def claim_of(key: SearchKey) -> Claim:
    """The claim a searched-for value would hold. Raises ContentRefused naming /kind, /value or /issuer."""
    try:
        if key.kind == RECORD_NUMBER:
            return Claim(RECORD_NUMBER, RecordNumber.parse(key.value).value)
        if key.kind == CARD:
            return Claim(CARD, _card_number(key.value))
        document = identity_document(key.kind, key.value, issuer=key.issuer) if key.kind in NUMBERED else None
    except ContentRefused as refused:
        raise ContentRefused([_of_the_key(one) for one in refused.problems]) from None
    value = claim_value(document) if document else None
    if value is None:
        raise refuse("/kind", "must be one of: " + ", ".join(SEARCHED))
    return Claim("identity", value)


def _of_the_key(problem: FieldProblem) -> FieldProblem:
    """The problem with a number as the key names it."""
    is_number = problem["field"] in ("/record_number", "/number")
    return {"field": "/value" if is_number else problem["field"], "reason": problem["reason"]}
