"""What a record asks of each kind of entry: the rule held, the rule broken, and the last day it holds."""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.acts import Act
from domain.age_bands import AGE_BANDS
from domain.entries import CARD_NEEDS, KINDS, PROGRAMMES, STATUTORY
from domain.errors import ContentRefused, RecordError, UnknownEntry
from domain.record import Record
from domain.record_rules import UNBORN_TAKES
from tests.builders import (
    HERE,
    PLAIN_KINDS,
    THERE,
    act,
    acting,
    add,
    born,
    content,
    fitting,
    follow,
    form_ref,
    record,
)

NOBODYS = UUID(int=2**127)
RESIDENT_DECIDES = (
    "consent-withdrawals",
    "research-opt-outs",
    "restrictions",
    "statements",
    "correction-requests",
    "notice-rules",
)
VOLUNTARY = sorted(name for name, kind in KINDS.items() if kind.is_voluntary and name != "follow-ups")
CARE = sorted(name for name in PLAIN_KINDS if KINDS[name].is_care)


def try_adding(to: Record, kind: str, context: Act | None = None, /, **changes: object) -> Callable[[], UUID]:
    """An attempt to add the kind's example, as an adult's record takes it but for the changes."""
    form = KINDS[kind].forms[0]
    filled = content(form, **{**fitting(kind, add(to, "documents")), **changes})
    return lambda: to.add_entry(context or acting(kind), kind, form_ref(form), filled)


def is_refused(error: type[RecordError], attempt: Callable[[], object], **facts: object) -> None:
    """Refused with these facts."""
    with pytest.raises(error) as refusal:
        attempt()
    assert facts.items() <= refusal.value.facts.items()


# Referrals and consultations.


@pytest.mark.parametrize("kind", ["referrals", "consultations"])
def test_a_receiver_reads_elsewhere_and_until_a_day_that_is_not_over(kind: str) -> None:
    there, here = str(THERE), str(HERE)

    try_adding(record(), kind, to=there, until="2026-06-01")()

    is_refused(
        refused.ReadingRefused,
        try_adding(record(), kind, to=there, until="2026-05-31"),
        field="/content/until",
    )
    is_refused(
        refused.ReadingRefused, try_adding(record(), kind, to=here, until="2026-06-01"), field="/content/to"
    )


def test_an_institution_without_custody_refers_to_nobody_but_others() -> None:
    attempt = try_adding(record(), "referrals", act(at=THERE), to=str(THERE), until="2026-06-01")

    is_refused(refused.ReadingRefused, attempt, field="/content/to")


# The resident's part.


@pytest.mark.parametrize("kind", RESIDENT_DECIDES)
def test_from_their_fourteenth_birthday_on_the_resident_decides(kind: str) -> None:
    source = next(one.source for one in AGE_BANDS if one.until_age == 14)

    try_adding(born("2012-06-01"), kind, by="resident")()
    try_adding(born("2012-06-02"), kind, by="guardian")()

    is_refused(refused.GuardianNeeded, try_adding(born("2012-06-02"), kind, by="resident"), source=source)


@pytest.mark.parametrize("kind", RESIDENT_DECIDES)
def test_of_somebody_of_unknown_age_nobody_says_they_are_too_young(kind: str) -> None:
    try_adding(record(), kind, by="resident")()


def test_before_the_law_was_in_force_a_child_decided() -> None:
    child = born("2015-01-01")
    filled = content("statement", about=None, by="resident")

    child.add_entry(act("2021-10-31"), "statements", form_ref("statement"), filled)

    with pytest.raises(refused.GuardianNeeded):
        child.add_entry(act("2021-11-01"), "statements", form_ref("statement"), filled)


def statement(by: str, role: str) -> Callable[[], UUID]:
    filled, resident = content("statement", about=None, by=by), record()
    if "heir" in (by, role):
        resident.close(act(), reason="death")
    return lambda: resident.add_entry(act(role=role), "statements", form_ref("statement"), filled)


@pytest.mark.parametrize("role", ["resident", "guardian", "representative", "heir"])
def test_who_speaks_is_who_is_said_to_speak(role: str) -> None:
    other = "guardian" if role == "resident" else "resident"

    statement(role, role)()
    statement(other, "practitioner")()  # staff write down for whoever stands before them

    is_refused(refused.RepresentationRefused, statement(other, role), field="/content/by")


@pytest.mark.parametrize("of, name", [("restrictions", "lifting"), ("research-opt-outs", "ending")])
def test_what_a_guardian_decides_about_a_child_the_child_does_not_undo(of: str, name: str) -> None:
    child = born("2015-01-01")
    entry = add(child, of, by="guardian")

    with pytest.raises(refused.GuardianNeeded):
        follow(child, of, name, entry, by="resident")

    follow(child, of, name, entry, by="guardian")


