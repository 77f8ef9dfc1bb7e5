"""Made-up lives as FHIR bundles, small enough to see through."""

import json
from pathlib import Path

from tools.fhir.bundle import read
from tools.fhir.life import Life

JsonMap = dict[str, object]

SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
TERMS = "http://terminology.hl7.org/CodeSystem"
SOURCE = "https://source.example"
CANARY_NAME, CANARY_NUMBER = "Zhenzhu Canaryson", "CANARY-99-1234"


def concept(system: str, code: str, display: str | None = None) -> JsonMap:
    shown = {"display": display, "text": display} if display else {}
    coding = {"system": system, "code": code} | {key: shown[key] for key in shown if key == "display"}
    return {"coding": [coding]} | {key: shown[key] for key in shown if key == "text"}


def resource(kind: str, id: str, **fields: object) -> JsonMap:
    return {"resourceType": kind, "id": id, **fields}


def to(id: str) -> JsonMap:
    return {"reference": f"urn:uuid:{id}"}


ME = to("me")


def patient(id: str = "me", **fields: object) -> JsonMap:
    told: JsonMap = {
        "identifier": [{"system": SOURCE, "value": CANARY_NUMBER}],
        "name": [{"family": "Canaryson", "given": ["Zhenzhu"], "prefix": ["Ms."]}],
        "telecom": [{"system": "phone", "value": "555-010-9999"}],
        "gender": "female",
        "birthDate": "1949-12-31",
        "address": [{"line": ["1 Quiet Lane"], "city": "Harbour", "state": "MA", "postalCode": "01199"}],
        "maritalStatus": concept(f"{TERMS}/v3-MaritalStatus", "M"),
    }
    return resource("Patient", id, **{**told, **fields})


def encounter(id: str, on: str, kind: str = "AMB", **fields: object) -> JsonMap:
    told: JsonMap = {
        "status": "finished",
        "class": {"system": f"{TERMS}/v3-ActCode", "code": kind},
        "type": [concept(SNOMED, "185349003", "Encounter for check up")],
        "subject": ME,
        "period": {"start": f"{on}T09:00:00+08:00", "end": f"{on}T09:30:00+08:00"},
    }
    return resource("Encounter", id, **{**told, **fields})


def condition(id: str, on: str, code: str = "38341003", **fields: object) -> JsonMap:
    told: JsonMap = {
        "clinicalStatus": concept(f"{TERMS}/condition-clinical", "active"),
        "verificationStatus": concept(f"{TERMS}/condition-ver-status", "confirmed"),
        "code": concept(SNOMED, code, "Hypertension"),
        "subject": ME,
        "onsetDateTime": f"{on}T09:10:00+08:00",
    }
    return resource("Condition", id, **{**told, **fields})


def observation(id: str, at: str | None, on: str, code: str, **fields: object) -> JsonMap:
    told: JsonMap = {
        "status": "final",
        "code": concept(LOINC, code, "A measurement"),
        "subject": ME,
        "effectiveDateTime": f"{on}T09:05:00+08:00",
        **({"encounter": to(at)} if at else {}),
    }
    return resource("Observation", id, **{**told, **fields})


def quantity(value: object, unit: str) -> JsonMap:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def pressure(id: str, at: str, on: str, systolic: object = 152, diastolic: object = 94) -> JsonMap:
    parts = [
        {"code": concept(LOINC, "8462-4"), "valueQuantity": quantity(diastolic, "mm[Hg]")},
        {"code": concept(LOINC, "8480-6"), "valueQuantity": quantity(systolic, "mm[Hg]")},
    ]
    return observation(id, at, on, "55284-4", component=parts)


def bundle(*resources: JsonMap) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def life(*resources: JsonMap) -> Life:
    return Life(read(bundle(*resources)))


def whole_life() -> list[JsonMap]:
    """A resident of one encounter each for diagnosis, follow-up and death, with something of everything."""
    return [
        patient(deceasedDateTime="2021-03-04T05:06:07+08:00"),
        encounter("first", "2010-05-03"),
        condition("high", "2010-05-03", encounter=to("first")),
        pressure("bp1", "first", "2010-05-03"),
        observation("weight", "first", "2010-05-03", "29463-7", valueQuantity=quantity(61.5, "kg")),
        observation("pain", "first", "2010-05-03", "72514-3", valueQuantity=quantity(2, "{score}")),
        encounter("second", "2011-06-01"),
        pressure("bp2", "second", "2011-06-01", 138, 84),
        resource(
            "MedicationRequest",
            "pills",
            status="active",
            intent="order",
            medicationCodeableConcept=concept(
                "http://www.nlm.nih.gov/research/umls/rxnorm", "316052", "Pill"
            ),
            subject=ME,
            encounter=to("second"),
            authoredOn="2011-06-01T09:20:00+08:00",
        ),
        resource(
            "Immunization",
            "flu",
            status="completed",
            vaccineCode=concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza"),
            patient=ME,
            occurrenceDateTime="2011-06-01T09:25:00+08:00",
        ),
        resource(
            "AllergyIntolerance",
            "nuts",
            clinicalStatus=concept(f"{TERMS}/allergyintolerance-clinical", "active"),
            code=concept(SNOMED, "762952008", "Peanut"),
            patient=ME,
            recordedDate="1955",
        ),
        resource("Claim", "bill", status="active", patient=ME, created="2011-06-02", total={"value": 1.10}),
        resource("Organization", "clinic", name="A clinic"),
        encounter("certificate", "2021-03-05"),
    ]


def somebody_else(life: list[JsonMap], who: str) -> list[JsonMap]:
    """The same life of another person: other ids, but for the institution's."""
    text = json.dumps(life).replace(CANARY_NUMBER, f"{CANARY_NUMBER}-{who}")
    for id in [str(one["id"]) for one in life if one["resourceType"] != "Organization"]:
        text = text.replace(f'"{id}"', f'"{id}-{who}"').replace(f'urn:uuid:{id}"', f'urn:uuid:{id}-{who}"')
    renamed: list[JsonMap] = json.loads(text)
    return renamed


def write(folder: Path, name: str, *resources: JsonMap) -> Path:
    path = folder / f"{name}.json"
    path.write_bytes(bundle(*resources))
    return path
