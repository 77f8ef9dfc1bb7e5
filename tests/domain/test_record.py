"""The record's decisions, one sentence each."""

from uuid import UUID

import pytest

from domain.entries import FORMS, PROGRAMMES, programme_of
from domain.errors import (
    AllergyAlreadyRecorded,
    AlreadyEnrolled,
    ConsentMissing,
    EntryRetracted,
    FormNotAccepted,
    IdentityAlreadyLinked,
    IdentityDisagrees,
    NotEnrolled,
    ReasonMissing,
    RecordClosed,
    RecordNotClosed,
    UnknownCode,
    UnknownCollection,
    UnknownEntry,
    UnknownProgramme,
)
from domain.forms.codes import ProgrammeSince2024
from domain.identity import identity_document
from domain.record import CHANNELS, CLOSING_REASONS, Record
from domain.record_events import ENTRIES, SEQUEL_EVENTS
from tests.builders import (
    LI_ID,
    PEANUT,
    PENICILLIN,
    PLAIN_KINDS,
    WANG_ID,
    act,
    add,
    card,
    content,
    fitting,
    form_ref,
    identity_number,
    record,
)

UNKNOWN = UUID(int=2**127)


def pending(of: Record) -> list[str]:
    return [type(event).__name__ for event in of.pending_events]


def correct(of: Record, entry: UUID, form: str, reason: str = "misread", **changes: object) -> None:
    of.correct(act(), entry, reason=reason, form=form_ref(form), content=content(form, **changes))


def test_a_record_needs_consent_or_a_legal_basis() -> None:
    with pytest.raises(ConsentMissing):
        create(consented=False)

    assert create(consented=False, legal_basis="emergency").version == 1
    assert create(consented=True).version == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_way_of_opening_a_record_is_known(channel: str) -> None:
    assert create(channel=channel).version == 1


def test_an_unknown_channel_or_legal_basis_is_refused_by_its_field() -> None:
    with pytest.raises(UnknownCode, match="channel"):
        create(channel="television")
    with pytest.raises(UnknownCode, match="legal_basis"):
        create(legal_basis="curiosity")


def test_consent_is_the_residents_or_of_who_may_speak_for_them() -> None:
    with pytest.raises(UnknownCode, match="consent"):
        record().give_consent(act(), by="neighbour")


ISO_21089 = {"access", "amend", "archive", "attest", "deprecate", "link", "merge", "originate"} | {
    "destroy",
    "disclose",
    "hold",
    "reactivate",
    "receive",
    "transmit",
    "unhold",
    "unlink",
    "unmerge",
    "verify",
}


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_every_kind_of_entry_can_be_added_and_takes_its_events_id(kind: str) -> None:
    opened = record()

    entry = add(opened, kind, **fitting(kind, add(opened, "encounters")))

    assert opened.pending_events[-1].event_id == entry  # type: ignore[attr-defined]  # ours all have one
    assert opened.state.entries[str(entry)].kind == kind


def test_an_unknown_collection_or_a_form_of_another_collection_is_refused() -> None:
    with pytest.raises(UnknownCollection):
        record().add_entry(act(), "rumours", form_ref("problem"), content("problem"))
    with pytest.raises(FormNotAccepted):
        add(record(), "problems", form="allergy")


def test_every_programme_on_the_form_is_known_here_with_its_follow_ups() -> None:
    assert {programme.value for programme in ProgrammeSince2024} == set(PROGRAMMES)
    assert all(PROGRAMMES.values())


def test_an_unknown_programme_is_refused() -> None:
    with pytest.raises(UnknownProgramme):
        add(record(), "programmes", programme="happiness")


def test_a_second_enrolment_in_a_programme_is_refused_and_leaves_no_event() -> None:
    resident = record()
    first = add(resident, "programmes", programme="hypertension")
    before = pending(resident)

    with pytest.raises(AlreadyEnrolled) as refusal:
        add(resident, "programmes", programme="hypertension")

    assert refusal.value.facts == {"entry": str(first)}
    assert pending(resident) == before


@pytest.mark.parametrize("form", FORMS["follow-ups"])
def test_a_follow_up_needs_an_enrolment_in_its_own_programme(form: str) -> None:
    stranger, resident = record(), record()
    for programme in set(PROGRAMMES) - {programme_of(form)}:
        add(stranger, "programmes", programme=programme)
    add(resident, "programmes", programme=programme_of(form))

    add(resident, "follow-ups", form=form)

    with pytest.raises(NotEnrolled):
        add(stranger, "follow-ups", form=form)


