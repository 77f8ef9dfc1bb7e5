"""Two decisions by two persons, neither of them who applied; terms; and who may end what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID

import pytest

from domain.acts import Act
from domain.errors import RecordError
from domain.grant_errors import (
    AnotherPersonDecides,
    ApplicantRefused,
    NoEmergency,
    NotTheApplicant,
    OwnHand,
    TermRefused,
)
from domain.record import Record
from domain.record_errors import GuardianNeeded, OutOfTurn, RepresentationRefused
from domain.values import Who
from tests.builders import (
    HERE,
    THERE,
    act,
    add,
    born,
    content,
    follow,
    form_ref,
    identity_number,
    login,
    record,
)

APPLICATIONS, EMERGENCIES = "access-applications", "emergency-accesses"
ELSEWHERE = UUID(int=4)


def apply(to: Record, by: str = "stranger", when: str = "2026-06-01", **changes: object) -> UUID:
    """An institution elsewhere applies; by: the login of who does it there."""
    filled = content("access-application", **{"to": str(THERE), **changes})
    context = act(when, at=THERE, by=by)
    return to.add_entry(context, APPLICATIONS, form_ref("access-application"), filled)


def decide(of: Record, name: str, entry: UUID, who: Act | str, /, **changes: object) -> UUID:
    """What follows an application. who: the context, or the login of who does it at the institution."""
    context = act(by=who) if isinstance(who, str) else who
    return follow(of, APPLICATIONS, name, entry, context, **changes)


def state_of(resident: Record, entry: UUID) -> str:
    return resident.state.entries[str(entry)].state


def own_act(role: str = "resident", by: str = "wang", **more: str) -> Act:
    """Of who speaks here for themselves or for the resident: with no practitioner's id."""
    context = act(role=role, by=by, **more)  # type: ignore[arg-type]  # each test names what it is about
    return replace(context, who=Who(**{**context.who, "actor": None, "institution": None}))


def is_refused(error: type[RecordError], attempt: Callable[[], object], **facts: object) -> None:
    with pytest.raises(error) as refusal:
        attempt()
    assert facts.items() <= refusal.value.facts.items()


# An application.


def test_it_is_active_with_both_decisions_and_never_with_one() -> None:
    resident = record()
    entry = apply(resident)
    assert state_of(resident, entry) == "applied"

    is_refused(OutOfTurn, lambda: decide(resident, "agreement", entry, "helper"), state="applied")
    decide(resident, "approval", entry, "doctor")
    assert state_of(resident, entry) == "approved"

    decide(resident, "agreement", entry, own_act(), by="resident", paper=None)
    assert state_of(resident, entry) == "active"
    assert [one.part for one in resident.state.entries[str(entry)].parties] == [
        "begun",
        "approval",
        "agreement",
    ]


@pytest.mark.parametrize("to, at", [(HERE, HERE), (HERE, THERE), (THERE, HERE), (ELSEWHERE, THERE)])
def test_an_outside_institution_applies_and_for_itself(to: UUID, at: UUID) -> None:
    filled, form = content("access-application", to=str(to)), form_ref("access-application")
    context = act(at=at)

    is_refused(
        ApplicantRefused,
        lambda: record().add_entry(context, APPLICATIONS, form, filled),
        field="/content/to",
    )


@pytest.mark.parametrize(
    "since, until, refused",
    [
        ("2026-06-01", "2027-06-01", None),
        ("2026-06-01", "2027-06-02", "/content/until"),
        ("2026-06-01", "2026-06-01", None),
        ("2026-08-30", "2027-08-30", None),
        ("2026-08-31", "2027-01-01", "/content/since"),
        ("2025-01-01", "2026-05-31", "/content/until"),
        ("2025-12-01", "2026-06-01", None),
        ("2025-05-01", "2026-06-01", "/content/until"),
    ],
)
def test_a_term_is_not_over_not_too_far_off_and_a_year_at_most(
    since: str, until: str, refused: str | None
) -> None:
    attempt = partial(apply, record(), since=since, until=until)

    if refused:
        is_refused(TermRefused, attempt, field=refused)
    else:
        attempt()


def test_a_year_from_the_29th_of_february_ends_on_the_28th() -> None:
    apply(record(), when="2028-02-29", since="2028-02-29", until="2029-02-28")

    is_refused(
        TermRefused,
        lambda: apply(record(), when="2028-02-29", since="2028-02-29", until="2029-03-01"),
        latest="2029-02-28",
    )


# Who decides.


@pytest.mark.parametrize("by, part", [("stranger", "begun"), ("doctor", None)])
def test_who_applied_does_not_approve(by: str, part: str | None) -> None:
    resident = record()
    entry = apply(resident)
    attempt = partial(decide, resident, "approval", entry, by)

    if part:
        is_refused(AnotherPersonDecides, attempt, part=part)
    else:
        attempt()


