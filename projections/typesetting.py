"""The report as a PDF, by typst, where it can be set whole; else why there is none.

A character that no font has would be printed as an empty box, and nobody would see what was meant. So the PDF
is made to the archive standard PDF/A-2b (ISO 19005-2), under which typst refuses to print one: either every
character is there, or there is no PDF.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evidence.canonical import Json
from evidence.package.contents import Report, Typeset, Words

STANDARD: Final = "a-2b"
PREFERRED: Final = (  # where several fonts have a character; any other is used where none of these has it
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
    "Noto Sans SC",
    "Noto Serif SC",
    "Source Han Sans SC",
    "Source Han Serif SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "AR PL UMing CN",
    "Microsoft YaHei",
    "SimSun",
    "SimHei",
    "PingFang SC",
    "Songti SC",
)
BROUGHT: Final = "Libertinus Serif"  # by typst itself: for what is Latin, where there is none of the above

NO_TYPST: Final[Words] = (
    "未生成：签发处未安装 typst",
    "not made: typst is not installed where this was issued",
)
NO_FONT: Final[Words] = (
    "未生成：签发处没有中文字体",
    "not made: no font with Chinese glyphs where this was issued",
)
NO_GLYPH: Final[Words] = (
    "未生成：部分字符在签发处的字体中没有字形",
    "not made: it has characters that are in no font where this was issued",
)
WITHOUT_GLYPH: Final = "could not be displayed"  # in typst's words, checked by a test
NOT_SET: Final[Words] = ("未生成：排版失败", "not made: it could not be typeset")


def pdf(told: Report, folder: Path | None = None, *, with_system: bool = True) -> Typeset:
    """The report of title, trust, head, events and issued_at. Nothing of it is read as markup.

    folder: fonts of the operator's choice, which come first. with_system: the fonts of the system, too.
    """
    if find_spec("typst") is None:
        return Typeset(why_not=NO_TYPST)
    typst = import_module("typst")
    book = typst.Fonts(include_system_fonts=with_system, font_paths=[str(folder)] if folder else [])
    known = set(book.families())
    fonts: list[Json] = [*_own(book, folder), *(one for one in PREFERRED if one in known), BROUGHT]
    with_fonts: Report = {**told, "fonts": fonts}
    title_alone: Report = {**with_fonts, "trust": [], "head": [], "events": []}
    if _set(typst, book, title_alone).why_not:  # before a long report is set in vain
        return Typeset(why_not=NO_FONT)
    return _set(typst, book, with_fonts)


def _own(book: Any, folder: Path | None) -> Iterator[str]:  # Any: typst.Fonts
    """The families of the operator's folder, each once."""
    if folder is not None:
        place = folder.resolve()
        found = (one for one in book.fonts() if one.path and Path(one.path).resolve().is_relative_to(place))
        yield from dict.fromkeys(str(one.family) for one in found)


def _set(typst: Any, book: Any, told: Report) -> Typeset:  # Any: the module, which may be missing
    issued_at = datetime.fromisoformat(str(told["issued_at"]))
    with tempfile.TemporaryDirectory(prefix="lifelong-report-") as folder:
        source = Path(folder) / "report.typ"
        source.write_bytes(files("projections").joinpath("data", "evidence_report.typ").read_bytes())
        (Path(folder) / "report.json").write_text(json.dumps(told))
        compiler = typst.Compiler(str(source), font_paths=book)
        try:
            made = compiler.compile(pdf_standards=[STANDARD], timestamp=int(issued_at.timestamp()))
        except typst.TypstError as wrong:
            return Typeset(why_not=NO_GLYPH if WITHOUT_GLYPH in wrong.message else NOT_SET)
    return Typeset(data=bytes(made))
