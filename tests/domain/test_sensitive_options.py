"""Options that tell what a diagnosis would: the table names what forms have; what is left tells nothing."""

import copy
import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from types import UnionType
from typing import Any, TypeAlias, cast, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from domain import forms, sensitive_options
from domain.entries import FORMS
from domain.forms.model import Code
from domain.record import Record
from domain.scalars import JsonObject
from domain.sensitive_options import EDITIONS, OPEN, Closed, OptionField, in_force, told_by
from domain.sensitivity import CLASSES
from tests.builders import content

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
BASIC, EXAMINATION, ANTENATAL = (
    "personal-basic-information",
    "health-examination",
    "first-antenatal-examination",
)
NEWEST = list(EDITIONS.values())[-1]
FIELDS = [(edition, field) for edition in EDITIONS.values() for field in edition.fields]
EVERYTHING = Closed(NEWEST.edition, NEWEST.parts)
# Titles and labels that say what the classes are about, and what has them although it tells no condition.
WORDS = ("精神", "抑郁", "认知", "情感", "智力", "结核", "肝炎", "传染病", "梅毒", "HIV", "艾滋", "滴虫")
TELLS_NOTHING = {
    ("first-antenatal-examination", "/tests/hepatitis_b/surface_antibody"): "a vaccination",
    ("health-education", "/topics"): "what a lecture was about",
}


def kinds(form: str) -> list[str]:
    return [kind for kind, names in FORMS.items() if form in names]


def left(form: str, told: Json, closed: Closed = EVERYTHING) -> Json:
    (kind,) = kinds(form)
    return cast(Json, closed.left(kind, form, told))


def closed_to(*classes: str) -> Closed:
    return Closed(NEWEST.edition, frozenset(one for one in NEWEST.parts if one[1] in classes))


