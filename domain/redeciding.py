"""Makes an old decision again: under the policy of its day, on what was known then, at that instant.

What a record refused for a reason of its own (there is no such version, the card is taken) was no decision of
the policy. Who typed for whom is not kept of what was refused; nor, with a resident who stood in the history
of an institution, of which one. Those cannot be made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from domain import record_events as events
from domain.access import Actor, Decision, decide
from domain.access_stream import AccessRefused, RecordExported, RecordListed, RecordRead, RecordReplayed
from domain.acts import Event
from domain.adoption import adopted
from domain.callers import PRACTITIONER_LOGIN, RESIDENT_LOGIN, caller_of, login_value, practitioner_at
from domain.entries import KINDS
from domain.errors import CallerUnknown
from domain.facts import facts_of
from domain.histories import ACCESSES, UNUSUAL
from domain.institution import Institution
from domain.past import Past
from domain.policy import Policy
from domain.ports import Claim, EventLog, Recorded
from domain.record import Record
from domain.requests import Principal, Request
from domain.sequels import sequel_of

Holds = Literal["same", "differs", "unknown"]
READ = {
    "record-events": "read-events",
    "access-history": "read-accesses",
    "audit-trail": "read-trail",
    "emergency-summary": "issue-summary",
}
HISTORIES = (ACCESSES, UNUSUAL)
NO_RULE = ("deny-by-default", "undecidable")  # what the decision itself says, without a rule
TYPED = "author-refused"  # for whom it was typed is not kept
BOUND = "scope-exceeded"  # by the token, whose bounds are not kept: by none that covers the act


@dataclass(frozen=True)
class Redecided:
    """An old decision and what it is when made again; decision: None where it cannot be."""

    holds: Holds
    decision: Decision | None = None
    why: str = ""  # it cannot be made again


class Redecider:
    """Decides again what is on the streams of a record. Policies are read once."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._policies = {key: Policy.parse(one) for key, one in adopted(log).items()}

    def again(self, one: Recorded, record: UUID) -> Redecided:
        """The decision by which this event of a record, or of its access stream, came about."""
        event = cast(Event, one.event)
        policy = self._policies.get(event.rule["digest"])
        if policy is None:
            return Redecided("unknown", why="policy-not-adopted")
        if event.who["role"] == "operator":
            return Redecided("unknown", why="operator")
        if isinstance(event, RecordListed) and event.key_kind in HISTORIES:
            return Redecided("unknown", why="of-an-institution")
        told = _told(event)
        if told is None or not _is_of(policy, told.rules):
            return Redecided("unknown", why="not-by-policy")
        decision = _decide(self._log, one, record, told, policy)
        return Redecided("same" if told.agrees(decision) else "differs", decision)


@dataclass(frozen=True)
class _Told:
    """A decision as the event tells it. rules, basis: None where it does not. at: None for its recording."""

    actions: tuple[str, ...]  # of which one was asked
    allowed: bool
    rules: tuple[str, ...] | None = None
    basis: str | None = None
    at: str | None = None

    def agrees(self, decision: Decision) -> bool:
        return (
            decision.allowed == self.allowed
            and self.rules in (None, decision.rules)
            and self.basis in (None, decision.basis)
        )


def _told(event: Event) -> _Told | None:
    at = event.occurred["at"]
    if isinstance(event, RecordRead):
        action = READ.get(event.view.rpartition("/")[0], "read")
        return _Told((action,), True, tuple(event.rules), event.basis, at)
    if isinstance(event, RecordListed):
        return _Told(("list",), True, tuple(event.rules), event.basis, at)
    if isinstance(event, RecordReplayed):
        return _Told(("replay",), True, tuple(event.rules), event.basis, at)
    if isinstance(event, RecordExported):
        return _Told(("export-evidence",), True, tuple(event.rules), event.basis, at)
    if isinstance(event, AccessRefused):
        action = "list" if event.action == "search" else event.action  # of what a search found
        return _Told((action,), False, tuple(event.rules), None, at)
    actions = _written(event)
    return _Told(actions, True) if actions else None


def _written(event: Event) -> tuple[str, ...]:
    """What the policy was asked before an event of a record was written."""
    if isinstance(event, events.EntryRecorded):
        return (KINDS[event.KIND].action, "contribute")
    if isinstance(event, events.EntryFollowed):
        return tuple({sequel_of(of, event.NAME).action for of in event.OF})
    named: Mapping[type[Event], tuple[str, ...]] = {
        events.EntryCorrected: ("correct",),
        events.EntryRetracted: ("retract",),
        events.EntryMisfiled: ("misfile",),
        events.NumberGiven: ("renumber",),
        events.IdentityUnlinked: ("unlink-identity",),
        events.Merged: ("merge",),
        events.Unmerged: ("merge",),
        events.Closed: ("close",),
        events.Reopened: ("reopen",),
        events.DocumentsErased: ("erase",),
        events.Erased: ("erase",),
    }
    return named.get(type(event), ())


def _is_of(policy: Policy, rules: tuple[str, ...] | None) -> bool:
    known = {rule.id for rule in policy.rules} | set(NO_RULE)
    return rules is None or known.issuperset(rules)


def _decide(log: EventLog, one: Recorded, record_id: UUID, told: _Told, policy: Policy) -> Decision:
    """On what was known before the event; of several acts that it may have been, the first allowed."""
    event = cast(Event, one.event)
    past = _past(log, one, record_id)
    record = past.load(Record, record_id)
    now = datetime.fromisoformat(told.at) if told.at else one.stored.recorded_at
    actor = _actor(past, event, record, now, is_bound=BOUND in (told.rules or ()))
    if actor is None:
        return Decision(False, ("caller-unknown",))
    facts = facts_of(past, record, actor, now)
    decisions = [decide(actor, action, facts, event.purpose, now, policy) for action in told.actions]
    return next((one for one in decisions if one.allowed), decisions[0])


def _past(log: EventLog, one: Recorded, record_id: UUID) -> Past:
    """The log before the event. Whose login it was then, the event and the record of its day tell."""
    event = cast(Event, one.event)
    login, institution = _login(event), event.who["institution"]
    claims: dict[Claim, UUID] = {}
    if institution:
        claims[Claim(PRACTITIONER_LOGIN, login)] = UUID(institution)
    past = Past(log, one.stored.position, claims)
    record = past.load(Record, record_id)
    if record is not None and login in record.state.logins:
        claims[Claim(RESIDENT_LOGIN, login)] = record.id
    return past


def _login(event: Event) -> str:
    return login_value(_principal(event))


def _principal(event: Event) -> Principal:
    by = event.who["authenticated"]
    return Principal(by["issuer"], by["subject"], by["method"], by["client"])


def _actor(past: Past, event: Event, record: Record | None, now: datetime, *, is_bound: bool) -> Actor | None:
    """Whose act it was: the practitioner named, or else whoever the login was for the record."""
    who = event.who
    if who["actor"] and who["institution"]:
        institution = past.load(Institution, UUID(who["institution"]))
        known = institution is not None and who["actor"] in institution.state.practitioners
        found = practitioner_at(institution, who["actor"]) if institution and known else None
    else:
        try:
            found = caller_of(past, Request(_principal(event), event.purpose), record, now)
        except CallerUnknown:
            found = None
    return None if found is None else replace(found, scopes=frozenset() if is_bound else None)