def test_one_person_is_known_by_login_and_by_id() -> None:
    """Who works at two institutions has two ids and may have one login; who has two logins has one id."""
    resident = record()
    entry = apply(resident)
    same_login = act(by="stranger")
    same_login = replace(same_login, who=Who(**{**same_login.who, "actor": str(ELSEWHERE)}))
    same_id = act(by="another-login")
    same_id = replace(same_id, who=Who(**{**same_id.who, "actor": act(by="stranger").who["actor"]}))

    for context in (same_login, same_id):
        is_refused(
            AnotherPersonDecides,
            partial(decide, resident, "approval", entry, context),
            part="begun",
        )


@pytest.mark.parametrize("helper, part", [("stranger", "begun"), ("doctor", "approval"), ("nurse", None)])
def test_who_types_an_assisted_agreement_neither_applied_nor_approved(helper: str, part: str | None) -> None:
    resident = record()
    entry = apply(resident)
    decide(resident, "approval", entry, "doctor")
    attempt = partial(decide, resident, "agreement", entry, helper, by="resident")

    if part:
        is_refused(AnotherPersonDecides, attempt, part=part)
    else:
        attempt()
    assert state_of(resident, entry) == ("approved" if part else "active")


@pytest.mark.parametrize("name", ["agreement", "objection", "revocation"])
def test_what_staff_write_down_for_the_resident_carries_the_signed_paper(name: str) -> None:
    resident = record()
    entry = apply(resident)
    decide(resident, "approval", entry, "doctor")

    is_refused(
        RepresentationRefused,
        lambda: decide(resident, name, entry, "nurse", by="resident", paper=None),
        field="/content/paper",
    )
    decide(resident, name, entry, "nurse", by="resident")


def test_a_resident_who_works_elsewhere_does_not_agree_to_their_own_application() -> None:
    resident = record()
    entry = apply(resident, by="wang")
    decide(resident, "approval", entry, "doctor")

    is_refused(
        AnotherPersonDecides,
        lambda: decide(resident, "agreement", entry, own_act(by="wang"), by="resident", paper=None),
        part="begun",
    )


def test_a_guardian_who_approved_for_the_institution_does_not_agree_for_the_child() -> None:
    child = born("2016-01-01")
    add(child, "guardians", basis="parent", login=login("doctor"))
    entry = apply(child)
    decide(child, "approval", entry, "doctor")
    as_guardian = own_act("guardian", by="doctor")

    is_refused(
        AnotherPersonDecides,
        lambda: decide(child, "agreement", entry, as_guardian, by="guardian", paper=None),
        part="approval",
    )


def test_a_child_does_not_agree_and_a_guardian_does() -> None:
    child = born("2016-01-01")
    entry = apply(child)
    decide(child, "approval", entry, "doctor")

    is_refused(GuardianNeeded, lambda: decide(child, "agreement", entry, "nurse", by="resident"))
    decide(child, "agreement", entry, "nurse", by="guardian")
    assert state_of(child, entry) == "active"


@pytest.mark.parametrize(
    "sensitive, by_parents", [(["reproductive-health"], False), (["mental-health"], True)]
)
def test_parents_open_to_nobody_what_an_adolescent_confided(sensitive: list[str], by_parents: bool) -> None:
    teenager = born("2011-01-05")
    entry = apply(teenager, sensitive=sensitive)
    decide(teenager, "approval", entry, "doctor")
    parents = partial(decide, teenager, "agreement", entry, "nurse", by="guardian")

    if by_parents:
        parents()
    else:
        is_refused(RepresentationRefused, parents, field="/content/by")
        decide(teenager, "agreement", entry, "nurse", by="resident")


@pytest.mark.parametrize("by", ["guardian", "representative"])
def test_nobody_agrees_for_an_adult_who_was_not_appointed(by: str) -> None:
    adult = record()
    adult.link_identity(act(), {"kind": "identity-card", "number": identity_number("19800101", 1)})
    entry = apply(adult)
    decide(adult, "approval", entry, "doctor")
    attempt = partial(decide, adult, "agreement", entry, "nurse", by=by)

    is_refused(RepresentationRefused, attempt, field="/content/by")
    add(adult, "guardians", basis="court")
    add(adult, "representatives", capacity="representative", basis="authorisation")
    attempt()


@pytest.mark.parametrize("by", ["guardian", "representative"])
def test_nobody_agrees_on_paper_whose_appointment_is_over(by: str) -> None:
    adult, over = record(), "2026-05-31"
    adult.link_identity(act(), {"kind": "identity-card", "number": identity_number("19800101", 1)})
    add(adult, "guardians", basis="court", until=over)
    add(adult, "representatives", capacity="representative", basis="authorisation", until=over)
    entry = apply(adult)
    decide(adult, "approval", entry, "doctor")

    is_refused(RepresentationRefused, lambda: decide(adult, "agreement", entry, "nurse", by=by))


