"""Over HTTP: options of forms that tell a condition of a class are shown to whom the class is open only.

Asked are all routes below a record that the API's own description names, so a new one is asked by itself.
"""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias, cast

import pytest

from domain.measurements import MEASUREMENTS
from tests.api.access_world import SOON, at_once
from tests.api.listed import fold, now
from tests.api.served import Served, enrol, login, new_entry, new_number, new_record
from tests.builders import content

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely

INSPECTOR, GUIDING = ("inspector", "assessment"), ("guiding-nurse", "management")
BASIC = "personal-basic-information"
HAS_IT: Json = {
    "past_history": {
        "diseases": [{"disease": "hypertension"}, {"disease": "hepatitis"}, {"disease": "tuberculosis"}]
    },
    "family_history": {"siblings": ["severe-mental-disorder"]},
    "disabilities": ["intellectual"],
}
DENIES_IT: Json = {
    "past_history": {"diseases": [{"disease": "hypertension"}]},
    "family_history": {"siblings": ["none"]},
    "disabilities": ["none"],
}
TESTED: Json = {
    "general": {"elderly": {"emotion": "positive", "emotion_score": 22}},
    "tests": {"hbsag": "positive"},
}
CLEAR: Json = {"general": {"elderly": {"emotion": "negative"}}, "tests": {"hbsag": "negative"}}
WORDS = ("hepatitis", "tuberculosis", "severe-mental", "intellectual", "emotion", "hbsag", "disabilities")
ROUTE = "/v1/records/{record_id}"


@pytest.fixture(scope="module")
def county(served: Served) -> Served:
    enrol(served, served.bureau, "inspector", "inspector")
    enrol(served, served.other_clinic, "guiding-nurse", "practitioner")
    enrol(served, served.other_clinic, "researcher", "researcher")
    guidance = {"by": str(served.other_clinic)}
    answer = served.post(f"/v1/institutions/{served.clinic}/guidance", guidance, "county", "management")
    assert answer.status_code == 201, answer.text
    return served


