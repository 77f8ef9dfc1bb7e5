"""Each kind of resource on its form: what is told, what is left out, and what becomes a document instead."""

import pytest

from domain import forms
from domain.requests import NewEntry
from domain.time import CHINA
from domain.values import JsonObject, earliest
from tests.tools.fhir_lives import (
    CANARY_NUMBER,
    LOINC,
    ME,
    SNOMED,
    SOURCE,
    TERMS,
    JsonMap,
    concept,
    condition,
    encounter,
    life,
    patient,
    resource,
    to,
)
from tools.fhir.bundle import Resource
from tools.fhir.life import Life
from tools.fhir.patient import basic_information, new_record
from tools.fhir.plan import plan

DOCTOR = resource("Practitioner", "doc", name=[{"family": "Hand", "given": ["Steady"]}])
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def checked(entry: NewEntry) -> JsonObject:
    """The content as its form takes it."""
    name = entry.form or {
        "basic-information": "personal-basic-information",
        "encounters": "reception",
        "problems": "problem",
        "allergies": "allergy",
        "medications": "medication",
        "immunizations": "immunization",
        "programmes": "programme-enrolment",
    }.get(entry.kind, "document")
    return forms.current(name, earliest(entry.occurred).astimezone(CHINA).date()).check(entry.content)


def became(told: JsonMap, *others: JsonMap) -> NewEntry:
    """The one entry that tells a resource (its original apart)."""
    lived = life(patient(), told, *others)
    return next(
        step.entry for step in plan(lived).steps if _tells(step.resources, told) and not step.is_original
    )


def _tells(resources: tuple[Resource, ...], told: JsonMap) -> bool:
    return any(one.value["id"] == told["id"] for one in resources)


def entry_of(told: JsonMap, *others: JsonMap) -> JsonObject:
    found = became(told, *others)
    assert found.kind != "documents"
    return checked(found)


def is_document(told: JsonMap) -> bool:
    found = became(told)
    checked(found)
    return found.kind == "documents"


def information(lived: Life) -> JsonObject:
    entry = basic_information(lived)
    assert entry is not None
    return checked(entry)


def test_a_patient_is_the_basic_information_about_their_birth() -> None:
    entry = basic_information(life(patient()))

    assert entry is not None and entry.occurred == {"at": "1949-12-31", "precision": "day", "about": True}
    assert checked(entry) == {
        "name": "Zhenzhu Canaryson",
        "sex": "female",
        "birth_date": "1949-12-31",
        "phone": "555-010-9999",
        "address": "1 Quiet Lane, Harbour, MA, 01199",
        "marital_status": "married",
    }


def test_what_the_form_cannot_take_of_a_patient_is_left_out() -> None:
    lived = life(
        patient(
            gender="other",
            telecom=[{"system": "phone", "value": "ask the neighbour"}],
            maritalStatus=concept(f"{TERMS}/v3-MaritalStatus", "I"),
            address=[{"line": ["x" * 300]}],
            name=[{"text": "As Written"}],
        )
    )

    told = information(lived)

    assert told == {"name": "As Written", "sex": "unstated", "birth_date": "1949-12-31"}


@pytest.mark.parametrize("missing", ["name", "birthDate"])
def test_without_name_or_birth_date_there_is_no_form(missing: str) -> None:
    assert basic_information(life({**patient(), missing: None}, encounter("e", "2019-01-01"))) is None


def test_a_record_is_inherited_by_law_under_the_sources_own_number() -> None:
    new = new_record(life(patient()))

    assert (new.channel, new.legal_basis, new.consent) == ("import", "inherited-record", None)
    assert new.documents == [{"kind": "other", "number": CANARY_NUMBER, "issuer": SOURCE}]
    assert new.source_id is not None and new.source_id.text == f"{SOURCE}|Patient/me"


def test_a_person_without_a_number_has_a_temporary_identity() -> None:
    (document,) = new_record(life(patient(identifier=[{"value": "7"}]))).documents

    assert document["kind"] == "temporary"


def test_an_encounter_is_a_reception_with_what_it_was_for() -> None:
    told = encounter(
        "e",
        "2010-05-03",
        participant=[{"individual": to("doc")}],
        reasonCode=[concept(SNOMED, "74400008", "Appendicitis")],
        serviceType={"text": "Surgery"},
    )

    content = entry_of(told, DOCTOR, condition("c", "2010-05-03", encounter=to("e")))

    assert content == {
        "setting": "clinic",
        "department": "Surgery",
        "service": {"system": SNOMED, "code": "185349003", "display": "Encounter for check up"},
        "reasons": [{"system": SNOMED, "code": "74400008", "display": "Appendicitis"}],
        "began_on": "2010-05-03",
        "ended_on": "2010-05-03",
        "assessment": {"diagnoses": [{"system": SNOMED, "code": "38341003", "display": "Hypertension"}]},
        "doctor": "Steady Hand",
    }


