"""What a record asks of an entry, or of what follows one, besides its form: one small rule for each kind.

Rules look at the state and at what is about to be written; they change nothing and raise what they refuse.
"""

from collections.abc import Mapping
from uuid import UUID

from domain.age_bands import CAPACITY
from domain.deciding import (
    INCAPACITY,
    EntryRule,
    Proposed,
    SequelRule,
    below,
    may_decide,
    not_ones_own,
)
from domain.deciding import SPEAKERS as SPEAKERS
from domain.entries import CARD_NEEDS, KINDS, PROGRAMMES, STATUTORY, programme_of, subject
from domain.erasure_rules import may_order
from domain.errors import (
    AllergyAlreadyRecorded,
    AlreadyEnrolled,
    NotEnrolled,
    RecordClosed,
    UnknownEntry,
    UnknownProgramme,
)
from domain.grant_errors import TermRefused
from domain.grant_rules import ACCESS_ENTRY_RULES, ACCESS_SEQUEL_RULES, amendable, by_own_hand
from domain.identity import refuse
from domain.record_errors import (
    AlreadyBorn,
    CardNotReady,
    CardStillValid,
    ConsentWithdrawn,
    EntryAlreadyFiled,
    IdentityInDispute,
    NotAddressed,
    NotBorn,
    ReadingRefused,
    RecordMerged,
    RepresentationRefused,
)
from domain.record_state import EntryState, RecordState
from domain.referral_terms import TERMS
from domain.values import Occurred, earliest, latest

UNBORN_TAKES = ("births", "relationships", "documents", "statements", "encounters", "quality-findings")


def admit(state: RecordState, proposed: Proposed) -> None:
    """Raise what keeps any entry of this kind out: merged, closed, not yet born, consent withdrawn."""
    kind = KINDS[proposed.kind]
    if state.merged_into is not None and kind.is_care:
        raise RecordMerged(UUID(state.merged_into))
    still_open(state, proposed.kind, proposed.act.occurred)
    if state.is_unborn and proposed.kind not in UNBORN_TAKES:
        raise NotBorn
    if state.is_withdrawn and kind.is_voluntary and not _is_prescribed(proposed):
        raise ConsentWithdrawn


def still_open(state: RecordState, kind: str, occurred: Occurred) -> None:
    """Raise RecordClosed of care that certainly came after the closing."""
    since = state.closed_since
    if since is not None and KINDS[kind].is_care and earliest(occurred) > latest(since):
        raise RecordClosed


def accept(state: RecordState, proposed: Proposed) -> None:
    """Raise what the rule of its kind refuses."""
    if KINDS[proposed.kind].is_about_access:
        by_own_hand(proposed.act)
    ENTRY_RULES.get(proposed.kind, _nothing)(state, proposed)


def may_follow(state: RecordState, entry: EntryState, name: str, proposed: Proposed) -> None:
    """Raise what the rule of the sequel refuses."""
    rule = SEQUEL_RULES.get(name, _nothing_follows)
    if KINDS[entry.kind].is_about_access:
        by_own_hand(proposed.act)
        rule = ACCESS_SEQUEL_RULES.get(name, rule)
    rule(state, entry, proposed)


def undisputed(state: RecordState) -> None:
    """Raise IdentityInDispute while it is."""
    if any(entry.state == "open" for entry in state.standing("identity-disputes")):
        raise IdentityInDispute


def _nothing(state: RecordState, proposed: Proposed) -> None:
    """Most kinds ask for nothing more."""