def opened(county: Served, basic: Json, examined: Json, subject: str = "") -> str:
    """A record with the two forms; subject: the resident's login."""
    number = new_number()
    told = content(BASIC, **basic, identity_number=number)
    told |= {"birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "phone": "13900000000"}
    told |= {"sex": "male" if int(number[16]) % 2 else "female"}
    asked = {**new_record(number), "basic_information": {"content": told}}
    record = county.open_record(**{**asked, **({"login": login(subject)} if subject else {})})
    entry = new_entry("examinations", **examined)
    answer = county.post(f"/v1/records/{record}/examinations", entry)
    assert answer.status_code == 201, answer.text
    return record


@pytest.fixture(scope="module")
def record(county: Served) -> Iterator[str]:
    made = opened(county, HAS_IT, TESTED, "options-resident")
    fold(county)
    yield made


def routes(county: Served) -> list[str]:
    """Every address below a record that is asked for by the record alone."""
    paths = county.client.get("/openapi.json").json()["paths"]
    below = [one for one in paths if one.startswith(ROUTE) and "get" in paths[one]]
    asked = [one.replace("{record_id}", "{0}") for one in below if "{" not in one[len(ROUTE) :]]
    return [*asked, *(f"/v1/records/{{0}}/measurements/{name}" for name in MEASUREMENTS)]


def words(text: str) -> list[str]:
    return [one for one in WORDS if one in text]


@pytest.mark.parametrize("who", [INSPECTOR, GUIDING], ids=["inspector", "guiding"])
def test_no_route_tells_them_whatever_past_is_asked_for(
    county: Served, record: str, who: tuple[str, str]
) -> None:
    pasts: list[dict[str, str]] = [
        {},
        {"as_of": now()},
        {"valid_at": now()},
        {"version": "3"},
        {"section": "basic-information"},
        {"section": "examinations"},
    ]
    answered = set()
    for route in routes(county):
        for asked in pasts:
            answer = county.get(route.format(record), *who, asked)
            assert not words(answer.text), (route, asked)
            answered |= {route} if answer.status_code == 200 else set()

    assert {"/v1/records/{0}", "/v1/records/{0}/life-course", "/v1/records/{0}/due"} <= answered
    assert words(county.get(f"/v1/records/{record}").text) == list(WORDS)


def shown(county: Served, record: str, who: tuple[str, str]) -> Json:
    answer = county.get(f"/v1/records/{record}", *who)
    assert answer.status_code == 200, answer.text
    return cast(Json, answer.json())


def test_who_has_it_and_who_denies_it_look_alike(county: Served, record: str) -> None:
    """Also in what the answer has and how long it is, ids and the person aside."""
    other = opened(county, DENIES_IT, CLEAR)
    told = []
    for one in (record, other):
        view = shown(county, one, GUIDING)
        entries = [entry["content"] for name in view["sections"] for entry in view["sections"][name]]
        told.append([{**entry, "identity_number": 0, "birth_date": 0, "sex": 0} for entry in entries])

    assert told[0] == told[1]
    assert told[0][0]["past_history"] == {"diseases": [{"disease": "hypertension"}]}


def test_a_grant_shows_them_if_it_names_the_class(county: Served) -> None:
    seen = []
    for number, classes in enumerate((None, ["mental-health"], ["mental-health", "infectious-disease"])):
        subject = f"granting-resident-{number}"
        record = opened(county, HAS_IT, TESTED, subject)
        granted(county, record, subject, classes)
        seen.append(words(json.dumps(shown(county, record, ("researcher", "research")))))

    mental = ["severe-mental", "intellectual", "emotion", "disabilities"]
    assert seen == [[], [one for one in WORDS if one in mental], list(WORDS)]


def granted(county: Served, record: str, subject: str, classes: list[str] | None) -> None:
    of = f"/v1/records/{record}/access-applications"
    term = {"to": str(county.other_clinic), "since": now()[:10], "until": SOON, "purpose": "research"}
    sections = ["basic-information", "examinations"]
    asked = at_once("access-applications", **term, sections=sections, sensitive=classes)
    applied = county.post(of, asked, "researcher", "research")
    assert applied.status_code == 201, applied.text
    for step, who in (("approval", ("manager", "management")), ("agreement", (subject, "self"))):
        paths = county.client.get("/openapi.json").json()["paths"]
        path = f"{ROUTE}/access-applications/{{entry_id}}/{step}"
        told = paths[path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        answer = county.post(
            f"{of}/{applied.json()['entry']}/{step}", next(iter(told.values()))["value"], *who
        )
        assert answer.status_code == 201, answer.text


def test_the_resident_reads_that_somebody_looked_and_sees_again_what_they_saw(
    county: Served, record: str
) -> None:
    seen = county.get(f"/v1/records/{record}", *INSPECTOR)
    own = ("options-resident", "self")
    listed = county.get(f"/v1/records/{record}/accesses", *own).json()["accesses"]
    access = next(one["event"] for one in listed if one["topic"] == "access.read.v1")

    replayed = county.get(f"/v1/records/{record}/accesses/{access}/replay", *own)

    assert replayed.content == seen.content
    assert not words(replayed.text)


def test_lists_and_searches_of_the_clinic_that_keeps_the_record_tell_no_option(
    county: Served, record: str
) -> None:
    fold(county)
    asked = [
        county.get(f"/v1/institutions/{county.clinic}/roster"),
        county.get(f"/v1/institutions/{county.clinic}/tasks"),
        county.post("/v1/search", {"kind": "phone", "value": "13900000000"}),
        county.get("/v1/statistics", "manager", "management", {"area": "110101001001", "by": "group"}),
    ]

    assert [one.status_code for one in asked] == [200] * 4
    assert not [words(one.text) for one in asked if words(one.text)]
