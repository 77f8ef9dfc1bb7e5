"""What a record asks of those who would see it, and of those who let them: two decisions by two persons.

An application is decided by the institution that keeps the record and by the resident, or whoever speaks for
them; neither is who applied. Nothing of it is ever corrected, so nothing that was decided can be widened.
"""

from collections.abc import Mapping
from datetime import date
from typing import cast
from uuid import UUID

from domain.access_terms import APPLICATION, DISCLOSURE, Term
from domain.acts import Act
from domain.age_bands import CAPACITY, PERSONAL_DATA
from domain.deciding import SPEAKERS, EntryRule, Proposed, SequelRule, below, may_decide, speaks_as
from domain.entries import KINDS
from domain.grant_errors import (
    AnotherPersonDecides,
    ApplicantRefused,
    NeverAmended,
    NoEmergency,
    NotTheApplicant,
    OwnHand,
    TermRefused,
)
from domain.record_errors import RepresentationRefused
from domain.record_state import EntryState, Party, RecordState
from domain.values import Who

PAPER = "/content/paper"
CONFIDED = "reproductive-health"  # the class whose entries an adolescent keeps from their parents


def amendable(entry: EntryState, entry_id: UUID) -> None:
    """Raise NeverAmended of an entry about access."""
    if KINDS[entry.kind].is_about_access:
        raise NeverAmended(entry_id)


def by_own_hand(act: Act) -> None:
    """Raise OwnHand where one person types for another: then nobody could tell the two apart later."""
    if act.who["entered_by"] not in (None, act.who["actor"]):
        raise OwnHand


def _application(state: RecordState, proposed: Proposed) -> None:
    """From outside, by the institution that is to read, in an acceptable term."""
    to = proposed.content["to"]
    if to != proposed.act.who["institution"] or to == state.custodian:
        raise ApplicantRefused("/content/to")
    _in_term(APPLICATION, proposed, date.fromisoformat(str(proposed.content["since"])))


def _disclosure(state: RecordState, proposed: Proposed) -> None:
    _in_term(DISCLOSURE, proposed, proposed.day)


def _in_term(term: Term, proposed: Proposed, begins: date) -> None:
    latest_begin, until = term.latest_begin(proposed.day), date.fromisoformat(str(proposed.content["until"]))
    if begins > latest_begin:
        raise TermRefused("/content/since", latest_begin.isoformat())
    latest_end = term.latest_end(begins)
    if not proposed.day <= until <= latest_end:
        raise TermRefused("/content/until", latest_end.isoformat())


def _emergency(state: RecordState, proposed: Proposed) -> None:
    if state.closed_because == "death":
        raise NoEmergency


def _approved(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    another_than(entry, proposed.act.who, "begun")


def _agreed(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """By somebody who may, themselves or on the paper that another person typed in."""
    another_than(entry, proposed.act.who, "begun", "approval")
    _resident_side(state, entry, proposed)
    if not _is_spoken_for(state, proposed) or _is_confided(state, entry, proposed):
        raise RepresentationRefused("/content/by")


def _is_confided(state: RecordState, entry: EntryState, proposed: Proposed) -> bool:
    """Whether others would open what an adolescent confided: parents do not read it, nor let others do so."""
    day = proposed.act.told_on or proposed.day
    is_adolescent = below(state, CAPACITY, day) is not None and below(state, PERSONAL_DATA, day) is None
    opens = cast("list[str]", (entry.kept or {}).get("sensitive") or [])
    return is_adolescent and CONFIDED in opens and proposed.content["by"] != "resident"


def _resident_side(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """Decided by the resident's side; on paper, where staff write it down for them."""
    if proposed.act.who["role"] not in SPEAKERS and not proposed.content.get("paper"):
        raise RepresentationRefused(PAPER)
    may_decide(state, proposed.act, proposed.content["by"], "/content/by")


def _is_spoken_for(state: RecordState, proposed: Proposed) -> bool:
    """Whether somebody speaks for the resident as it is said: on the day of the paper, and still today.

    What the dead or who came of age had signed for them opens nothing any more: it is asked for anew.
    """
    if (proposed.content["by"] == "heir") is not (state.closed_because == "death"):
        return False
    days = {proposed.day, proposed.act.told_on or proposed.day}
    return all(_speaks(state, proposed.content["by"], day) for day in days)


def _speaks(state: RecordState, by: object, on: date) -> bool:
    """Whether there is such a person on a day; of a minor there always is a guardian."""
    if by == "resident" or (by == "guardian" and below(state, CAPACITY, on) is not None):
        return True
    return any(by == speaks_as(state, one, on) for one in state.standing("guardians", "representatives"))


def _withdrawn(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    if (entry.kept or {}).get("to") != proposed.act.who["institution"]:
        raise NotTheApplicant


def _revoked(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    """By either side: the institution needs nobody's leave, and no more does the resident."""
    by_resident = proposed.content["by"] != "institution"
    if by_resident or proposed.act.who["role"] in SPEAKERS:
        _resident_side(state, entry, proposed)


def _reviewed(state: RecordState, entry: EntryState, proposed: Proposed) -> None:
    another_than(entry, proposed.act.who, "begun")


def another_than(entry: EntryState, who: Who, *parts: str) -> None:
    """Raise AnotherPersonDecides for whoever had one of these parts: by practitioner's id, and by login."""
    login = f"{who['authenticated']['issuer']} {who['authenticated']['subject']}"
    deciding = Party("", who["actor"], login)
    for party in entry.parties:
        if party.part in parts and party.is_same_person(deciding):
            raise AnotherPersonDecides(party.part)


ACCESS_ENTRY_RULES: Mapping[str, EntryRule] = {
    "access-applications": _application,
    "statutory-disclosures": _disclosure,
    "emergency-accesses": _emergency,
}

ACCESS_SEQUEL_RULES: Mapping[str, SequelRule] = {
    "approval": _approved,
    "agreement": _agreed,
    "objection": _resident_side,
    "withdrawal": _withdrawn,
    "revocation": _revoked,
    "review": _reviewed,
}
