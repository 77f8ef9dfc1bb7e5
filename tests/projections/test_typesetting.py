"""The PDF of an evidence package: set from data alone, or said why there is none."""

import pytest

from evidence.canonical import Json
from projections import typesetting

TOLD: dict[str, Json] = {
    "title": ["居民健康档案证据包", "Evidence package"],
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


def test_a_pdf_is_set_from_data_and_none_of_it_is_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """With whatever font there is: that there is one with Chinese glyphs is another matter."""
    monkeypatch.setattr(typesetting, "CHINESE", (*typesetting.CHINESE, "DejaVu Sans Mono"))

    made = typesetting.pdf(TOLD)

    assert made.why_not == ""
    assert made.data.startswith(b"%PDF-") and len(made.data) > 2_000
    assert typesetting.pdf(TOLD) == made


def test_without_typst_or_a_font_with_chinese_glyphs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "CHINESE", ())
    assert "no font with Chinese glyphs" in typesetting.pdf(TOLD).why_not

    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    assert "typst is not installed" in typesetting.pdf(TOLD).why_not