def test_parents_do_not_agree_on_paper_for_a_child_that_came_of_age() -> None:
    child = born("2008-06-15")
    add(child, "guardians", basis="parent", until=None)
    entry = apply(child, when="2026-06-20", since="2026-06-20")
    decide(child, "approval", entry, act("2026-06-20", by="doctor"))
    attempt = partial(decide, child, "agreement", entry)

    typed_late = replace(act("2026-06-14", by="nurse"), told_on=date(2026, 6, 20))
    is_refused(RepresentationRefused, lambda: attempt(act("2026-06-20", by="nurse"), by="guardian"))
    is_refused(RepresentationRefused, lambda: attempt(typed_late, by="guardian"))
    attempt(act("2026-06-20", by="nurse"), by="resident")


def test_after_death_an_heir_agrees_and_nobody_else() -> None:
    resident = record()
    resident.close(act("2026-05-01"), reason="death")
    entry = apply(resident)
    decide(resident, "approval", entry, "doctor")

    is_refused(RepresentationRefused, lambda: decide(resident, "agreement", entry, "nurse", by="resident"))
    is_refused(RepresentationRefused, lambda: decide(resident, "agreement", entry, "nurse", by="heir"))
    before = act("2026-04-30", by="nurse")
    is_refused(RepresentationRefused, lambda: decide(resident, "agreement", entry, before, by="resident"))
    add(resident, "representatives", login=login("daughter"))
    decide(resident, "agreement", entry, "nurse", by="heir")
    assert state_of(resident, entry) == "active"


@pytest.mark.parametrize("name", ["approval", "refusal", "agreement", "objection", "revocation"])
def test_nobody_decides_through_a_colleague(name: str) -> None:
    resident = record()
    entry = apply(resident)
    if name in ("agreement", "revocation"):
        decide(resident, "approval", entry, "doctor")
    typed = act(by="nurse")
    typed = replace(typed, who=Who(**{**typed.who, "entered_by": str(ELSEWHERE)}))

    is_refused(OwnHand, lambda: decide(resident, name, entry, typed))
    decide(resident, name, entry, "nurse")


# How it ends.


def test_only_who_applied_takes_an_application_back() -> None:
    resident = record()
    entry = apply(resident)

    is_refused(NotTheApplicant, lambda: decide(resident, "withdrawal", entry, "nurse"))
    decide(resident, "withdrawal", entry, act(at=THERE, by="a colleague of the applicant"))
    assert state_of(resident, entry) == "withdrawn"


@pytest.mark.parametrize(
    "context, by", [(act(by="doctor"), "institution"), (own_act(), "resident"), (act(by="nurse"), "resident")]
)
def test_either_side_revokes_alone(context: Act, by: str) -> None:
    resident = record()
    entry = apply(resident)
    decide(resident, "approval", entry, "doctor")
    decide(resident, "agreement", entry, "nurse", by="resident")

    decide(resident, "revocation", entry, replace(context, event_id=ELSEWHERE), by=by)
    assert state_of(resident, entry) == "revoked"


def test_the_resident_does_not_revoke_in_the_name_of_the_institution() -> None:
    resident = record()
    entry = apply(resident)
    decide(resident, "approval", entry, "doctor")

    is_refused(
        RepresentationRefused, lambda: decide(resident, "revocation", entry, own_act(), by="institution")
    )


# Disclosures and emergencies.


@pytest.mark.parametrize(
    "until, is_taken", [("2026-06-01", True), ("2027-06-01", True), ("2027-06-02", False)]
)
def test_a_disclosure_by_law_has_a_term_too(until: str, is_taken: bool) -> None:
    attempt = partial(add, record(), "statutory-disclosures", until=until)

    if is_taken:
        attempt()
    else:
        is_refused(TermRefused, attempt, field="/content/until")


def test_who_opened_an_emergency_does_not_review_it() -> None:
    resident = record()
    entry = add(resident, EMERGENCIES)

    is_refused(
        AnotherPersonDecides,
        lambda: follow(resident, EMERGENCIES, "review", entry, act(by="nurse")),
        part="begun",
    )
    follow(resident, EMERGENCIES, "review", entry, act(by="doctor"))
    assert state_of(resident, entry) == "reviewed"


def test_a_closed_record_is_applied_for_disclosed_and_opened_in_an_emergency_unless_by_death() -> None:
    moved, dead = record(), record()
    moved.close(act("2026-05-01"), reason="moved-out")
    dead.close(act("2026-05-01"), reason="death")

    for closed in (moved, dead):
        apply(closed)
        add(closed, "statutory-disclosures")
        add(closed, "legal-holds")
    add(moved, EMERGENCIES)
    is_refused(NoEmergency, lambda: add(dead, EMERGENCIES))
