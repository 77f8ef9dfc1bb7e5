"""What every form promises, checked on every form and every field of it."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from domain import forms
from domain.forms import Form, FormRefused, FormUnknown
from domain.forms.describe import describe
from domain.forms.model import Block
from domain.forms.table import page
from domain.policy import PURPOSES
from tests.domain.forms.fields import (
    BLOCKS,
    CANARY,
    EVERY,
    LEAVES,
    NUMBERS,
    Case,
    fields,
    named,
    refusal,
    refused_fields,
    with_value,
)

HERE = Path(__file__).parent


@pytest.mark.parametrize("form", EVERY, ids=lambda form: form.name)
def test_a_form_accepts_its_example_and_keeps_every_byte_of_it(form: Form) -> None:
    kept = form.check(form.example)

    assert json.dumps(kept, sort_keys=True) == json.dumps(form.example, sort_keys=True)
    assert form.check(kept) == kept
    assert form.warnings(form.example) == []


@pytest.mark.parametrize("case", BLOCKS, ids=named)
def test_a_block_refuses_unknown_fields(
    case: Case,
) -> None:
    form, pointer, _ = case
    at = pointer.replace("*", "0")

    error = refusal(form, with_value(form, f"{pointer}/unknown", CANARY))

    assert f"{at}/unknown" in refused_fields(error)
    assert CANARY not in str(error)


@pytest.mark.parametrize("case", BLOCKS, ids=named)
def test_a_block_must_be_an_object(case: Case) -> None:
    form, pointer, _ = case

    error = refusal(form, with_value(form, pointer, CANARY))

    assert refused_fields(error) == [pointer.replace("*", "0")]
    assert CANARY not in str(error)


@pytest.mark.parametrize("form", EVERY, ids=lambda form: form.name)
def test_an_unknown_field_is_named_only_if_it_looks_like_one(form: Form) -> None:
    for name, field in (("nickname", "/nickname"), (CANARY, ""), ("张三", ""), ("x" * 65, ""), ("", "")):
        error = refusal(form, {**form.example, name: CANARY})

        assert refused_fields(error) == [field]
        assert CANARY not in str(error) and "张三" not in str(error)


@pytest.mark.parametrize("content", [None, [], "text", 1, True, {1: 2}])
def test_content_that_is_no_object_is_refused(content: object) -> None:
    for form in EVERY:
        assert CANARY not in str(refusal(form, content))


@pytest.mark.parametrize("case", LEAVES, ids=named)
def test_a_wrong_value_is_refused_by_name_and_never_repeated(case: Case) -> None:
    form, pointer, _ = case

    for wrong in (CANARY + "\x00", 1.5, {CANARY: CANARY}, [CANARY], "\ud800", "", " ", -1):
        error = refusal(form, with_value(form, pointer, wrong))

        assert pointer.replace("*", "0") in refused_fields(error)
        assert CANARY not in str(error) + repr(error.facts)
        assert error.__cause__ is None


@pytest.mark.parametrize("case", LEAVES, ids=named)
def test_a_number_is_no_boolean_and_a_boolean_no_number(case: Case) -> None:
    form, pointer, field = case
    wrong = 1 if field["kind"] == "boolean" else True

    assert pointer.replace("*", "0") in refused_fields(refusal(form, with_value(form, pointer, wrong)))


PLAIN = {"text": "文", "boolean": False, "date": "2026-01-17", "partial-date": "1987", "dip-stick": "++"}


@pytest.mark.parametrize("case", [c for c in LEAVES if c[2]["kind"] in (*PLAIN, "code")], ids=named)
def test_a_field_takes_every_choice_or_a_plain_value(case: Case) -> None:
    form, pointer, field = case
    codes = field.get("codes", {})
    assert isinstance(codes, dict)

    for value in codes or [PLAIN[str(field["kind"])]]:
        try:
            kept = form.check(with_value(form, pointer, value))
        except FormRefused as error:  # by other rules, as when a note needs its finding
            reasons = " ".join(problem["reason"] for problem in error.problems)
            assert "must be one of" not in reasons and "must be a" not in reasons
        else:
            assert str(value) in str(kept)


@pytest.mark.parametrize("case", NUMBERS, ids=named)
def test_a_number_is_taken_at_its_limits_and_refused_one_step_beyond(
    case: Case,
) -> None:
    form, pointer, field = case
    assert isinstance(field["low"], str | int) and isinstance(field["high"], str | int)
    places = field.get("places", 0)
    assert isinstance(places, int)
    step = Decimal(1).scaleb(-places)
    low, high = Decimal(field["low"]), Decimal(field["high"])

    def written(value: Decimal) -> str | int:
        return f"{value:f}" if field["kind"] == "decimal" else int(value)

    def out_of_limits(value: Decimal) -> bool:
        """Whether the field's own rule refuses; other rules may, as when systolic falls below diastolic."""
        try:
            form.check(with_value(form, pointer, written(value)))
        except FormRefused as error:
            at = pointer.replace("*", "0")
            own = [problem for problem in error.problems if problem["field"] == at]
            return any(f"{field['low']} to {field['high']}" in problem["reason"] for problem in own)
        return False

    assert not out_of_limits(low) and not out_of_limits(high)
    assert out_of_limits(low - step) and out_of_limits(high + step)