def test_consent_is_given_again_by_who_speaks_and_is_old_enough() -> None:
    child = born("2015-01-01")

    child.give_consent(act(role="guardian"), by="guardian")

    is_refused(refused.GuardianNeeded, lambda: child.give_consent(act(), by="resident"))
    is_refused(
        refused.RepresentationRefused,
        lambda: child.give_consent(act(role="guardian"), by="resident"),
        field="/by",
    )


@pytest.mark.parametrize(
    "kind, field", [("statements", "about"), ("correction-requests", "entry"), ("quality-findings", "about")]
)
def test_an_entry_that_is_named_stands_in_the_record(kind: str, field: str) -> None:
    resident = record()
    retracted = add(resident, "encounters")
    resident.retract(act(), retracted, reason="in error")

    try_adding(resident, kind)()

    for absent in (NOBODYS, retracted):
        is_refused(UnknownEntry, try_adding(resident, kind, **{field: str(absent)}), entry=str(absent))


@pytest.mark.parametrize("kind", ["statements", "quality-findings"])
def test_a_statement_or_finding_may_be_about_the_whole_record(kind: str) -> None:
    try_adding(record(), kind, about=None)()


# Who speaks for the resident.


@pytest.mark.parametrize("basis", ["designated", "court", "mandate"])
def test_a_minor_has_a_guardian_and_an_adult_only_by_incapacity(basis: str) -> None:
    try_adding(born("2008-06-02"), "guardians", basis=basis)()  # 18 tomorrow
    try_adding(record(), "guardians", basis=basis)()  # of unknown age

    adult = try_adding(born("2008-06-01"), "guardians", basis=basis)
    if basis == "designated":
        is_refused(refused.RepresentationRefused, adult, field="/content/basis")
    else:
        adult()


def test_an_heir_comes_after_death_alone() -> None:
    resident = record()
    heir = try_adding(resident, "representatives", capacity="heir", basis="succession")

    is_refused(refused.RepresentationRefused, heir, field="/content/capacity")
    resident.close(act(), reason="moved-out")
    is_refused(refused.RepresentationRefused, heir, field="/content/capacity")
    resident.reopen(act(), reason="came back")
    resident.close(act(), reason="death")
    heir()
    resident.reopen(act(), reason="another person of the same name")
    is_refused(refused.RepresentationRefused, heir, field="/content/capacity")


# Consent withdrawn.


def withdrawn() -> tuple[Record, UUID]:
    resident = record()
    for programme in PROGRAMMES:
        if programme != "copd":
            add(resident, "programmes", programme=programme)
    return resident, add(resident, "consent-withdrawals", by="resident")


@pytest.mark.parametrize("kind", VOLUNTARY)
def test_after_consent_was_withdrawn_nothing_voluntary_is_added_but_by_need_or_law(kind: str) -> None:
    resident, _ = withdrawn()
    changes = {"programme": "copd"} if kind == "programmes" else {}

    is_refused(refused.ConsentWithdrawn, try_adding(resident, kind, **changes))
    is_refused(refused.ConsentWithdrawn, try_adding(resident, kind, act(purpose="management"), **changes))
    for purpose in ("emergency", "public_health"):
        again = Record.restore(resident.id, resident.state_to_json())
        try_adding(again, kind, act(purpose=purpose), **changes)()


@pytest.mark.parametrize("kind", sorted(set(PLAIN_KINDS) - set(VOLUNTARY)))
def test_what_is_not_voluntary_goes_on_after_consent_was_withdrawn(kind: str) -> None:
    resident, _ = withdrawn()

    try_adding(resident, kind)()


@pytest.mark.parametrize("programme", sorted(PROGRAMMES))
def test_follow_ups_go_on_where_the_law_prescribes_the_programme(programme: str) -> None:
    resident, _ = withdrawn()
    again, form = record(), PROGRAMMES[programme][-1]
    add(again, "consent-withdrawals", by="resident")

    if programme in STATUTORY:
        add(again, "programmes", programme=programme)
        add(resident, "follow-ups", form)
    else:
        with pytest.raises(refused.ConsentWithdrawn):
            add(again, "programmes", programme=programme)
        with pytest.raises(refused.ConsentWithdrawn):
            add(resident, "follow-ups", form)