def test_a_form_belongs_to_one_programme_and_another_form_to_none() -> None:
    assert len(set(FORMS["follow-ups"])) == len(FORMS["follow-ups"])
    with pytest.raises(UnknownProgramme):
        programme_of("health-examination")


def test_the_newborn_form_must_tell_what_the_linked_identity_number_tells() -> None:
    child = record()
    add(child, "programmes", programme="child")
    child.link_identity(act(), card(identity_number("20260109", 2)))
    form = "newborn-home-visit"

    add(child, "follow-ups", form=form, identity_number=identity_number("20260109", 2))

    with pytest.raises(IdentityDisagrees, match="birth_date"):
        add(child, "follow-ups", form=form, birth_date="2026-01-10")
    with pytest.raises(IdentityDisagrees, match="sex"):
        add(child, "follow-ups", form=form, sex="male")
    with pytest.raises(IdentityDisagrees, match="identity_number"):
        add(child, "follow-ups", form=form, identity_number=identity_number("20260109", 4))


def test_a_retracted_enrolment_ends_it_and_a_new_one_may_follow() -> None:
    resident = record()
    enrolment = add(resident, "programmes", programme="hypertension")

    resident.retract(act(), enrolment, reason="another resident was meant")

    with pytest.raises(NotEnrolled):
        add(resident, "follow-ups", form="hypertension-follow-up")
    add(resident, "programmes", programme="hypertension")


def test_an_allergy_recorded_twice_is_refused_and_leaves_no_event() -> None:
    resident = record()
    resident.add_entry(act(), "allergies", form_ref("allergy"), PENICILLIN)
    before = pending(resident)

    with pytest.raises(AllergyAlreadyRecorded):
        resident.add_entry(act(), "allergies", form_ref("allergy"), PENICILLIN)

    assert pending(resident) == before


def test_correcting_an_allergys_substance_frees_the_wrong_one_and_takes_the_right_one() -> None:
    resident = record()
    entry = resident.add_entry(act(), "allergies", form_ref("allergy"), PENICILLIN)

    resident.correct(act(), entry, reason="peanut was meant", form=form_ref("allergy"), content=PEANUT)

    resident.add_entry(act(), "allergies", form_ref("allergy"), PENICILLIN)
    with pytest.raises(AllergyAlreadyRecorded):
        resident.add_entry(act(), "allergies", form_ref("allergy"), PEANUT)


def test_an_entry_corrected_into_what_another_entry_says_is_refused() -> None:
    resident = record()
    resident.add_entry(act(), "allergies", form_ref("allergy"), PENICILLIN)
    other = resident.add_entry(act(), "allergies", form_ref("allergy"), PEANUT)

    with pytest.raises(AllergyAlreadyRecorded):
        resident.correct(act(), other, reason="x", form=form_ref("allergy"), content=PENICILLIN)


def test_a_correction_names_an_entry_that_stands_and_says_why_under_the_same_form() -> None:
    resident = record()
    entry = add(resident, "problems")

    with pytest.raises(UnknownEntry):
        correct(resident, UNKNOWN, "problem")
    with pytest.raises(ReasonMissing):
        correct(resident, entry, "problem", reason="  ")
    with pytest.raises(FormNotAccepted):
        correct(resident, entry, "allergy")
    correct(resident, entry, "problem", note="no angina")
    resident.retract(act(), entry, reason="another resident was meant")
    with pytest.raises(EntryRetracted):
        correct(resident, entry, "problem")
    with pytest.raises(EntryRetracted):
        resident.retract(act(), entry, reason="again")


def test_a_follow_up_can_be_corrected_after_its_enrolment_was_retracted() -> None:
    resident = record()
    enrolment = add(resident, "programmes", programme="hypertension")
    follow_up = add(resident, "follow-ups", form="hypertension-follow-up")
    resident.retract(act(), enrolment, reason="wrong programme")

    correct(resident, follow_up, "hypertension-follow-up")

    assert pending(resident)[-1] == "EntryCorrected"


@pytest.mark.parametrize("reason", CLOSING_REASONS)
def test_a_closed_record_refuses_care_after_the_closing_and_nothing_else(reason: str) -> None:
    resident = record()
    entry = add(resident, "problems", when="2019-01-01")
    resident.close(act("2020-05-03"), reason=reason)

    with pytest.raises(RecordClosed):
        add(resident, "encounters", when="2020-05-04")
    with pytest.raises(RecordClosed):
        resident.close(act(), reason=reason)
    add(resident, "encounters", when="2020-05-02")
    add(resident, "encounters", when="2020-05-03T10:00:00+08:00")  # the day itself is not after it
    add(resident, "documents", when="2026-01-01")
    correct(resident, entry, "problem")
    resident.retract(act(), entry, reason="made in error")


