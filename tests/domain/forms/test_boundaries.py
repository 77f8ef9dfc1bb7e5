"""Every bound of every field: taken at the bound, refused one beyond, and refused in another unit."""

import pytest

from domain import forms
from domain.forms import Form, FormRefused
from domain.scalars import EARLIEST_YEAR, LATEST_YEAR, JsonObject, JsonValue
from evidence import canonical
from tests.domain.forms.fields import (
    BLOCKS,
    EVERY,
    LEAVES,
    NUMBERS,
    Case,
    named,
    refusal,
    refused_fields,
    with_value,
)

TEXTS = [case for case in LEAVES if case[2]["kind"] == "text"]
DAYS = [case for case in LEAVES if case[2]["kind"] in ("date", "partial-date")]
LISTS = [case for case in LEAVES + BLOCKS if "list" in case[2]]

# A value just outside each pattern; a new pattern needs its row.
OUTSIDE: dict[str, list[str]] = {
    "uuid": ["5f0c6c1e-2a0b-4a39-9a39-7d3c1f2b9e0", "5F0C6C1E-2A0B-4A39-9A39-7D3C1F2B9E01", "5f0c6c1e"],
    "sha256": ["a" * 63, "a" * 65, "A" * 64],
    "sha512": ["a" * 127, "a" * 129, "A" * 128],
    "phone": ["110", "0" * 26, "+", "010-0000000x"],
    "time": ["24:00", "04:60", "4:05", "04:05:00"],
    "card-number": ["ABC", "A" * 33, "SL--1", "sl-2026", "SL-2026-"],
    "dip-stick": ["+++++", "5+", "+-", "0"],
    "gb3304": ["00", "57", "1", "98"],
    "gb11643": ["11010519491231002", "110105194912310021", "11010519491231002x"],
    "uri": ["icd-10", "x" * 2000],
    "code-text": ["", "x" * 2000],
    "media-type": ["pdf", "a" * 21 + "/pdf", "Application/pdf"],
    "bcp47": ["z", "zh_CN", "zh-CN-a-b-c-d"],
    "base64-1048576": ["QQ", "QR==", "数据"],
}
COUNTED = {"text", "code", "block", "integer", "decimal", "date", "partial-date", "boolean"}


def own_refusal(form: Form, pointer: str, value: object, said: str) -> bool:
    """Whether the field's own rule, which says `said`, refuses the value; other rules may refuse it too."""
    try:
        form.check(with_value(form, pointer, value))
    except FormRefused as error:
        at = pointer.replace("*", "0")
        return any(problem["field"] == at and said in problem["reason"] for problem in error.problems)
    return False


@pytest.mark.parametrize("form", EVERY, ids=lambda form: f"{form.name}-{form.edition}")
def test_an_example_comes_back_byte_for_byte(form: Form) -> None:
    sent = canonical.encode(form.example)

    kept = canonical.encode(form.check(canonical.decode(sent)))

    assert kept == sent
    assert canonical.encode(form.check(canonical.decode(kept))) == sent


@pytest.mark.parametrize("case", TEXTS, ids=named)
def test_a_text_is_taken_at_its_length_and_refused_one_character_beyond(case: Case) -> None:
    form, pointer, field = case
    longest = field["longest"]
    assert isinstance(longest, int)
    said = f"1 to {longest} characters"

    for one in ("文", "a"):
        assert not own_refusal(form, pointer, one * longest, said)
        assert own_refusal(form, pointer, one * (longest + 1), said)


@pytest.mark.parametrize("case", [case for case in TEXTS if not case[2]["lines"]], ids=named)
def test_a_line_has_one_line(case: Case) -> None:
    form, pointer, _ = case

    assert own_refusal(form, pointer, "一\n二", "in one line")


@pytest.mark.parametrize("case", DAYS, ids=named)
def test_a_day_lies_in_the_years_of_the_living_and_exists(case: Case) -> None:
    form, pointer, field = case
    beyond = [f"{EARLIEST_YEAR - 1}-12-31", f"{LATEST_YEAR + 1}-01-01"]
    absent = ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-7", "2026/01/07", "20260107"]
    partial = ["2026", "2026-02"]

    for day in (f"{EARLIEST_YEAR}-01-01", f"{LATEST_YEAR}-12-31", "2024-02-29"):
        assert not own_refusal(form, pointer, day, "existing date")
    for wrong in (*beyond, *absent, "2026-01-17T08:00:00+08:00", 20260117):
        assert own_refusal(form, pointer, wrong, "existing date")
    for day in partial:
        assert own_refusal(form, pointer, day, "existing date") is (field["kind"] == "date")


@pytest.mark.parametrize("case", LISTS, ids=named)
def test_a_list_is_neither_empty_nor_longer_than_its_lines_nor_repeats_a_choice(case: Case) -> None:
    form, pointer, field = case
    marks = field["list"]
    assert isinstance(marks, dict)
    path = pointer.removesuffix("/*")
    line = a_line(form, pointer, field)
    longest = marks.get("longest")
    too_long = [line] * (longest + 1) if isinstance(longest, int) else [line, line]

    for wrong in ([], too_long):
        at = path.replace("*", "0")
        assert at in refused_fields(refusal(form, with_value(form, path, wrong)))
    if isinstance(longest, int):
        assert not own_refusal(form, path, [line] * longest, "lines, or be left out")


def a_line(form: Form, pointer: str, field: JsonObject) -> JsonValue:
    """A line the list takes: a choice, an id, that of the example, or a block with what it requires."""
    codes = field.get("codes")
    if isinstance(codes, dict):
        return next(iter(codes))
    if field.get("kind") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    found: JsonValue = form.example
    for part in pointer.split("/")[1:]:
        if part == "*":
            found = found[0] if isinstance(found, list) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found or {"what": "骨折"}


@pytest.mark.parametrize("case", [case for case in LEAVES if case[2]["kind"] in OUTSIDE], ids=named)
def test_a_pattern_refuses_what_lies_just_outside(case: Case) -> None:
    form, pointer, field = case

    for wrong in OUTSIDE[str(field["kind"])]:
        assert pointer.replace("*", "0") in refused_fields(refusal(form, with_value(form, pointer, wrong)))


def test_every_kind_of_field_has_its_bounds_tried() -> None:
    assert {str(field["kind"]) for _, _, field in LEAVES} | {"block"} == COUNTED | set(OUTSIDE)


@pytest.mark.parametrize("case", NUMBERS, ids=named)
def test_a_number_in_another_unit_or_spelling_is_refused(case: Case) -> None:
    form, pointer, field = case
    low, unit = field["low"], field["unit"]
    is_text = field["kind"] == "decimal"
    other_spelling = int(str(field["high"]).partition(".")[0]) if is_text else str(field["high"])

    for wrong in (f"{low} mmHg", f"{low} {unit} ", f"{low}kPa", "36.6 °C", "5,5", 36.5, other_spelling):
        assert pointer.replace("*", "0") in refused_fields(refusal(form, with_value(form, pointer, wrong)))


@pytest.mark.parametrize("case", NUMBERS, ids=named)
def test_a_number_has_no_sibling_in_another_unit(case: Case) -> None:
    form, pointer, _ = case
    sibling = f"{pointer.removesuffix('/*')}_lb"

    error = refusal(form, with_value(form, sibling, "120"))

    assert sibling.replace("*", "0") in refused_fields(error)


@pytest.mark.parametrize(
    "name", ["filing", "attestation", "problem-resolution", "card-loss", "referral-acceptance"]
)
def test_an_act_that_speaks_for_itself_needs_no_content(name: str) -> None:
    assert forms.get(name, "2026").check({}) == {}