def choices(kind: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, type[Code]]]:
    """Where a form has a choice: its pointer, without places in lists, the title of the field, the choice."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            for pointer, title, choice in choices(field.annotation, (*path, name)):
                yield pointer, title or str(field.title), choice
    elif isinstance(kind, type) and issubclass(kind, Code):
        yield "/" + "/".join(path), "", kind
    elif get_origin(kind) is not None or isinstance(kind, UnionType):
        for part in get_args(kind):
            yield from choices(part, path)


def choice_at(form: str, pointer: str) -> set[str]:
    """What may be chosen there, in every edition of the form."""
    models = [one.model for one in forms.registry if one.name == form]
    found = [{one.value for one in choice} for m in models for at, _, choice in choices(m) if at == pointer]
    assert len(found) == len(models), (form, pointer)
    return set.intersection(*found)


@pytest.mark.parametrize("_, field", FIELDS)
def test_the_table_names_fields_and_options_that_every_edition_of_the_form_has(
    _: object, field: OptionField
) -> None:
    assert kinds(field.form)
    for path in field.paths:
        pointer = "/" + "/".join((*path, *((field.by,) if field.by else ())))
        own = choice_at(field.form, pointer)
        denying = own if field.none_in is None else choice_at(field.form, "/" + "/".join(field.none_in))
        assert field.options.keys() <= own
        assert field.none is None or field.none in denying
        assert field.none not in field.options


@pytest.mark.parametrize("_, field", FIELDS)
def test_an_option_is_of_the_class_that_a_diagnosis_of_the_same_would_be(
    _: object, field: OptionField
) -> None:
    for value, name in field.options.items():
        assert CLASSES[name].has(field.icd10[value])


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda one: one.edition)
def test_an_edition_names_its_source_and_day(edition: sensitive_options.OptionEdition) -> None:
    assert edition.source and EDITIONS[edition.edition] is edition
    assert len({one.valid_from for one in EDITIONS.values()}) == len(EDITIONS)


def test_no_form_offers_such_a_condition_that_the_table_does_not_name() -> None:
    """Of the forms that are not of a class as a whole; a new one with such an option fails here."""
    whole = {name: one.forms for name, one in CLASSES.items()}
    known = {
        (field.form, "/" + "/".join((*path, *((field.by,) if field.by else ()))))
        for field in NEWEST.fields
        for path in field.paths
    }
    for form in forms.registry:
        if form.name in whole["mental-health"] | whole["infectious-disease"]:
            continue
        for pointer, title, choice in choices(form.model):
            is_said = any(word in text for word in WORDS for text in (title, *(one.label for one in choice)))
            names_a_class = form.name in ("programme-enrolment", "access-application", "statutory-disclosure")
            if is_said and not names_a_class:
                assert (form.name, pointer) in known | TELLS_NOTHING.keys(), (form.name, pointer, title)


@pytest.mark.parametrize(
    "form, changes, expected",
    [
        (BASIC, {}, None),
        (BASIC, {"past_history": {"diseases": [{"disease": "tuberculosis"}]}}, "infectious-disease"),
        (BASIC, {"past_history": {"diseases": [{"disease": "hepatitis"}]}}, "infectious-disease"),
        (BASIC, {"past_history": {"diseases": [{"disease": "other-notifiable"}]}}, "infectious-disease"),
        (BASIC, {"past_history": {"diseases": [{"disease": "severe-mental-disorder"}]}}, "mental-health"),
        (BASIC, {"past_history": {"none": ["diseases"]}}, None),
        (BASIC, {"family_history": {"mother": ["diabetes", "severe-mental-disorder"]}}, "mental-health"),
        (BASIC, {"family_history": {"children": ["hepatitis"]}}, "infectious-disease"),
        (BASIC, {"disabilities": ["visual", "hearing", "speech", "limb", "other"]}, None),
        (BASIC, {"disabilities": ["visual", "mental"]}, "mental-health"),
        (BASIC, {"disabilities": ["intellectual"]}, "mental-health"),
        (BASIC, {"exposures": ["chemical", "poison", "radiation"]}, None),
        (EXAMINATION, {"general": {"elderly": {"cognition": "negative", "emotion": "negative"}}}, None),
        (EXAMINATION, {"general": {"elderly": {"emotion": "positive"}}}, "mental-health"),
        (EXAMINATION, {"general": {"elderly": {"cognition": "positive"}}}, "mental-health"),
        (EXAMINATION, {"general": None, "tests": {"hbsag": "positive"}}, "infectious-disease"),
        (ANTENATAL, {"tests": {"hiv": "negative", "syphilis": "negative"}, "history": None}, None),
        (ANTENATAL, {"tests": {"hiv": "positive"}, "history": None}, "infectious-disease"),
        (ANTENATAL, {"tests": {"syphilis": "positive"}, "history": None}, "infectious-disease"),
        (ANTENATAL, {"tests": {"hepatitis_b": {"surface_antibody": "positive"}}, "history": None}, None),
        (
            ANTENATAL,
            {"tests": {"hepatitis_b": {"e_antigen": "positive"}}, "history": {"family": ["mental"]}},
            "infectious-disease mental-health",
        ),
        (ANTENATAL, {"tests": {"discharge": ["trichomonas"]}, "history": None}, "infectious-disease"),
        ("allergy", {}, None),
        ("a-form-of-later", {"disabilities": ["mental"]}, None),
    ],
)
def test_what_the_options_of_a_form_tell(form: str, changes: Json, expected: str | None) -> None:
    example = content(form, **changes) if form != "a-form-of-later" else changes

    assert told_by(form, example) == expected


def test_what_is_of_another_shape_than_the_form_tells_nothing_and_stays() -> None:
    odd: Json = {"past_history": "told by the mother", "disabilities": {"mental": True}, "family_history": 7}

    assert told_by(BASIC, odd) is None
    assert left(BASIC, odd) == {"past_history": "told by the mother", "family_history": 7}


def test_of_a_list_the_options_go_and_the_rest_stays() -> None:
    diseases = [{"disease": "hypertension"}, {"disease": "other-notifiable", "note": "梅毒"}]
    told = content(BASIC, past_history={"none": ["injuries", "operations"], "diseases": diseases})

    shown = left(BASIC, told)

    assert shown["past_history"] == {
        "none": ["injuries", "operations"],
        "diseases": [{"disease": "hypertension"}],
    }
    assert {**shown, "past_history": 0, "family_history": 0} == {
        **told,
        "past_history": 0,
        "family_history": 0,
    }


def test_what_denies_goes_with_what_it_denies_and_leaves_nothing_empty() -> None:
    """None of it, and none but that: both look as if nobody had been asked."""
    denied = content(BASIC, past_history={"none": ["diseases"]}, disabilities=["none"])
    named = content(
        BASIC, past_history={"diseases": [{"disease": "hepatitis"}]}, disabilities=["intellectual"]
    )
    unasked = content(BASIC, past_history=None, disabilities=None)

    assert left(BASIC, denied) == left(BASIC, named) == left(BASIC, unasked)


def test_a_field_that_is_no_list_goes_whatever_it_says() -> None:
    elderly = {"self_care": "able", "cognition": "positive", "cognition_score": 12}
    positive = content(EXAMINATION, general={"elderly": elderly}, tests={"hbsag": "positive"})
    negative = content(
        EXAMINATION, general={"elderly": {**elderly, "cognition": "negative"}}, tests={"hbsag": "negative"}
    )

    assert left(EXAMINATION, positive) == left(EXAMINATION, negative)
    assert left(EXAMINATION, positive)["general"] == {"elderly": {"self_care": "able"}}
    assert "tests" not in left(EXAMINATION, positive)


def test_whoever_is_let_in_to_one_class_sees_its_options() -> None:
    told = content(BASIC, past_history={"diseases": [{"disease": "tuberculosis"}]}, disabilities=["mental"])

    shown = left(BASIC, told, closed_to("mental-health"))

    assert shown["past_history"] == told["past_history"]
    assert "disabilities" not in shown


def test_to_whom_nothing_is_closed_the_content_is_what_it_is() -> None:
    for form in (BASIC, EXAMINATION, ANTENATAL):
        told = content(form)

        assert left(form, told, OPEN) is told
        assert left(form, told, closed_to("reproductive-health")) == told


def test_another_collection_s_forms_are_left_as_they_are() -> None:
    closed = Closed(NEWEST.edition, frozenset({("examinations", "mental-health")}))
    told = content(BASIC, disabilities=["mental"])

    assert closed.left("basic-information", BASIC, told) == told
    assert closed.concerns("examinations", EXAMINATION) and not closed.concerns("basic-information", BASIC)
    assert not closed.concerns("examinations", "allergy")


CLOSED_ONLY = st.sets(st.sampled_from(("severe-mental-disorder", "tuberculosis", "hepatitis")))
ORDINARY = st.sets(st.sampled_from(("hypertension", "diabetes", "stroke", "other")))


def chosen(ordinary: set[str], closed: set[str], denial: str) -> list[str] | None:
    """As a form may say it: nothing chosen is denied, or not told at all."""
    return sorted(ordinary | closed) or ([denial] if denial else None)


@given(ORDINARY, CLOSED_ONLY, CLOSED_ONLY, st.sampled_from(("none", "")), st.sampled_from(("none", "")))
def test_what_is_left_is_alike_whatever_was_closed(
    ordinary: set[str], one: set[str], other: set[str], said: str, unsaid: str
) -> None:
    """Two residents who differ only in what is closed, or in whether they denied it, are shown alike."""

    def filled(closed: set[str], denial: str) -> JsonObject:
        relatives = chosen(ordinary, closed, denial)
        own = chosen(ordinary, closed, "")
        diseases = [{"disease": name} for name in own] if own else None
        past: Json = {"diseases": diseases} if diseases else {"none": ["diseases"]} if denial else {}
        family = {"father": relatives} if relatives else None
        return content(BASIC, past_history=past or None, family_history=family)

    first, second = filled(one, said), filled(other, unsaid)
    before = copy.deepcopy(first)

    assert left(BASIC, first) == left(BASIC, second)
    assert left(BASIC, left(BASIC, first)) == left(BASIC, first)
    assert told_by(BASIC, left(BASIC, first)) is None
    assert first == before


def test_what_is_closed_is_told_in_words_and_found_again() -> None:
    assert Closed.from_json(EVERYTHING.to_json()) == EVERYTHING
    assert OPEN.to_json() == {} and Closed.from_json({}) == OPEN
    assert Closed(NEWEST.edition).to_json() == {}


def test_what_was_left_out_then_covers_what_is_left_out_now_or_not() -> None:
    mental, all_kinds = closed_to("mental-health"), {kind for kind, _ in NEWEST.parts}

    assert OPEN.leaves_out_no_more_than(OPEN, all_kinds)
    assert mental.leaves_out_no_more_than(EVERYTHING, all_kinds)
    assert not EVERYTHING.leaves_out_no_more_than(mental, all_kinds)
    assert not mental.leaves_out_no_more_than(OPEN, all_kinds)
    assert mental.leaves_out_no_more_than(OPEN, {"problems"})
    assert not mental.leaves_out_no_more_than(replace(EVERYTHING, edition="another"), all_kinds)


def test_an_entry_s_closed_classes_are_those_of_its_collection() -> None:
    both = "infectious-disease mental-health"

    assert closed_to("mental-health").hides("examinations", both) == {"mental-health"}
    assert EVERYTHING.hides("problems", both) == EVERYTHING.hides("examinations", None) == frozenset()


def test_the_edition_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    later = replace(NEWEST, edition="2099.1", valid_from=date(2099, 1, 1), fields=NEWEST.fields[:1])
    monkeypatch.setitem(cast("dict[str, object]", EDITIONS), later.edition, later)

    assert in_force(date(1990, 1, 1)).edition == next(iter(EDITIONS))
    assert in_force(later.valid_from - timedelta(days=1)) == NEWEST
    assert in_force(later.valid_from) == later
    assert told_by(BASIC, content(BASIC, disabilities=["mental"])) == "mental-health"  # by any edition


def digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


def table(name: str) -> Json:
    return tomllib.loads(files("domain").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def test_a_published_edition_is_never_changed() -> None:
    """Replays leave out by it what was left out: another choice is a new edition."""
    assert {one["edition"]: digest(one) for one in table("sensitive_options")["editions"]} == {
        "2026.1": "47a779f645eb1d61",
    }


def test_whoever_changes_what_is_of_a_class_raises_the_edition_of_the_fold() -> None:
    """Else a snapshot would go on saying what an entry was of before: pin both here."""
    assert (Record.FOLD, digest([table("sensitivity"), table("sensitive_options")])) == (
        "record/11",
        "5787b782234baa71",
    )