@pytest.mark.parametrize(
    ("code", "setting"),
    [("AMB", "clinic"), ("EMER", "emergency"), ("IMP", "inpatient"), ("HH", "home"), ("VR", "remote")],
)
def test_the_class_of_an_encounter_is_its_setting(code: str, setting: str) -> None:
    assert entry_of(encounter("e", "2010-05-03", code))["setting"] == setting


@pytest.mark.parametrize(
    "changes", [{"status": "planned"}, {"status": "entered-in-error"}, {"class": {"code": "MIL"}}]
)
def test_an_encounter_that_was_none_is_a_document(changes: JsonMap) -> None:
    assert is_document({**encounter("e", "2010-05-03"), **changes})


def test_an_end_before_the_beginning_is_left_out() -> None:
    turned = {"start": "2010-05-03T00:30:00+08:00", "end": "2010-05-02T17:30:00Z"}

    assert "ended_on" not in entry_of(encounter("e", "2010-05-03", period=turned))


def test_a_condition_is_a_problem_with_its_course() -> None:
    ended = condition(
        "c",
        "2010-05-03",
        "444814009",
        clinicalStatus=concept(f"{TERMS}/condition-clinical", "resolved"),
        abatementDateTime="2010-05-17T10:00:00+08:00",
        severity=concept(SNOMED, "24484000"),
    )

    assert entry_of(ended) == {
        "problem": {"system": SNOMED, "code": "444814009", "display": "Hypertension"},
        "clinical_status": "resolved",
        "verification": "confirmed",
        "severity": "severe",
        "onset_on": "2010-05-03",
        "abated_on": "2010-05-17",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"code": {"text": "no code"}},
        {"clinicalStatus": concept(f"{TERMS}/condition-clinical", "unheard-of")},
        {"verificationStatus": concept(f"{TERMS}/condition-ver-status", "entered-in-error")},
    ],
)
def test_a_condition_that_the_form_cannot_tell_is_a_document(changes: JsonMap) -> None:
    assert is_document({**condition("c", "2010-05-03"), **changes})


@pytest.mark.parametrize(
    ("system", "code", "programme"),
    [
        (SNOMED, "38341003", "hypertension"),
        (SNOMED, "59621000", "hypertension"),
        ("http://hl7.org/fhir/sid/icd-10", "I10", "hypertension"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "type-2-diabetes"),
        (SNOMED, "44054006", "type-2-diabetes"),
        (SNOMED, "15777000", None),  # prediabetes
        ("http://hl7.org/fhir/sid/icd-10", "E10", None),  # type 1
        (LOINC, "38341003", None),
    ],
)
def test_hypertension_and_type_2_diabetes_enrol(system: str, code: str, programme: str | None) -> None:
    lived = life(patient(), condition("c", "2010-05-03", code=code) | {"code": concept(system, code, "It")})

    enrolled = [checked(step.entry) for step in plan(lived).steps if step.entry.kind == "programmes"]

    assert [one["programme"] for one in enrolled] == ([programme] if programme else [])
    assert all(one["enrolled_on"] == "2010-05-03" for one in enrolled)


@pytest.mark.parametrize(
    "changes",
    [
        {"clinicalStatus": concept(f"{TERMS}/condition-clinical", "resolved")},
        {"verificationStatus": concept(f"{TERMS}/condition-ver-status", "refuted")},
        {"verificationStatus": concept(f"{TERMS}/condition-ver-status", "differential")},
    ],
)
def test_nobody_is_enrolled_for_a_disease_they_do_not_have(changes: JsonMap) -> None:
    lived = life(patient(), {**condition("c", "2010-05-03"), **changes})

    assert [step for step in plan(lived).steps if step.entry.kind == "programmes"] == []