def _nothing_follows(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """Most sequels ask for nothing more."""


def _is_prescribed(proposed: Proposed) -> bool:
    """Whether law or need asks for it, whatever the resident agreed to."""
    if proposed.act.purpose in ("emergency", "public_health"):
        return True
    if proposed.kind == "programmes":
        return proposed.content["programme"] in STATUTORY
    return proposed.kind == "follow-ups" and programme_of(proposed.form["name"]) in STATUTORY


def _programme(state: RecordState, proposed: Proposed) -> None:
    programme, own = str(subject(proposed.kind, proposed.content)), _text(proposed.own)
    if programme not in PROGRAMMES:
        raise UnknownProgramme
    before = state.entry(proposed.own) if proposed.own else None
    if before is not None and before.state != "active":
        return  # one that ended stands beside the next
    if (entry := state.enrolments.get(programme, own)) != own:
        raise AlreadyEnrolled(UUID(entry))


def _allergy(state: RecordState, proposed: Proposed) -> None:
    """Active once only, as its own institution tells it; what others know of it stands beside that."""
    if proposed.act.who["institution"] not in (None, state.custodian):
        return
    substance, own = str(subject(proposed.kind, proposed.content)), _text(proposed.own)
    if (entry := state.allergies.get(substance, own)) != own:
        raise AllergyAlreadyRecorded(UUID(entry))


def _follow_up(state: RecordState, proposed: Proposed) -> None:
    """Within the programme, or entered late from the time before its exit."""
    programme = programme_of(proposed.form["name"])
    if proposed.own is not None or programme in state.enrolments:
        return
    ended = [one.ended for one in state.standing("programmes") if one.subject == programme]
    if not any(end and earliest(proposed.act.occurred) <= latest(end) for end in ended):
        raise NotEnrolled


def _birth(state: RecordState, proposed: Proposed) -> None:
    if proposed.own is None and not state.is_unborn:
        raise AlreadyBorn


def _reading(state: RecordState, proposed: Proposed) -> None:
    """A receiver elsewhere, until a day in its term when it is issued, or corrected to another day."""
    before = state.entry(proposed.own) if proposed.own else None
    if proposed.content["to"] in (state.custodian, proposed.act.who["institution"]):
        raise ReadingRefused("/content/to")
    until = str(proposed.content["until"])
    latest_end = TERMS[proposed.kind].latest_end(proposed.day).isoformat()
    if before is not None and (before.kept or {}).get("until") == until:
        return
    if until < proposed.day.isoformat():
        raise ReadingRefused("/content/until")
    if until > latest_end:
        raise TermRefused("/content/until", latest_end)


def _resident_decides(state: RecordState, proposed: Proposed) -> None:
    """A correction decides nothing anew."""
    if proposed.own is None:
        may_decide(state, proposed.act, proposed.content.get("by"), "/content/by")


def _about(field: str) -> EntryRule:
    """A rule that the entry named in a field is there."""

    def rule(state: RecordState, proposed: Proposed) -> None:
        named = proposed.content.get(field)
        if named is not None and not _stands(state, str(named)):
            raise UnknownEntry(UUID(str(named)))

    return rule


def _both(*rules: EntryRule) -> EntryRule:
    def rule(state: RecordState, proposed: Proposed) -> None:
        for one in rules:
            one(state, proposed)

    return rule


def _appointed(state: RecordState, proposed: Proposed) -> None:
    not_ones_own(proposed.act, proposed.content.get("login"), "/content/login")


def _guardian(state: RecordState, proposed: Proposed) -> None:
    """Of age, one has a guardian only by incapacity."""
    is_minor = below(state, CAPACITY, proposed.day) is not None
    known = state.birth_date is not None
    if known and not is_minor and proposed.content.get("basis") not in INCAPACITY:
        raise RepresentationRefused("/content/basis")


def _heir(state: RecordState, proposed: Proposed) -> None:
    if proposed.content.get("capacity") == "heir" and state.closed_because != "death":
        raise RepresentationRefused("/content/capacity")


def _card(state: RecordState, proposed: Proposed) -> None:
    """Issued when the identity is clear, the basic information complete, and no other card is valid.

    Its number stays when it is corrected: it is what the card bears, and what finds the record.
    """
    undisputed(state)
    if proposed.own is None:
        _no_other_card(state)
    elif _number(state.entry(proposed.own)) != proposed.content["number"]:
        raise refuse("/number", "must stay: a card of another number replaces this one")
    told = {name for entry in state.standing("basic-information") for name in entry.kept or ()}
    if missing := [name for name in CARD_NEEDS if name not in told]:
        raise CardNotReady(missing)


def _no_other_card(state: RecordState, but: EntryState | None = None) -> None:
    if any(card.state == "active" and card is not but for card in state.standing("cards")):
        raise CardStillValid


def _number(card: EntryState | None) -> object:
    return (card.kept or {}).get("number") if card else None


def _replaced(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """A new card, as one that is issued: not while the identity is in dispute or another card is valid."""
    undisputed(state)
    _no_other_card(state, but=entry)


def _addressed(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    if (entry.kept or {}).get("to") != proposed.act.who["institution"]:
        raise NotAddressed


def _unfiled(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    if proposed.own is None:
        return
    amendable(entry, proposed.own)
    if entry.is_filed:
        raise EntryAlreadyFiled(proposed.own)


def _decided(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """Taken back by who speaks for the resident; on paper, where staff write it down for them."""
    if "by" in proposed.content:
        _on_paper(state, proposed)
        may_decide(state, proposed.act, proposed.content["by"], "/content/by")


def _on_paper(state: RecordState, proposed: Proposed) -> None:
    """What tells the resident less, or others more, staff write down from a signed paper only."""
    if proposed.act.who["role"] not in SPEAKERS and not proposed.content.get("paper"):
        raise RepresentationRefused("/content/paper")


def _stands(state: RecordState, entry_id: str) -> bool:
    entry = state.entries.get(entry_id)
    return entry is not None and entry.stands


def _text(entry_id: UUID | None) -> str | None:
    return str(entry_id) if entry_id is not None else None


ENTRY_RULES: Mapping[str, EntryRule] = {
    "programmes": _programme,
    "allergies": _allergy,
    "follow-ups": _follow_up,
    "births": _birth,
    "referrals": _reading,
    "consultations": _reading,
    "consent-withdrawals": _resident_decides,
    "research-opt-outs": _resident_decides,
    "restrictions": _resident_decides,
    "statements": _both(_resident_decides, _about("about")),
    "correction-requests": _both(_resident_decides, _about("entry")),
    "quality-findings": _about("about"),
    "authenticity-checks": _about("about"),
    "guardians": _both(_appointed, _guardian),
    "representatives": _both(_appointed, _heir),
    "cards": _card,
    "notice-rules": _both(_on_paper, _resident_decides),
    **ACCESS_ENTRY_RULES,
    "erasure-orders": may_order,
}

SEQUEL_RULES: Mapping[str, SequelRule] = {
    "acceptance": _addressed,
    "decline": _addressed,
    "return": _addressed,
    "replacement": _replaced,
    "opinion": _addressed,
    "filing": _unfiled,
    "lifting": _decided,
    "ending": _decided,
}
