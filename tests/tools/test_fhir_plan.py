"""A life in steps: in its own time, every resource accounted for once, and kept whole."""

import base64
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import forms
from domain.entries import forms_of
from domain.errors import ContentRefused
from domain.forms.document import LARGEST
from domain.time import CHINA
from domain.values import earliest
from tests.tools.fhir_lives import (
    LOINC,
    ME,
    SOURCE,
    JsonMap,
    concept,
    condition,
    encounter,
    life,
    observation,
    patient,
    pressure,
    quantity,
    resource,
    somebody_else,
    to,
    whole_life,
)
from tools.fhir.bundle import Bundle, Resource, read
from tools.fhir.life import Life
from tools.fhir.plan import MISTIMED, OTHER_PATIENT, TOO_LARGE, Plan, Step, plan


def documents(planned: Plan) -> list[bytes]:
    """The bytes of every attached document."""
    contents = [step.entry.content for step in planned.steps if step.entry.kind == "documents"]
    return [base64.b64decode(one["data"]) for one in contents if isinstance(one, dict)]


def kept_whole(planned: Plan) -> list[bytes]:
    """The bytes of every resource that is in a document, taken out of collections."""
    found = []
    for data in documents(planned):
        is_collection = data.startswith(b'{"resourceType":"Bundle","type":"collection"')
        found += [one.raw for one in read(data).resources] if is_collection else [data]
    return found


def local_ids(planned: Plan) -> list[str]:
    return [step.entry.source_id.id for step in planned.steps if step.entry.source_id]


def told(planned: Plan) -> Counter[Resource]:
    """How often each resource is told by a step that is not merely its original."""
    return Counter(one for step in planned.steps if not step.is_original for one in step.resources)


def test_a_life_is_told_in_its_own_time_with_what_explains_before_what_it_explains() -> None:
    steps = [step for step in plan(life(*whole_life())).steps if step.entry.kind != "documents"]

    assert [(step.entry.kind, step.entry.occurred["at"][:10]) for step in steps] == [
        ("allergies", "1955"),
        ("encounters", "2010-05-03"),
        ("examinations", "2010-05-03"),
        ("problems", "2010-05-03"),
        ("programmes", "2010-05-03"),
        ("encounters", "2011-06-01"),
        ("follow-ups", "2011-06-01"),
        ("medications", "2011-06-01"),
        ("immunizations", "2011-06-01"),
        ("basic-information", "2011-06-02"),  # as last known, not as at birth
    ]


def test_what_is_planned_does_not_date_what_is_known_of_the_person() -> None:
    planned = resource("ServiceRequest", "next", subject=to("me"), occurrenceDateTime="2150-03-01")

    steps = plan(life(*whole_life(), planned)).steps

    [basics] = [step.entry for step in steps if step.entry.kind == "basic-information"]
    assert basics.occurred["at"][:4] == "2011"


def test_every_resource_is_told_once_and_kept_whole_once() -> None:
    lived = life(*whole_life())

    planned = plan(lived)

    assert told(planned) == Counter(one for one in lived.resources if one is not lived.patient)
    assert sorted(kept_whole(planned)) == sorted(one.raw for one in lived.resources)


def test_what_one_entry_was_told_from_is_kept_together_and_stored_before_it() -> None:
    steps = plan(life(*whole_life())).steps

    told = [step for step in steps if step.resources and not step.is_original and step.becomes != "document"]
    for entry in told:
        (original,) = [one for one in steps if one.is_original and one.resources == entry.resources]
        assert steps.index(original) < steps.index(entry)
        assert original.entry.occurred == entry.entry.occurred
    assert [one.reference for one in told[2].resources] == ["Observation/bp1", "Observation/weight"]


def test_after_the_death_come_documents_only() -> None:
    (certificate,) = [step for step in plan(life(*whole_life())).steps if _tells(step, "certificate")]

    assert certificate.entry.kind == "documents" and not certificate.is_original


def _tells(step: Step, id: str) -> bool:
    return any(one.value["id"] == id for one in step.resources)


def test_ids_of_the_source_are_those_of_its_resources() -> None:
    found = local_ids(plan(life(*whole_life())))

    assert {"Encounter/first", "Condition/high", "Condition/high#enrolment"} <= set(found)
    assert len(found) == len(set(found))
    assert all(
        step.entry.source_id is not None and step.entry.source_id.system == SOURCE
        for step in plan(life(*whole_life())).steps
    )


def test_two_lives_share_no_id_although_they_share_an_institution() -> None:
    mine, theirs = whole_life(), somebody_else(whole_life(), "you")

    shared = set(local_ids(plan(life(*mine)))) & set(local_ids(plan(life(*theirs))))

    assert shared == set()


