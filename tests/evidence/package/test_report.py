"""The readable report: always there as HTML, which says what became of the PDF."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.package import report
from evidence.package.contents import Report, Typeset
from tests.evidence.package.made import made_log, packed, unpack, verify

MADE = b"%PDF-1.7 made for a test"
WHY = ("未生成：没有", "not made: there is <none>")


@pytest.fixture
def bag(tmp_path: Path) -> Callable[[Callable[[Report], Typeset]], Path]:
    """Of a package whose report was typeset so."""
    return lambda typeset: unpack(packed(replace(made_log().contents(), typeset=typeset)), tmp_path)


Bag = Callable[[Callable[[Report], Typeset]], Path]


def read(bag: Path) -> tuple[str, str, bool]:
    """What the HTML has before its first event, what the scope tells, and whether there is a PDF."""
    data = bag / "data"
    head = (data / "report.html").read_text(encoding="utf-8").partition("<article>")[0]
    told = json.loads((data / "scope.json").read_bytes())["report_pdf"]
    return head, told, (data / "report.pdf").exists()


def test_a_pdf_that_was_made_is_in_the_package_and_named(bag: Bag) -> None:
    made = bag(lambda told: Typeset(data=MADE))

    head, told, is_there = read(made)

    assert is_there and (made / "data" / "report.pdf").read_bytes() == MADE
    assert told == "made"
    assert "见 report.pdf" in head
    assert verify(made).holds


def test_one_that_was_not_made_is_told_with_the_reason_in_both_languages(bag: Bag) -> None:
    made = bag(lambda told: Typeset(why_not=WHY))

    head, told, is_there = read(made)

    assert not is_there
    assert told == WHY[1]
    assert WHY[0] in head and "not made: there is &lt;none&gt;" in head
    assert verify(made).holds


def test_a_report_too_long_for_a_pdf_is_not_given_to_the_typesetter(
    bag: Bag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_TYPESET", 3)
    asked: list[Report] = []

    def typeset(told: Report) -> Typeset:
        asked.append(told)
        return Typeset(data=MADE)

    _, told, is_there = read(bag(typeset))

    assert (asked, is_there) == ([], False)
    assert told.startswith("not made: more than")


def test_the_typesetter_is_told_when_the_package_was_issued(bag: Bag) -> None:
    asked: list[Report] = []

    def typeset(told: Report) -> Typeset:
        asked.append(told)
        return Typeset(why_not=WHY)

    bag(typeset)

    assert asked[0]["issued_at"] == "2026-11-22T03:00:00Z"
    assert sorted(asked[0]) == ["events", "head", "issued_at", "title", "trust"]
