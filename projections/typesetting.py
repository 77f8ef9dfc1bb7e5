"""The report as a PDF, by typst where that is installed and a font has the glyphs; else why there is none."""

import json
import tempfile
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from evidence.canonical import Json
from evidence.package.contents import Report, Typeset

CHINESE = (
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
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


def pdf(told: Report) -> Typeset:
    """The report of title, trust, head and events. Nothing of it is read as markup."""
    if find_spec("typst") is None:
        return Typeset(why_not="not made: typst is not installed where this was issued")
    typst = import_module("typst")
    families = set(typst.Fonts().families())
    fonts: list[Json] = [one for one in CHINESE if one in families]
    if not fonts:
        return Typeset(why_not="not made: no font with Chinese glyphs where this was issued")
    with tempfile.TemporaryDirectory(prefix="lifelong-report-") as folder:
        source = Path(folder) / "report.typ"
        source.write_bytes(files("projections").joinpath("data", "evidence_report.typ").read_bytes())
        (Path(folder) / "report.json").write_text(json.dumps({**told, "fonts": fonts}))
        return Typeset(data=bytes(typst.compile(str(source))))
