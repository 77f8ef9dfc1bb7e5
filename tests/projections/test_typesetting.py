"""The PDF of an evidence package: set whole, from data alone, or said why there is none; never a box.

The fonts are made here. Those of the system are left out, so that the verdict is the same on every machine.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from evidence.canonical import Json
from evidence.package.contents import Typeset
from projections import typesetting
from projections.typesetting import NO_FONT, NO_GLYPH, NO_TYPST, NOT_SET
from tests.fonts import HAN, write_font

TITLE = "居民健康档案证据包"
CHINESE = HAN.replace("霓", "")
RARE, PICTOGRAM = "\U00020bb7", "\U0001f600"
TOLD: dict[str, Json] = {
    "title": [TITLE, "Evidence package"],
    "issued_at": "2026-11-22T02:35:01.123456Z",
    "trust": [["独立性：无。", "Independence: none."]],
    "head": [["档案", "Record", '#read("/etc/passwd")']],
    "events": [
        {
            "position": 1,
            "at": "2026-11-22T02:35:01.123456Z",
            "topic": "record.created.v1",
            "words": ["建立健康档案", "record opened"],
            "lines": [["body.note", '#panic("read as markup") $ * _ ` <b> \\ \u2028']],
        }
    ],
}
pdf = partial(typesetting.pdf, with_system=False)


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """The operator's folder."""
    write_font(tmp_path / "han.ttf", "Test Han", CHINESE)
    return tmp_path


def with_note(note: str) -> Mapping[str, Json]:
    event: dict[str, Json] = {
        "position": 2,
        "at": "2026-11-22T02:35:02Z",
        "topic": "record.allergy-recorded.v1",
        "words": ["记录过敏", "allergy recorded"],
        "lines": [["body.note", note]],
    }
    return {**TOLD, "events": [event]}


def family_in(made: Typeset, family: str) -> bool:
    return family.encode() in made.data


def test_with_a_font_it_is_set_as_an_archive_file_and_alike_each_time(fonts: Path) -> None:
    made = pdf(TOLD, fonts)

    assert made.why_not is None
    assert made.data.startswith(b"%PDF-")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.data
    assert b"2026-11-22T02:35:01" in made.data  # when it was issued, as its own date
    assert family_in(made, "TestHan")
    assert pdf(TOLD, fonts) == made


def test_what_a_record_says_is_text_and_never_markup(fonts: Path) -> None:
    """`#panic` would end the typesetting, and `#read` bring in a file."""
    assert pdf(TOLD, fonts).data


def test_without_a_font_with_chinese_glyphs_there_is_none() -> None:
    assert pdf(TOLD) == Typeset(why_not=NO_FONT)


def test_a_font_without_chinese_glyphs_does_not_help(tmp_path: Path) -> None:
    write_font(tmp_path / "latin.ttf", "Test Latin", "abc")

    assert pdf(TOLD, tmp_path) == Typeset(why_not=NO_FONT)


@pytest.mark.parametrize("character", TITLE)
def test_a_font_that_lacks_one_character_of_the_title_is_none(tmp_path: Path, character: str) -> None:
    write_font(tmp_path / "han.ttf", "Test Han", CHINESE.replace(character, ""))

    assert pdf(TOLD, tmp_path) == Typeset(why_not=NO_FONT)


@pytest.mark.parametrize("missing", [RARE, PICTOGRAM, "霓", "\x07", "\ufffe"])
def test_one_character_that_no_font_has_and_there_is_none(fonts: Path, missing: str) -> None:
    assert pdf(with_note("青霉素"), fonts).data
    assert pdf(with_note(f"青{missing}霉素"), fonts) == Typeset(why_not=NO_GLYPH)


def test_another_font_of_the_folder_lends_what_the_first_lacks(fonts: Path) -> None:
    """Wherever it lies in the folder, and though nobody has named its family."""
    (fonts / "rare").mkdir()
    write_font(fonts / "rare" / "rare.ttf", "Test Rare", RARE)

    made = pdf(with_note(f"王{RARE}"), fonts)

    assert family_in(made, "TestHan") and family_in(made, "TestRare")


def test_the_fonts_of_the_operator_come_first(fonts: Path) -> None:
    (fonts / "own").mkdir()
    write_font(fonts / "own" / "own.ttf", "Test Own", CHINESE)
    write_font(fonts / "known.ttf", "Noto Sans CJK SC", CHINESE)

    made = pdf(TOLD, fonts / "own")

    assert family_in(made, "TestOwn") and not family_in(made, "NotoSansCJKSC")


def test_whatever_else_typst_refuses_leaves_the_pdf_out(fonts: Path) -> None:
    broken: dict[str, Json] = {**TOLD, "events": [{"position": 1}]}

    assert pdf(broken, fonts) == Typeset(why_not=NOT_SET)


def test_without_typst_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)

    assert pdf(TOLD) == Typeset(why_not=NO_TYPST)


def test_with_the_fonts_of_this_system_it_is_whole_or_not_there() -> None:
    """Whichever they are."""
    made = typesetting.pdf(TOLD)

    assert bool(made.data) == (made.why_not is None)
    assert made.why_not in (None, NO_FONT, NO_GLYPH)
