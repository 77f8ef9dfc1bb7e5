"""From being sent to coming back: either side may end it before, with a reason, and nobody reads for ever."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from domain.errors import ContentRefused, NotAvailable
from domain.grant_errors import TermRefused
from domain.record import Record
from domain.record_errors import NotAddressed, OutOfTurn, ReadingRefused
from domain.record_readers import asked, readers
from domain.referral_terms import EDITION, TERMS
from domain.requests import Request
from domain.sequels import SEQUELS
from tests.builders import NURSE, OTHER_NURSE, THERE, act, acting, add, content, follow, form_ref, record
from tests.county import County
from tests.whole_life import Life

PAGE = Path(__file__).parents[2].joinpath("docs", "access.md").read_text(encoding="utf-8")
ISSUED = date(2026, 6, 1)
KINDS = ("referrals", "consultations")
LONGEST = {"referrals": date(2026, 11, 28), "consultations": date(2026, 7, 1)}
ENDINGS = [
    ("referrals", ["acceptance", "cancellation"]),
    ("referrals", ["acceptance", "decline"]),
    ("consultations", ["cancellation"]),
    ("consultations", ["decline"]),
]


@pytest.fixture
def life() -> Life:
    return Life(County())


def by(name: str) -> Request:
    """Who does it: the clinic that sent takes it back, the other one answers."""
    return NURSE if name == "cancellation" else OTHER_NURSE


def sent(life: Life, kind: str) -> UUID:
    return life.add(kind, to=str(life.county.other_clinic), until="2026-06-20")


def does_read(life: Life) -> bool:
    try:
        life.records.read_record(OTHER_NURSE, life.record)
    except NotAvailable:
        return False
    return True


# How it ends.


@pytest.mark.parametrize("kind, steps", ENDINGS)
def test_either_side_ends_what_is_under_way_and_reading_is_over_at_once(
    life: Life, kind: str, steps: list[str]
) -> None:
    entry = sent(life, kind)
    for name in steps:
        assert does_read(life)
        life.follow(kind, name, by(name), entry)

    assert not does_read(life)


@pytest.mark.parametrize("kind, steps", ENDINGS)
def test_it_is_ended_with_a_reason(life: Life, kind: str, steps: list[str]) -> None:
    entry = sent(life, kind)
    *before, last = steps
    for name in before:
        life.follow(kind, name, OTHER_NURSE, entry)

    with pytest.raises(ContentRefused) as refusal:
        life.follow(kind, last, by(last), entry, reason=None)

    assert refusal.value.facts["problems"] == [{"field": "/reason", "reason": "is required"}]
    assert does_read(life)


@pytest.mark.parametrize("kind", KINDS)
def test_who_sent_does_not_decline_and_who_received_does_not_cancel(life: Life, kind: str) -> None:
    entry = sent(life, kind)
    if kind == "referrals":
        life.follow(kind, "acceptance", OTHER_NURSE, entry)

    with pytest.raises((NotAddressed, NotAvailable)):
        life.follow(kind, "decline", NURSE, entry)
    with pytest.raises(NotAvailable):
        life.follow(kind, "cancellation", OTHER_NURSE, entry)

    assert does_read(life)


# How long it lasts.


def test_the_longest_term_is_data_with_edition_and_source() -> None:
    assert EDITION == "2026.1"
    assert {kind: term.days for kind, term in TERMS.items()} == {"referrals": 180, "consultations": 30}
    assert all(term.source.startswith("本系统规定") for term in TERMS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_reads_no_longer_than_the_term(kind: str) -> None:
    last = LONGEST[kind]
    add(record(), kind, to=str(THERE), until=last.isoformat())

    with pytest.raises(TermRefused) as refusal:
        add(record(), kind, to=str(THERE), until=(last + timedelta(days=1)).isoformat())

    assert refusal.value.facts == {"field": "/content/until", "latest": last.isoformat()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_correction_to_another_day_keeps_the_term_too(kind: str) -> None:
    resident = record()
    entry = add(resident, kind, to=str(THERE), until="2026-06-20")

    correct(resident, kind, entry, LONGEST[kind])
    with pytest.raises(TermRefused):
        correct(resident, kind, entry, LONGEST[kind] + timedelta(days=1))
    with pytest.raises(ReadingRefused):
        correct(resident, kind, entry, ISSUED - timedelta(days=1))


def test_what_was_issued_before_there_was_a_term_can_still_be_corrected() -> None:
    """Its day stays as it was said, or is brought nearer."""
    resident = record()
    entry = add(resident, "referrals", to=str(THERE), until="2026-06-20")
    state = resident.state
    long_ago = {**(state.entries[str(entry)].kept or {}), "until": "2099-01-01"}
    state.entries[str(entry)] = state.entries[str(entry)]._replace(kept=long_ago)

    correct(resident, "referrals", entry, date(2099, 1, 1))
    with pytest.raises(TermRefused):
        correct(resident, "referrals", entry, date(2098, 12, 31))
    correct(resident, "referrals", entry, date(2026, 7, 1))


def correct(resident: Record, kind: str, entry: UUID, until: date) -> None:
    form = {"referrals": "referral", "consultations": "consultation-request"}[kind]
    filled = content(form, to=str(THERE), until=until.isoformat())
    resident.correct(act(), entry, reason="another day", form=form_ref(form), content=filled)


# Any course.

# Written down apart from domain.sequels: where each step leads, from where it may be taken.
STEPS = {
    ("referrals", "acceptance"): {"sent": "accepted"},
    ("referrals", "return"): {"accepted": "over"},
    ("referrals", "decline"): {"sent": "over", "accepted": "over"},
    ("referrals", "cancellation"): {"sent": "over", "accepted": "over"},
    ("consultations", "opinion"): {"sent": "over"},
    ("consultations", "decline"): {"sent": "over"},
    ("consultations", "cancellation"): {"sent": "over"},
}


class Referring(RuleBasedStateMachine):
    """One record, sent and asked about again and again: who is not yet done reads, while the term lasts."""

    under_way: Bundle[UUID] = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.resident, self.today = record(), ISSUED
        self.known: dict[UUID, tuple[str, str, date]] = {}  # kind, where it stands, the last day

    @rule(target=under_way, kind=st.sampled_from(KINDS), days=st.integers(0, 181))
    def issue(self, kind: str, days: int) -> UUID | MultipleResults[UUID]:
        until = self.today + timedelta(days=days)
        try:
            entry = add(
                self.resident, kind, None, self.today.isoformat(), to=str(THERE), until=until.isoformat()
            )
        except TermRefused:
            assert days > TERMS[kind].days
            return multiple()
        assert days <= TERMS[kind].days
        self.known[entry] = (kind, "sent", until)
        return entry

    @rule(entry=under_way, step=st.sampled_from(sorted({name for _, name in STEPS})))
    def go_on(self, entry: UUID, step: str) -> None:
        kind, stands, until = self.known[entry]
        leads = STEPS.get((kind, step))
        if leads is None:
            return
        try:
            follow(self.resident, kind, step, entry, acting(kind, step, self.today.isoformat()))
        except OutOfTurn:
            assert stands not in leads
            return
        self.known[entry] = (kind, leads[stands], until)

    @rule(days=st.integers(1, 100))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @invariant()
    def reads_who_was_sent_it_until_it_is_over(self) -> None:
        reading = any(stands != "over" and self.today <= until for _, stands, until in self.known.values())
        waiting = any(stands != "over" for _, stands, _ in self.known.values())

        assert (THERE in readers(self.resident.state, self.today)) is reading
        assert (THERE in asked(self.resident.state)) is waiting


TestReferring = Referring.TestCase
TestReferring.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


# As docs/access.md tells it.


def rows(heading: str) -> list[list[str]]:
    """The rows of the page's table whose first column has the heading."""
    table = PAGE.split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_the_page_tells_every_step_with_who_takes_it() -> None:
    who = {"answer-referral": "receiving", "answer-consultation": "asked", "add-entry": "keeps the record"}
    told = {}
    for step, by_whom, before, after in rows("step"):
        kind = "consultations" if "consultation" in step else "referrals"
        told[kind, step.split("`")[1]] = (by_whom, tuple(before.split(", ")), after)

    for kind in KINDS:
        for name, sequel in SEQUELS[kind].items():
            taken_by, states, becomes = told.pop((kind, name))
            assert who[sequel.action] in taken_by
            assert (states, becomes) == (sequel.after, sequel.becomes)
    assert told == {}


def test_the_page_tells_the_terms_and_their_edition() -> None:
    assert {f"{what}s": int(days) for what, days in rows("what")} == {
        kind: term.days for kind, term in TERMS.items()
    }
    assert f"`domain/data/referral_terms.toml`, edition {EDITION}" in PAGE