def test_an_allergy_that_stands_is_an_allergy() -> None:
    told = resource(
        "AllergyIntolerance",
        "a",
        clinicalStatus=concept(f"{TERMS}/allergyintolerance-clinical", "active"),
        type="allergy",
        category=["food"],
        criticality="low",
        code=concept(SNOMED, "762952008", "Peanut"),
        patient=ME,
        onsetDateTime="1955-06",
        reaction=[{"manifestation": [concept(SNOMED, "126485001", "Hives")], "severity": "mild"}],
    )

    assert entry_of(told) == {
        "substance": {"system": SNOMED, "code": "762952008", "display": "Peanut"},
        "kind": "allergy",
        "category": "food",
        "criticality": "low",
        "reactions": [
            {
                "manifestation": {"system": SNOMED, "code": "126485001", "display": "Hives"},
                "severity": "mild",
            }
        ],
        "noticed_on": "1955-06",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"clinicalStatus": concept(f"{TERMS}/allergyintolerance-clinical", "resolved")},
        {"verificationStatus": concept(f"{TERMS}/allergyintolerance-verification", "refuted")},
        {"code": {"text": "something in the air"}},
    ],
)
def test_an_allergy_that_does_not_stand_is_a_document(changes: JsonMap) -> None:
    told = resource("AllergyIntolerance", "a", code=concept(SNOMED, "762952008", "It"), patient=ME)

    assert is_document({**told, **changes})


def test_a_prescription_is_a_medication_for_its_reason() -> None:
    told = resource(
        "MedicationRequest",
        "m",
        status="stopped",
        medicationCodeableConcept=concept(RXNORM, "316052", "Hydrochlorothiazide 6.25 MG"),
        subject=ME,
        authoredOn="2010-05-03T09:20:00+08:00",
        requester=to("doc"),
        reasonReference=[to("c")],
        dosageInstruction=[
            {
                "asNeededBoolean": True,
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1.50, "unit": "tablet"}}],
                "route": {"text": "oral"},
            }
        ],
    )

    assert entry_of(told, DOCTOR, condition("c", "2010-05-03")) == {
        "drug": {"system": RXNORM, "code": "316052", "display": "Hydrochlorothiazide 6.25 MG"},
        "dose": "1.5 tablet",
        "route": "oral",
        "frequency": "2 per 1 d, as needed",
        "started_on": "2010-05-03",
        "prescriber": "Steady Hand",
        "reasons": [{"system": SNOMED, "code": "38341003", "display": "Hypertension"}],
        "note": "FHIR MedicationRequest, status stopped",
    }


def test_a_drug_may_be_a_resource_of_its_own() -> None:
    drug = resource("Medication", "drug", code=concept(RXNORM, "316052", "Pill"))
    told = resource("MedicationRequest", "m", status="active", medicationReference=to("drug"), subject=ME)

    assert entry_of(told, drug)["drug"] == {"system": RXNORM, "code": "316052", "display": "Pill"}


@pytest.mark.parametrize(
    "changes", [{"status": "draft"}, {"status": "entered-in-error"}, {"doNotPerform": True}]
)
def test_what_was_never_prescribed_is_a_document(changes: JsonMap) -> None:
    drug = concept(RXNORM, "316052", "Pill")
    told = resource("MedicationRequest", "m", status="active", medicationCodeableConcept=drug, subject=ME)

    assert is_document({**told, **changes})


def test_an_immunization_tells_vaccine_dose_and_lot() -> None:
    told = resource(
        "Immunization",
        "i",
        status="completed",
        vaccineCode=concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza"),
        patient=ME,
        occurrenceDateTime="2011-06-01",
        lotNumber="AB-12",
        expirationDate="2012-01",
        manufacturer={"display": "A works"},
        site={"text": "left arm"},
        protocolApplied=[{"doseNumberPositiveInt": 2}],
    )

    assert entry_of(told) == {
        "vaccine": {"system": "http://hl7.org/fhir/sid/cvx", "code": "140", "display": "Influenza"},
        "dose_number": 2,
        "lot": "AB-12",
        "expires_on": "2012-01",
        "manufacturer": "A works",
        "site": "left arm",
    }
    assert is_document({**told, "status": "not-done"})


@pytest.mark.parametrize("kind", ["Claim", "CarePlan", "Procedure", "Provenance", "Device"])
def test_what_no_form_tells_is_a_document_of_the_sources_own_bytes(kind: str) -> None:
    told = resource(kind, "x", subject=ME, date="2011-06-02")

    content = checked(became(told))

    assert content["title"] == f"FHIR {kind}"
    assert (content["kind"], content["media_type"]) == ("fhir-resource", "application/fhir+json")


def test_words_too_long_for_a_form_are_left_out_and_the_rest_is_told() -> None:
    told = condition("c", "2010-05-03") | {"code": concept(SNOMED, "38341003", "x" * 500)}

    assert entry_of(told)["problem"] == {"system": SNOMED, "code": "38341003"}
