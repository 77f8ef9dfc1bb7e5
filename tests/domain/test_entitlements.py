"""The ways in that a record gives: from when, until when, to whom, for what, and how they are over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.acts import Act
from domain.entitlements import Entitlement, entitlements
from domain.entries import SECTIONS
from domain.record import Record
from domain.sensitivity import CLASSES
from domain.values import accept_clock
from tests.builders import HERE, NOW, THERE, act, acting, add, content, follow, form_ref, record

APPLICATIONS, DISCLOSURES, EMERGENCIES = "access-applications", "statutory-disclosures", "emergency-accesses"
LAST_OF_2026 = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in China
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def granted(**changes: object) -> tuple[Record, UUID]:
    """A record with an application that both sides decided for, from 1 June to 31 December 2026."""
    resident = record()
    entry = add(resident, APPLICATIONS, None, "2026-06-01", **{"to": str(THERE), **changes})
    for name in ("approval", "agreement"):
        follow(resident, APPLICATIONS, name, entry, acting(APPLICATIONS, name))
    return resident, entry


def kinds(resident: Record, now: datetime = NOW) -> list[str]:
    return [one.kind for one in entitlements(resident.state, now)]


def test_a_grant_is_the_applicants_for_its_purpose_sections_and_classes() -> None:
    resident, entry = granted(sections=["problems"], sensitive=["mental-health"], purpose="research")

    assert entitlements(resident.state, NOW) == (
        Entitlement(
            "grant",
            entry,
            THERE,
            frozenset({"research"}),
            frozenset({"problems"}),
            frozenset({"mental-health"}),
        ),
    )


@pytest.mark.parametrize("steps", [(), ("approval",), ("refusal",), ("approval", "objection")])
def test_an_application_without_both_decisions_lets_nobody_in(steps: tuple[str, ...]) -> None:
    resident = record()
    entry = add(resident, APPLICATIONS, to=str(THERE))
    for name in steps:
        follow(resident, APPLICATIONS, name, entry, acting(APPLICATIONS, name))

    assert kinds(resident) == []


@pytest.mark.parametrize("name", ["revocation", "withdrawal"])
def test_a_grant_is_over_at_once_when_either_side_ends_it(name: str) -> None:
    resident, entry = granted()
    assert kinds(resident) == ["grant"]

    follow(resident, APPLICATIONS, name, entry, acting(APPLICATIONS, name))
    assert kinds(resident) == []


def test_a_grant_holds_from_its_first_day_to_the_end_of_its_last_in_china() -> None:
    resident, _ = granted(since="2026-06-02")
    midnight = datetime(2026, 6, 1, 16, tzinfo=UTC)  # in China

    assert [kinds(resident, at) for at in (midnight - MINUTE, midnight)] == [[], ["grant"]]
    assert [kinds(resident, at) for at in (LAST_OF_2026, LAST_OF_2026 + MINUTE)] == [["grant"], []]


def test_a_disclosure_is_the_custodians_until_its_day_or_its_end() -> None:
    resident = record()
    entry = add(resident, DISCLOSURES, sections=["problems"], sensitive=None)

    (one,) = entitlements(resident.state, LAST_OF_2026)
    assert (one.kind, one.entry, one.to) == ("disclosure", entry, HERE)
    assert (*one.purposes, *one.sections, *one.sensitive) == ("legal", "problems")
    assert kinds(resident, LAST_OF_2026 + MINUTE) == []
    follow(resident, DISCLOSURES, "ending", entry)
    assert kinds(resident) == []


def opened(at: str, hours: int = 2, context: Act | None = None) -> tuple[Record, UUID]:
    resident = record()
    filled, form = content("emergency-access", hours=hours), form_ref("emergency-access")
    entry = resident.add_entry(context or act(at), EMERGENCIES, form, filled)
    return resident, entry


def test_an_emergency_is_the_openers_for_its_hours_and_shows_all_but_who_may_see() -> None:
    resident, entry = opened("2026-06-01T10:00:00+08:00", hours=2)
    start = datetime(2026, 6, 1, 2, tzinfo=UTC)

    (one,) = entitlements(resident.state, start)
    assert (one.kind, one.entry, one.to) == ("emergency", entry, UUID(str(act().who["actor"])))
    assert (one.sections, one.sensitive) == (frozenset(SECTIONS), frozenset(CLASSES))
    assert one.purposes == frozenset({"emergency"})
    end = start + timedelta(hours=2)
    assert [kinds(resident, at) for at in (end - timedelta(microseconds=1), end)] == [["emergency"], []]


def test_a_clock_that_runs_ahead_makes_an_emergency_no_longer() -> None:
    ahead = act("2026-06-01T10:05:00+08:00")
    told = accept_clock(ahead.occurred, NOW)
    assert told["skew_s"] == 300
    resident, _ = opened("", hours=1, context=Act(**{**vars(ahead), "occurred": told}))

    assert [kinds(resident, NOW + timedelta(minutes=59)), kinds(resident, NOW + timedelta(hours=1))] == [
        ["emergency"],
        [],
    ]


@pytest.mark.parametrize("told", ["2026-06-01", "2026-06-01T09:00:00+08:00"])
def test_an_emergency_told_late_is_over_earlier_and_never_later(told: str) -> None:
    resident, _ = opened(told, hours=1)

    assert kinds(resident, NOW) == []


def test_an_emergency_is_over_when_it_is_reviewed_or_the_resident_died() -> None:
    reviewed, entry = opened("2026-06-01T10:00:00+08:00")
    follow(reviewed, EMERGENCIES, "review", entry, act(by="doctor"))
    died, _ = opened("2026-06-01T10:00:00+08:00")
    died.close(act("2026-06-01T10:30:00+08:00"), reason="death")

    assert kinds(reviewed) == kinds(died) == []


def test_an_emergency_lets_in_nobody_who_is_no_practitioner() -> None:
    context = act("2026-06-01T10:00:00+08:00")
    nobody = Act(**{**vars(context), "who": {**context.who, "actor": None}})
    resident, _ = opened("", context=nobody)

    assert kinds(resident) == []


def test_a_referral_includes_the_class_of_what_it_is_about() -> None:
    resident = record()
    depression = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.900"}
    add(resident, "referrals", to=str(THERE), diagnoses=[depression])

    assert [one.sensitive for one in entitlements(resident.state, NOW)] == [{"mental-health"}]


def test_an_entry_stays_guarded_when_a_correction_says_less() -> None:
    resident = record()
    depression = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.900"}
    entry = add(resident, "problems", problem=depression)
    filled = content("problem", problem={**depression, "code": "I10"})
    resident.correct(act(), entry, reason="misread", form=form_ref("problem"), content=filled)

    assert resident.state.entries[str(entry)].sensitivity == "mental-health"
    again = Record.restore(resident.id, resident.state_to_json())
    assert again.state.entries[str(entry)].sensitivity == "mental-health"


def test_an_entry_is_guarded_from_when_something_sensitive_followed_it() -> None:
    resident = record()
    entry = add(resident, "referrals", to=str(THERE), diagnoses=None)
    follow(resident, "referrals", "acceptance", entry, acting("referrals", "acceptance"))
    before = resident.state.entries[str(entry)].sensitivity
    hiv = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}
    follow(resident, "referrals", "return", entry, acting("referrals", "return"), diagnoses=[hiv])

    assert (before, resident.state.entries[str(entry)].sensitivity) == (None, "infectious-disease")


def test_who_took_part_is_remembered_of_entries_about_access_alone() -> None:
    resident, _ = granted()
    add(resident, "problems")

    parties = {one.kind: one.parties for one in resident.state.entries.values()}
    assert parties["problems"] == ()
    assert [(one.part, one.login.split()[-1]) for one in parties[APPLICATIONS]] == [
        ("begun", "stranger"),
        ("approval", "nurse"),
        ("agreement", "helper"),
    ]
    assert Record.restore(resident.id, resident.state_to_json()).state == resident.state
