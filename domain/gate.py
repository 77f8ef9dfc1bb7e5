"""The one gate: who calls, whether they may, and what is written down when they may not.

Every command and read of `domain.application` passes here, whichever edge it came from.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from secrets import SystemRandom
from typing import TypeVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.access import POLICY, Actor, Decision, Facts, decide
from domain.access_stream import AccessRefused
from domain.acts import Act, make
from domain.callers import author_of, caller_of, login_of
from domain.erasure_errors import RecordErased
from domain.errors import (
    ClaimTaken,
    LogBusy,
    NotAvailable,
    NotPermitted,
    PurposeRefused,
    RecordError,
    StaleVersion,
)
from domain.facts import facts_of
from domain.institution import Institution
from domain.policy import Policy
from domain.ports import Answer, Claim, EventLog
from domain.record import Record
from domain.released import release
from domain.requests import Request
from domain.taken import TOLD, error_of
from domain.time import CHINA, occurred_at
from domain.values import Occurred, Who, accept_clock, latest
from domain.view_scope import NOTHING, STATISTICS, Scope

T = TypeVar("T")

LONGEST_PURPOSE = 64  # a refused purpose is kept as it was named, within reason
ATTEMPTS = 20  # how often a command is decided again when others were faster
# What is left of an erased record.
AFTER_ERASURE = ("read-events", "read-accesses", "read-trail", "export-evidence")
AUTHOR_REFUSED = "author-refused"  # before the rules that refuse the author what the caller may do
LATE_AFTER = timedelta(hours=24)  # written down later than this: marked as a late entry (补记)


@dataclass(frozen=True)
class Pass:
    """A request as it was decided on: whose act it is, the decision, and who types it if another does.

    facts, now: what was known, and the instant: whatever else is asked for this pass is asked of the same.
    """

    request: Request
    action: str
    actor: Actor
    decision: Decision
    facts: Facts
    now: datetime
    typist: Actor | None = None

    @property
    def caller(self) -> Actor:
        return self.typist or self.actor

    @property
    def scope(self) -> Scope:
        """Whose rows of the views the decision opens: those of what it was made about."""
        if not self.decision.allowed:
            return NOTHING
        return STATISTICS if self.action == "count" else Scope(self.facts.institution, self.facts.record)


def _is_gone(passed: Pass, record: Record) -> bool:
    """Whether it would be allowed, had the record not been erased: of that only its history is left."""
    return record.is_erased and passed.decision.allowed and passed.action not in AFTER_ERASURE


def denied(passed: Pass, rule: str) -> Pass:
    """The same request, refused after all by what the record holds."""
    return replace(passed, decision=replace(passed.decision, allowed=False, rules=(rule,)))


def as_told(answer: Answer) -> Answer:
    """The first answer as it is, for commands that answer with nothing more."""
    return answer


def wait_a_little(attempt: int) -> None:
    """Up to 2 ms before the first repetition, up to 64 ms later: at random, so that rivals part."""
    time.sleep(SystemRandom().uniform(0, 0.002 * 2 ** min(attempt, 5)))


class Gate:
    """Decides requests against the policy, and records what it refuses."""

    def __init__(
        self,
        log: EventLog,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        policy: Policy = POLICY,
        pause: Callable[[int], None] = wait_a_little,
    ) -> None:
        """clock: the time now, aware, UTC; pause: waits before the n-th repetition (from 0)."""
        self.log = log
        self.clock = clock
        self.new_id = new_id
        self.policy = policy
        self.pause = pause

    def answered(self, request: Request) -> Answer | None:
        """The first answer to this request, if it was made before under its key. Raises KeyReused."""
        answer = self.log.find_answer(request.key) if request.key else None
        return replace(answer, repeated=True) if answer else None

    def once(self, request: Request, attempt: Callable[[], T], told: Callable[[Answer], T]) -> T:
        """What the attempt answers, or for a repeated request its first answer, in the words of `told`.

        A repeat may overtake the answer to the first: that is stored while the repeat is being decided on,
        and the newer state refuses the same act done twice. So no refusal without a second look.
        """
        if answer := self.answered(request):
            return told(answer)
        try:
            return attempt()
        except RecordError:
            if answer := self.answered(request):
                return told(answer)
            raise

    def caller(self, request: Request, record: Record | None = None) -> Actor:
        """Who the principal is here and now. Raises CallerUnknown."""
        return caller_of(self.log, request, record, self.clock())

    def today(self) -> date:
        """The civil day in China."""
        return self.clock().astimezone(CHINA).date()

    def operate(self, request: Request, action: str, rule: str = "operator") -> Pass:
        """The pass of the operator's machine account, which the policy does not know."""
        decision = Decision(True, (rule,), basis="law", role="operator")
        return Pass(request, action, Actor(id=None), decision, Facts(), self.clock())

    def enter(self, request: Request, action: str, facts: Facts) -> Pass:
        """Pass an act on no existing record. Raises CallerUnknown, PurposeRefused, NotPermitted."""
        now = self.clock()
        actor = caller_of(self.log, request, None, now)
        facts = facts if facts.institution else replace(facts, institution=actor.institution)
        passed = self._ask(request, actor, action, facts, now)
        if not passed.decision.allowed:
            self._tell_institution(passed)
            self._purpose(passed.decision)
            raise NotPermitted(passed.decision.rules)
        return passed

    def enter_record(self, request: Request, action: str, record_id: UUID) -> tuple[Record, Pass]:
        """The record at its newest version, and the pass.

        Raises CallerUnknown, PurposeRefused, or NotAvailable: alike for a record that is not there and one
        that is not for this caller. Who would have passed is told by RecordErased that it was erased.
        """
        record, now = self.log.load(Record, record_id), self.clock()
        actor = caller_of(self.log, request, record, now)
        passed = self._ask(request, actor, action, facts_of(self.log, record, actor, now), now)
        if is_gone := (record is not None and _is_gone(passed, record)):
            passed = denied(passed, RecordErased.code)
        if record is not None and passed.decision.allowed:
            release(record.id, record.access_stream)
            return record, passed
        self.refuse(passed, record)
        self._purpose(passed.decision)
        raise RecordErased if is_gone else NotAvailable

    def _ask(self, request: Request, caller: Actor, action: str, facts: Facts, now: datetime) -> Pass:
        """The caller is asked about, and where they only type, the author too: both must be allowed.

        A refusal is the caller's, who tried it; the rules tell if it was for the author.
        Raises UnknownPractitioner.
        """
        decision = decide(caller, action, facts, request.purpose, now, self.policy)
        passed = Pass(request, action, caller, decision, facts, now)
        if not decision.allowed or request.author is None or request.author == caller.id:
            return passed
        author = author_of(self.log, caller, request.author)
        authored = decide(author, action, facts, request.purpose, now, self.policy)
        if not authored.allowed:
            return replace(passed, decision=replace(authored, rules=(AUTHOR_REFUSED, *authored.rules)))
        return replace(passed, actor=author, decision=authored, typist=caller)

    def may(self, passed: Pass, action: str, record: Record) -> Pass:
        """The same caller asked about one more record, at the same instant; nothing is recorded yet."""
        facts = facts_of(self.log, record, passed.caller, passed.now)
        further = self._ask(passed.request, passed.caller, action, facts, passed.now)
        if _is_gone(further, record):
            return denied(further, RecordErased.code)
        if further.decision.allowed:
            release(record.id, record.access_stream)
        return further

    def part(self, passed: Pass, facts: Facts) -> Decision:
        """The decision of a pass made for a part of what it is about, as the facts tell it.

        The author's; but who types for them sees no part that is not open to themselves.
        """
        people = [one for one in (passed.typist, passed.actor) if one is not None]
        asked = (passed.action, facts, passed.request.purpose, passed.now, self.policy)
        decided = [decide(one, *asked) for one in people]
        return next((one for one in decided if not one.allowed), decided[-1])

    def must(self, passed: Pass, action: str, record: Record) -> Pass:
        """The same caller's pass for one more act on the record. Raises NotAvailable, written down."""
        further = self.may(passed, action, record)
        if not further.decision.allowed:
            self.refuse(further, record)
            raise NotAvailable
        return further

    def _purpose(self, decision: Decision) -> None:
        if any(rule.startswith("purpose-") for rule in decision.rules):
            raise PurposeRefused(self.policy.purposes)

    def refuse(self, passed: Pass, record: Record | None) -> None:
        """Write down a refusal: on the resident's access stream, or else with the institution."""
        if record is None:
            self._tell_institution(passed)
            return
        self.log.append([self.refusal(passed, record)], at_end=[record.access_stream])

    def refusal(self, passed: Pass, record: Record) -> AccessRefused:
        """The event of a refusal, for the resident's access stream."""
        told = {"record": record.id, "action": passed.action, "rules": list(passed.decision.rules)}
        return make(AccessRefused, self.act(passed), record.access_stream, 0, **told)

    def _tell_institution(self, passed: Pass) -> None:
        """With the caller's institution; for a resident, with that which keeps their record.

        So asking for what is not there is written down as asking for what is not for them is, and takes as
        long.
        """
        institution = passed.actor.institution or self._custodian(passed.actor)
        if institution is None:
            return  # a login of a record that is not there: a broken log
        told = {"action": passed.action, "rules": list(passed.decision.rules)}
        refused = make(Institution.Refused, self.act(passed), institution, 0, **told)
        self.log.append([refused], at_end=[institution])

    def _custodian(self, actor: Actor) -> UUID | None:
        record = self.log.load(Record, actor.own_record) if actor.own_record else None
        return record.custodian if record else None

    def free(self, passed: Pass, claims: Sequence[Claim]) -> None:
        """Raise the error of the first claim that is held, while nothing has been made yet that needs it.

        The error tells that there is a record with this number or document: so the attempt is recorded,
        where the resident sees it.
        """
        for claim in claims:
            if self.log.find_claim(claim.namespace, claim.value) is not None:
                if claim.namespace in TOLD:
                    self.tell_holder(passed, [claim])
                raise error_of(claim.namespace)

    def tell_holder(self, passed: Pass, claims: Sequence[Claim]) -> None:
        """Write down, with the record that holds one of the claims, that it was met."""
        if self.answered(passed.request):
            return  # it is held by the first of two equal requests, whose answer this one gets
        held = (self.log.find_claim(claim.namespace, claim.value) for claim in claims)
        holder = next((stream for stream in held if stream), None)
        refused = denied(passed, error_of(claims[0].namespace).code)
        self.refuse(refused, self.log.load(Record, holder) if holder else None)

    def act(self, passed: Pass, occurred: Occurred | None = None, cause: str | None = None) -> Act:
        """The context of one event. occurred: else now. Raises OccurredRefused (too far ahead)."""
        now = passed.now if occurred is None else self.clock()
        when = occurred_at(now) if occurred is None else accept_clock(occurred, now)
        return Act(
            event_id=self.new_id(),
            who=self._who(passed, is_late=latest(when) < now - LATE_AFTER),
            occurred=when,
            purpose=passed.request.purpose[:LONGEST_PURPOSE],
            rule=self.policy.ref,
            cause=cause or passed.request.cause,
            told_on=now.astimezone(CHINA).date(),
        )

    def _who(self, passed: Pass, *, is_late: bool) -> Who:
        actor, typist = passed.actor, passed.typist
        return Who(
            actor=str(actor.id) if actor.id else None,
            role=passed.decision.role or next((held.role for held in actor.roles), "none"),
            institution=str(actor.institution) if actor.institution else None,
            licence=actor.licence,
            entered_by=str(typist.id) if typist else None,
            authenticated=passed.request.principal.authenticated,
            source=passed.request.source,
            late=is_late,
        )

    def append(
        self,
        passed: Pass,
        aggregate: Aggregate,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        *,
        also: Sequence[Aggregate] = (),
    ) -> Answer:
        """Store what the aggregate decided, under the request's key; it stays pending if that fails.

        also: others that decided with it, stored in the same append. A taken claim becomes the error of its
        namespace, and is told to a resident whose document it is.
        """
        decided = (aggregate, *also)
        events = cast("list[DomainEvent]", [event for one in decided for event in one.pending_events])
        try:
            answer = self.log.append(events, claims=claims, releases=releases, key=passed.request.key)
        except ClaimTaken as taken:
            if taken.namespace == "identity":
                self.tell_holder(passed, [claim for claim in claims if claim.namespace == "identity"])
            raise error_of(taken.namespace) from None
        for one in decided:
            one.pending_events.clear()
        return answer

    def once_insisting(
        self, request: Request, attempt: Callable[[], Answer], on: UUID | None = None
    ) -> Answer:
        """Once, and decided again whenever others were faster: for what is added at the end.

        on: the stream it is added to, where it is known before anything is looked up.
        """
        with self.log.together(request.key, login_of(request), on) if on else nullcontext():
            return self.once(request, lambda: self.insist(attempt), as_told)

    def insist(self, decide_and_append: Callable[[], T], seen: UUID | None = None) -> T:
        """Decide again whenever others were faster. Raises LogBusy after ATTEMPTS.

        seen: a record that the caller decided on as they saw it: at that one it ends with StaleVersion.
        """
        for attempt in range(ATTEMPTS):
            try:
                return decide_and_append()
            except StaleVersion as stale:
                if stale.stream == seen:
                    raise
                self.pause(attempt)
        raise LogBusy