def test_a_withdrawal_ends_when_consent_is_given_again_or_it_was_recorded_in_error() -> None:
    again, in_error = withdrawn(), withdrawn()

    again[0].give_consent(act(), by="resident")
    in_error[0].retract(act(), in_error[1], reason="of another resident")

    for resident, _ in (again, in_error):
        add(resident, "examinations")
    add(again[0], "consent-withdrawals", by="resident")
    again[0].retract(act(), again[1], reason="the first one only")
    with pytest.raises(refused.ConsentWithdrawn):
        add(again[0], "examinations")


# Before birth.


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_before_birth_a_record_takes_only_what_it_may(kind: str) -> None:
    unborn = record("pregnancy")
    attempt = try_adding(unborn, kind, **({"by": "guardian"} if kind in RESIDENT_DECIDES else {}))

    if kind not in UNBORN_TAKES:
        is_refused(refused.NotBorn, attempt)
        add(unborn, "births")
    attempt()


def test_a_child_is_born_once_and_only_where_it_was_awaited() -> None:
    child = record("pregnancy")
    birth = add(child, "births")

    for told in (child, record()):
        with pytest.raises(refused.AlreadyBorn):
            add(told, "births")
    child.correct(
        act(), birth, reason="misread", form=form_ref("birth"), content=content("birth", sex="male")
    )
    assert child.state.sex == "male"


def test_a_birth_recorded_in_error_can_be_recorded_rightly() -> None:
    child = record("pregnancy")
    child.retract(act(), add(child, "births"), reason="of the twin")

    with pytest.raises(refused.NotBorn):
        add(child, "problems")
    add(child, "births")
    add(child, "problems")


# Merged and closed.


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_a_merged_record_takes_no_care_and_names_the_one_that_goes_on(kind: str) -> None:
    merged, other = record(), record()
    attempt = try_adding(merged, kind)
    merged.merge(act(), other, goes_on=False, reason="one person")

    if kind in CARE:
        is_refused(refused.RecordMerged, attempt, into=str(other.id))
    else:
        attempt()
    try_adding(other, kind)()


# Cards.


def ready() -> Record:
    """A record that has told all that a card needs."""
    resident = record()
    add(resident, "basic-information", identity_number=None)
    return resident


def test_a_card_waits_for_the_basic_information_and_names_what_is_missing() -> None:
    add(ready(), "cards")

    with pytest.raises(refused.CardNotReady) as nothing:
        add(record(), "cards")
    assert nothing.value.facts == {"missing": list(CARD_NEEDS)}
    for field in set(CARD_NEEDS) - {"name", "sex", "birth_date"}:  # which the form itself asks for
        lacking = record()
        add(lacking, "basic-information", None, "2026-06-01", identity_number=None, **{field: None})
        with pytest.raises(refused.CardNotReady) as missing:
            add(lacking, "cards")
        assert missing.value.facts == {"missing": [field]}


def test_a_resident_holds_one_card_at_a_time() -> None:
    resident = ready()
    first = add(resident, "cards")

    with pytest.raises(refused.CardStillValid):
        add(resident, "cards", number="SECOND-1")
    follow(resident, "cards", "loss", first)
    second = add(resident, "cards", number="SECOND-1")
    with pytest.raises(refused.CardStillValid):
        follow(resident, "cards", "replacement", first)
    follow(resident, "cards", "replacement", second)
    with pytest.raises(refused.CardStillValid):
        add(resident, "cards", number="THIRD-1")


def test_no_card_is_issued_or_replaced_while_the_identity_is_in_dispute() -> None:
    resident, waiting = ready(), ready()
    card = add(resident, "cards")
    for disputed in (resident, waiting):
        dispute = add(disputed, "identity-disputes", other=None)

    is_refused(refused.IdentityInDispute, lambda: add(waiting, "cards"))
    is_refused(refused.IdentityInDispute, lambda: follow(resident, "cards", "replacement", card))
    follow(resident, "cards", "loss", card)
    follow(waiting, "identity-disputes", "settlement", dispute)
    add(waiting, "cards")


def test_a_card_is_corrected_in_all_but_its_number() -> None:
    resident = ready()
    card = add(resident, "cards")

    def correct(**changes: object) -> None:
        filled = content("card", **changes)
        resident.correct(act(), card, reason="misprinted", form=form_ref("card"), content=filled)

    correct(note="does not hear well")

    with pytest.raises(ContentRefused) as number:
        correct(number="ANOTHER-1")
    assert [one["field"] for one in number.value.problems] == ["/number"]


def test_the_dead_are_given_no_new_card() -> None:
    resident = ready()
    card = add(resident, "cards")
    resident.close(act("2026-05-01"), reason="death")

    with pytest.raises(errors.RecordClosed):
        follow(resident, "cards", "replacement", card)
    follow(resident, "cards", "revocation", card)