def test_a_reopened_record_takes_care_again() -> None:
    resident = record()
    with pytest.raises(RecordNotClosed):
        resident.reopen(act(), reason="came back")
    resident.close(act("2020"), reason="moved-out")
    with pytest.raises(ReasonMissing):
        resident.reopen(act(), reason="")

    resident.reopen(act(), reason="came back")

    add(resident, "encounters", when="2026-01-01")


def test_an_unknown_reason_to_close_is_refused() -> None:
    with pytest.raises(UnknownCode):
        record().close(act(), reason="boredom")


def test_a_temporary_identity_is_followed_by_a_card_and_no_second_card() -> None:
    resident = record()
    resident.link_identity(act(), identity_document("temporary", reason="newborn"))
    with pytest.raises(IdentityAlreadyLinked):
        resident.link_identity(act(), identity_document("temporary", reason="newborn"))

    resident.link_identity(act(), card(WANG_ID))

    assert (resident.state.birth_date, resident.state.sex) == ("1949-12-31", "female")
    with pytest.raises(IdentityAlreadyLinked):
        resident.link_identity(act(), card(LI_ID))
    resident.link_identity(act(), identity_document("passport", "E12345678", issuer="CHN"))


def test_a_second_number_of_another_person_disagrees() -> None:
    resident = record()
    resident.link_identity(act(), card(WANG_ID))

    with pytest.raises(IdentityDisagrees):
        resident.link_identity(act(), identity_document("residence-permit-hmt", LI_ID))


def test_basic_information_agrees_with_the_identity_card_and_brings_no_number_of_its_own() -> None:
    resident = record()
    with pytest.raises(IdentityDisagrees, match="identity_number"):
        add(resident, "basic-information")
    resident.link_identity(act(), card(WANG_ID))

    with pytest.raises(IdentityDisagrees, match="sex"):
        add(resident, "basic-information", sex="male")
    with pytest.raises(IdentityDisagrees, match="birth_date"):
        add(resident, "basic-information", birth_date="1950-01-01")
    entry = add(resident, "basic-information")
    with pytest.raises(IdentityDisagrees, match="sex"):
        correct(resident, entry, "personal-basic-information", sex="male")


def test_a_card_linked_later_agrees_with_the_basic_information_as_corrected() -> None:
    resident = record()
    entry = add(resident, "basic-information", identity_number=None, sex="male")
    with pytest.raises(IdentityDisagrees, match="sex"):
        resident.link_identity(act(), card(WANG_ID))

    correct(resident, entry, "personal-basic-information", identity_number=None)

    resident.link_identity(act(), card(WANG_ID))


def test_a_login_is_linked_once() -> None:
    resident = record()
    resident.link_login(act(), issuer="https://login.example", subject="wang")

    with pytest.raises(IdentityAlreadyLinked):
        resident.link_login(act(), issuer="https://login.example", subject="wang")
    resident.link_login(act(), issuer="https://login.example", subject="wang-2")


def test_every_event_has_a_topic_a_reason_to_exist_and_a_lifecycle_code() -> None:
    owned = [one for one in vars(Record).values() if hasattr(one, "TOPIC") and one is not Record]
    classes = [*owned, *ENTRIES.values(), *dict.fromkeys(SEQUEL_EVENTS.values())]
    for event_class in classes:
        assert event_class.TOPIC.startswith("record.") and event_class.TOPIC.endswith(".v1")
        assert event_class.__doc__ and not event_class.__doc__.startswith(event_class.__name__)
        assert event_class.LIFECYCLE in ISO_21089
    assert len({one.TOPIC for one in classes}) == len(classes) == 81


def test_a_snapshot_restores_the_same_record() -> None:
    resident = record()
    resident.link_identity(act(), card())
    add(resident, "programmes", programme="hypertension")
    entry = add(resident, "allergies")
    correct(resident, entry, "allergy", note="told again")
    resident.close(act("2026-01"), reason="lost")
    resident.collect_events()

    restored = Record.restore(resident.id, resident.state_to_json())

    assert restored == resident
    assert restored.state is not resident.state


def create(channel: str = "visit", consented: bool = True, legal_basis: str | None = None) -> Record:
    return Record.create(
        UUID(int=5),
        act(),
        number="11010100100100001",
        channel=channel,
        custodian=UUID(int=2),
        access_stream=UUID(int=3),
        consented=consented,
        legal_basis=legal_basis,
    )


def test_every_collection_has_an_event_and_forms() -> None:
    assert set(ENTRIES) == set(FORMS)
