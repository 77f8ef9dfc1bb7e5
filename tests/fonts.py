"""Fonts made for a test: each has a filled box for the characters it is asked for, and no other."""

from collections.abc import Iterable
from pathlib import Path

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped] # it comes without types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped] # it comes without types

EM = 1000  # units
HAN = "".join(
    map(chr, (*range(0x4E00, 0xA000), *range(0x3000, 0x3030), *range(0xFF00, 0xFFF0), 0x2014, 0x2026))
)
"""What Chinese is written with, but for rare names."""


def write_font(path: Path, family: str, characters: Iterable[str]) -> None:
    """A TrueType font of that family. A character not among these would be printed as an empty box."""
    order = [".notdef", "box"]
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(one): "box" for one in characters})
    builder.setupGlyf({name: _box() for name in order})
    builder.setupHorizontalMetrics({name: (EM, 0) for name in order})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)


def _box() -> object:
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for corner in ((50, 700), (950, 700), (950, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