@pytest.mark.parametrize("case", [c for c in NUMBERS if c[2]["kind"] == "decimal"], ids=named)
def test_a_decimal_is_text_in_plain_digits(case: Case) -> None:
    form, pointer, field = case
    places = field["places"]
    assert isinstance(places, int)
    too_fine = f"{field['high']}".partition(".")[0] + "." + "0" * (places + 1)

    for wrong in (too_fine, "1e1", "+9", "09", ".5", "9.", "NaN", "٣٦", "9 ", "9,5", 36):
        error = refusal(form, with_value(form, pointer, wrong))
        assert pointer.replace("*", "0") in refused_fields(error)


@pytest.mark.parametrize("case", [c for c in fields() if c[2]["required"]], ids=named)
def test_a_required_field_is_asked_for(case: Case) -> None:
    form, pointer, _ = case
    error = refusal(form, with_value(form, pointer.removesuffix("/*"), None))

    assert pointer.replace("*", "0").removesuffix("/0") in refused_fields(error)


def test_required_is_said_when_a_field_is_missing() -> None:
    error = refusal(forms.get("problem", "2026"), {})

    assert {"field": "/problem", "reason": "is required"} in error.problems


def test_null_is_the_same_as_leaving_a_field_out() -> None:
    form = forms.get("health-examination", "2017")

    kept = form.check({"general": {"weight": "61.50", "height": None}, "tests": None})

    assert kept == {"general": {"weight": "61.50"}}


def test_a_thousand_unknown_fields_are_not_a_thousand_problems() -> None:
    error = refusal(EVERY[0], {f"field_{number}": 1 for number in range(1000)})

    assert len(error.problems) == 50


def test_the_current_edition_is_the_newest_valid_on_the_day_and_the_oldest_before() -> None:
    form = forms.get("health-examination", "2017")
    later = Form(form.name, "2030", form.title, form.source, date(2030, 5, 1), form.model, form.example)
    registry = forms.Registry([later, form])

    assert registry.current(form.name, date(1987, 1, 1)) is form
    assert registry.current(form.name, date(2030, 4, 30)) is form
    assert registry.current(form.name, date(2030, 5, 1)) is later


def test_an_unknown_form_or_edition_is_refused_without_repeating_the_name() -> None:
    for name, edition in ((CANARY, "2017"), ("problem", CANARY)):
        with pytest.raises(FormUnknown) as caught:
            forms.get(name, edition)
        assert CANARY not in str(caught.value)
    with pytest.raises(FormUnknown):
        forms.current(CANARY, date(2026, 1, 1))


def test_a_form_that_changes_becomes_a_new_edition() -> None:
    """Digests are written into entries for ever. If this fails, add an edition; do not touch the digest."""
    pinned = json.loads((HERE / "digests.json").read_text(encoding="utf-8"))

    assert {f"{form.name} {form.edition}": form.digest for form in EVERY} == pinned


def test_the_reference_names_the_edition_and_its_digest() -> None:
    form = forms.get("problem", "2026")

    assert form.ref == {"name": "problem", "edition": "2026", "digest": form.digest}
    assert len(form.digest) == 64


def test_keys_are_those_of_the_canonical_profile_and_fields_have_a_chinese_title() -> None:
    for _, pointer, field in fields():
        parts = [part for part in pointer.split("/") if part and part != "*"]
        assert all(part.isascii() and part.replace("_", "a").isalnum() and part.islower() for part in parts)
        assert field["title"], pointer


def test_codes_are_kebab_case_with_a_label() -> None:
    """A purpose of use is called as in the header, and in every decision."""
    for _, pointer, field in LEAVES:
        codes = field.get("codes", {})
        assert isinstance(codes, dict)
        for value, label in codes.items():
            assert value in PURPOSES or (value == value.lower() and value.replace("-", "").isalnum()), pointer
            assert isinstance(label, list) and label[0], pointer


def test_the_json_schema_names_every_top_level_field() -> None:
    for form in EVERY:
        schema = form.json_schema()
        properties = schema["properties"]
        assert isinstance(properties, dict)
        assert set(form.example) <= set(properties)
        assert schema["additionalProperties"] is False
        json.dumps(schema)


def test_the_documentation_is_what_its_command_writes() -> None:
    root = HERE.parents[2]
    written = root.joinpath("docs", "forms.md").read_text(encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "domain.forms.table"], cwd=root, capture_output=True, check=True
    )

    assert written == page(forms.registry) == run.stdout.decode()


def test_names_lists_every_form_once() -> None:
    assert forms.names() == sorted({form.name for form in EVERY})


def test_a_check_that_would_be_missing_from_the_digest_is_a_mistake() -> None:
    class Unmarked(Block):
        field: str

    class Marked(Block):
        field: Annotated[str, Field(max_length=3)]

    for careless in (Unmarked, Marked):
        with pytest.raises(TypeError):
            describe(careless)