def test_an_examination_with_one_more_reading_is_another_entry_not_silence() -> None:
    fewer = [patient(), encounter("e", "2012-02-03"), pressure("bp", "e", "2012-02-03")]
    weight = observation("w", "e", "2012-02-03", "29463-7", valueQuantity=quantity(60, "kg"))

    (before,) = _examinations(plan(life(*fewer)))
    (after,) = _examinations(plan(life(*fewer, weight)))

    assert before.entry.source_id != after.entry.source_id


def test_a_document_is_known_by_the_bytes_it_keeps() -> None:
    bill = resource("Claim", "bill", patient=ME, total={"value": 1})
    paid = {**bill, "total": {"value": 2}}

    ids = local_ids(plan(life(patient(), bill, paid, bill)))[1:]  # after the patient

    digests = [one.digest for one in life(patient(), bill, paid, bill).resources[1:]]
    assert [one for one in ids if one.startswith("Claim/")] == [f"Claim/bill#{digest}" for digest in digests]
    assert digests[0] == digests[2] != digests[1]


def test_bytes_have_one_id_whether_an_entry_was_told_from_them_or_not() -> None:
    reading, earlier = (pressure(id, "e", "2012-02-03") for id in ("bp", "earlier"))
    told, left = (
        life(patient(), encounter("e", "2012-02-03"), *one) for one in ([reading], [earlier, reading])
    )

    assert [one.becomes for one in _telling(plan(told), "bp")] == ["examination"]
    assert [one.becomes for one in _telling(plan(left), "bp")] == ["document"]
    assert set(local_ids(plan(told))) & set(local_ids(plan(left))) >= {f"Observation/bp#{_bytes(told, 'bp')}"}


def _telling(planned: Plan, id: str) -> list[Step]:
    return [step for step in planned.steps if _tells(step, id) and not step.is_original]


def _bytes(lived: Life, id: str) -> str:
    return next(one.digest for one in lived.resources if one.value["id"] == id)


def _examinations(planned: Plan) -> list[Step]:
    return [step for step in planned.steps if step.becomes == "examination"]


def test_nobody_is_enrolled_twice() -> None:
    lived = life(patient(), condition("late", "2012-01-01"), condition("early", "2010-01-01", "59621000"))

    enrolled = [step.entry for step in plan(lived).steps if step.entry.kind == "programmes"]

    assert [one.source_id.id for one in enrolled if one.source_id] == ["Condition/early#enrolment"]


def test_without_a_date_of_its_own_a_resource_has_its_encounters_else_about_the_birth() -> None:
    lived = life(
        patient(),
        encounter("e", "2012-02-03"),
        resource("Goal", "here", subject=ME, encounter=to("e")),
        resource("Goal", "nowhere", subject=ME),
        resource("Goal", "misdated", subject=ME, startDate="some day"),
    )

    dated = {
        step.resources[0].value["id"]: step.entry.occurred for step in plan(lived).steps if step.resources
    }

    about_birth = {"at": "1949-12-31", "precision": "day", "about": True}
    assert dated["here"]["at"] == "2012-02-03T09:00:00+08:00"
    assert dated["nowhere"] == dated["misdated"] == about_birth


MISTOLD = {
    "no offset": "2012-02-03T10:00:00",
    "no offset and no seconds": "2012-02-03T10:00",
    "a fraction without offset": "2012-02-03T10:00:00.123",
    "an hour that is none": "2012-02-03T24:30:00+08:00",
    "an offset that is none": "2012-02-03T10:00:00+99:00",
    "a leap second": "2012-02-03T23:59:60Z",
}


@pytest.mark.parametrize("told", MISTOLD.values(), ids=MISTOLD.keys())
def test_what_tells_no_time_that_can_be_placed_is_a_document_of_that_day(told: str) -> None:
    period = {"start": told}
    lived = life(
        patient(),
        encounter("e", "2012-02-02", period=period),
        condition("c", "2012-02-03", onsetDateTime=told),
        pressure("bp", "e", "2012-02-04", 150, 90) | {"effectiveDateTime": told},
        resource("Claim", "bill", patient=ME, billablePeriod=period),
    )

    planned = plan(lived)

    found = [step for step in planned.steps if not step.is_original and step.resources]
    assert planned.remarks == dict.fromkeys(lived.resources[1:], MISTIMED)
    assert [step.becomes for step in found] == ["document"] * 4
    for step in found:
        assert step.entry.occurred == {"at": "2012-02-03", "precision": "day", "about": False}
    assert sorted(kept_whole(planned)) == sorted(one.raw for one in lived.resources)


def test_what_happened_in_an_encounter_of_which_only_the_day_is_known_happened_on_that_day() -> None:
    reading = {**pressure("bp", "e", "2012-02-04"), "effectiveDateTime": None}
    lived = life(patient(), encounter("e", "2012-02-03", period={"start": "2012-02-03T10:00:00"}), reading)

    (examination,) = _examinations(plan(lived))

    assert examination.entry.occurred["at"] == "2012-02-03"


