"""A list as a spreadsheet reads it: every text as text, and none as a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Refusal
from api.spreadsheet import as_csv, chosen

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1", "=cmd|' /C calc'!A0")


def read(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    _, (cell,) = read(as_csv([{"name": text}], ["name"]))

    assert cell == f"'{text}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_every_other_text_comes_back_as_it_was(text: str) -> None:
    _, (cell,) = read(as_csv([{"name": text}], ["name"]))

    assert cell in (text, f"'{text}")
    assert not cell.lstrip(" 　").startswith(("=", "+", "-", "@"))


def test_what_is_not_there_is_empty_and_the_heading_names_the_columns() -> None:
    rows: list[dict[str, object]] = [{"a": None, "b": 3, "c": True}, {"a": "x", "b": 0, "c": False}]

    assert read(as_csv(rows, ["a", "b", "c", "d"])) == [
        ["a", "b", "c", "d"],
        ["", "3", "true", ""],
        ["x", "0", "false", ""],
    ]


@pytest.mark.parametrize(
    ("format", "accept", "expected"),
    [
        (None, None, "json"),
        (None, "*/*", "json"),
        (None, "text/csv", "csv"),
        (None, "text/html, text/csv;q=0.9", "csv"),
        (None, "application/x-ndjson", "ndjson"),
        ("json", "text/csv", "json"),
        ("csv", None, "csv"),
    ],
)
def test_the_format_is_the_one_asked_for(format: str | None, accept: str | None, expected: str) -> None:
    assert chosen(format, accept) == expected


def test_a_format_there_is_not_is_refused() -> None:
    with pytest.raises(Refusal):
        chosen("xlsx", None)