def test_a_death_without_offset_is_a_death_on_that_day() -> None:
    lived = life(patient(deceasedDateTime="2021-03-04T05:06:07"), encounter("e", "2021-03-04"))

    assert lived.death == {"at": "2021-03-04", "precision": "day", "about": False}
    assert plan(lived).remarks == {lived.patient: MISTIMED}
    assert [step.becomes for step in _telling(plan(lived), "e")] == ["encounter"]


def test_without_a_birth_date_a_life_begins_about_its_first_date() -> None:
    lived = life(patient(birthDate=None), encounter("e", "2012-02-03"), encounter("f", "2013-01-01"))

    assert lived.born == {"at": "2012-02-03T09:00:00+08:00", "precision": "second", "about": True}


@pytest.mark.parametrize("field", ["subject", "patient", "beneficiary"])
@pytest.mark.parametrize("whose", ["Patient/other", "urn:uuid:other", "https://elsewhere.example/Patient/7"])
def test_what_is_about_somebody_else_is_refused(field: str, whose: str) -> None:
    planned = plan(life(patient(), resource("Claim", "c", **{field: {"reference": whose}})))

    assert list(planned.refused.values()) == [OTHER_PATIENT]
    assert not any(_tells(step, "c") for step in planned.steps)


def test_what_is_about_a_thing_is_taken() -> None:
    device = resource("Observation", "o", subject={"reference": "Device/7"}, code=concept(LOINC, "1"))

    assert plan(life(patient(), device)).refused == {}


def test_a_resource_above_a_document_is_refused_and_one_just_as_large_is_taken() -> None:
    def sized(name: str, size: int) -> JsonMap:
        bare = resource("Binary", name, data="", subject=ME)
        return {**bare, "data": "x" * (size - len(life(patient(), bare).resources[1].raw))}

    planned = plan(life(patient(), sized("a", LARGEST), sized("b", LARGEST + 1)))

    assert list(planned.refused.values()) == [TOO_LARGE]
    assert [len(data) for data in documents(planned)].count(LARGEST) == 1


def test_originals_too_large_for_one_document_are_parted() -> None:
    note = "n" * 190_000
    units = {"29463-7": "kg", "8310-5": "Cel", "9279-1": "/min", "8867-4": "/min", "56086-2": "cm"}
    units |= {"6690-2": "10*9/L", "777-3": "10*9/L", "6299-2": "mmol/L"}
    many = [
        observation(code, "e", "2012-02-03", code, valueQuantity=quantity(40, unit), text={"div": note})
        for code, unit in units.items()
    ]
    lived = life(patient(), encounter("e", "2012-02-03"), *many)

    planned = plan(lived)

    assert max(len(data) for data in documents(planned)) <= LARGEST
    assert sorted(kept_whole(planned)) == sorted(one.raw for one in lived.resources)
    (examination,) = _examinations(planned)
    originals = [step.resources for step in planned.steps if step.is_original]
    assert [len(part) for part in originals if part[0] in examination.resources] == [5, 3]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "2012-02-03",
            "2012-02-30",
            "2012-02-03T10:00:00",
            "active",
            "final",
            "urn:uuid:me",
            "\ud800",
            "9" * 300,
        ]
    ),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["coding", "code", "value", "reference", "text", "start"]), below)
    ),
    max_leaves=6,
)


def places(value: object) -> Iterator[tuple[JsonMap | list[object], str | int]]:
    """Every place in a resource where a value stands."""
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from places(value[key])
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield value, index
            yield from places(one)


@given(st.data())
def test_whatever_shape_resources_have_nothing_breaks_and_nothing_is_lost(data: st.DataObject) -> None:
    resources = life(*whole_life()).resources
    for _ in range(data.draw(st.integers(1, 6))):
        one = data.draw(st.sampled_from(resources))
        holder, key = data.draw(st.sampled_from(list(places(one.value))))
        holder[key] = data.draw(json_values)  # type: ignore[index]  # key fits its own holder
    lived = Life(Bundle(resources, "", 0))

    planned = plan(lived)

    accounted = told(planned) + Counter(planned.refused)
    assert accounted == Counter(
        one for one in resources if one is not lived.patient or one in planned.refused
    )
    for step in planned.steps:
        _check_form(step)


def _check_form(step: Step) -> None:
    """A form may refuse what we made of it (it is a document then), but only as it refuses anything."""
    name = step.entry.form or forms_of(step.entry.kind)[0]
    form = forms.current(name, earliest(step.entry.occurred).astimezone(CHINA).date())
    try:
        form.check(step.entry.content)
    except ContentRefused:
        assert step.entry.kind != "documents"
