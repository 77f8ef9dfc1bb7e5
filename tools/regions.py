"""Makes domain/data/regions.csv from a file of GB/T 2260 revisions: `python -m tools.regions FILE`.

FILE is JSON: a baseline revision with its codes, and for each later one the codes removed, added, renamed.
What a removed code became is told by name: the one code newly bearing the same name (or the same but for its
last word: 密云县, 密云区) in the same province and at the same level. Revisions do not tell more; the mergers
below are added to them by hand.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, TypedDict

LAST_WORD = re.compile(r"(地区|市|县|区|盟)$")
NO_NAMES = ("市辖区", "县", "市", "城区", "郊区", "市区", "市中区")  # borne by many: they tell nothing
HEADER = """\
# GB/T 2260: codes of provinces, cities and counties by revision, 2002-12 to 2016-07.
# Source: the revisions published by the National Bureau of Statistics, after the package gb2260 0.6.0 (MIT);
# mergers announced by the Ministry of Civil Affairs added by hand. Compiled by tools/regions.py.
# Licence: facts of a national standard; the compilation is under the licence of the project.
# since: the first revision with this name under this code; until: the first without it; became: codes.
"""

# Districts merged into others: approved by the State Council, announced by the Ministry of Civil Affairs.
MERGERS: Mapping[str, str] = {
    "110103": "110101",  # 崇文区 → 东城区, 2010
    "110104": "110102",  # 宣武区 → 西城区, 2010
    "120107": "120116",  # 塘沽区 → 滨海新区, 2009
    "120108": "120116",  # 汉沽区
    "120109": "120116",  # 大港区
    "230107": "230110",  # 动力区 → 香坊区, 2006
    "310103": "310101",  # 卢湾区 → 黄浦区, 2011
    "310108": "310106",  # 闸北区 → 静安区, 2015
    "310119": "310115",  # 南汇区 → 浦东新区, 2009
    "320103": "320104",  # 白下区 → 秦淮区, 2013
    "320107": "320106",  # 下关区 → 鼓楼区, 2013
    "320202": "320213",  # 崇安区 → 梁溪区, 2015
    "320203": "320213",  # 南长区
    "320204": "320213",  # 北塘区
    "320405": "320412",  # 戚墅堰区 → 武进区, 2015
    "320502": "320508",  # 沧浪区 → 姑苏区, 2012
    "320503": "320508",  # 平江区
    "320504": "320508",  # 金阊区
    "320802": "320812",  # 清河区 → 清江浦区, 2016
    "320811": "320812",  # 清浦区
    "321011": "321003",  # 维扬区 → 邗江区, 2011
    "350202": "350203",  # 鼓浪屿区 → 思明区, 2003
    "350204": "350203",  # 开元区
    "370205": "370203",  # 四方区 → 市北区, 2012
    "370284": "370211",  # 胶南市 → 黄岛区, 2012
    "370802": "370811",  # 市中区 → 任城区, 2013
    "440102": "440104",  # 东山区 → 越秀区, 2005
    "440107": "440103",  # 芳村区 → 荔湾区, 2005
    "440116": "440112",  # 萝岗区 → 黄埔区, 2014
    "520114": "520111",  # 小河区 → 花溪区, 2012
    "520321": "520304",  # 遵义县 → 播州区, 2016
    "610321": "610304",  # 宝鸡县 → 陈仓区, 2003
}


class Change(TypedDict):
    """The codes that one revision removed, added and renamed; `renamed` holds the old and the new name."""

    to: str
    removed: dict[str, str]
    added: dict[str, str]
    renamed: dict[str, list[str]]


class Revisions(TypedDict):
    """The file: a baseline and what changed since."""

    baseline: str
    baseline_codes: dict[str, str]
    changes: list[Change]


@dataclass
class Row:
    """One name under one code, while it stood."""

    code: str
    name: str
    since: str
    until: str = ""
    became: list[str] = field(default_factory=list)


def rows(revisions: Revisions) -> list[Row]:
    """Every name under every code, by code and time."""
    since = _month(revisions["baseline"])
    standing = {code: Row(code, name, since) for code, name in revisions["baseline_codes"].items()}
    every = list(standing.values())
    for change in revisions["changes"]:
        every += _apply(change, standing)
    return sorted(every, key=lambda row: (row.code, row.since))


def _apply(change: Change, standing: dict[str, Row]) -> list[Row]:
    """End what the revision ended, and begin what it began; returns the latter."""
    at = _month(change["to"])
    ended = [standing.pop(code) for code in [*change["removed"], *change["renamed"]]]
    named = {**change["added"], **{code: new for code, (_, new) in change["renamed"].items()}}
    begun = [Row(code, name, at) for code, name in named.items()]
    standing.update({row.code: row for row in begun})
    for row in ended:
        row.until = at
        row.became = _became(row, begun)
        if not row.became and row.code in change["renamed"]:
            row.became = [row.code]
        if not row.became and MERGERS.get(row.code) in standing:
            row.became = [MERGERS[row.code]]
    return begun


def _became(ended: Row, begun: list[Row]) -> list[str]:
    """The one region that goes on under the name, if there is exactly one."""
    if ended.name in NO_NAMES:
        return []
    near = [row for row in begun if row.code[:2] == ended.code[:2] and _level(row) == _level(ended)]
    same = [row.code for row in near if row.name == ended.name]
    alike = [row.code for row in near if len(_stem(ended)) > 1 and _stem(row) == _stem(ended)]
    return next((found for found in (same, alike) if len(found) == 1), [])


def _stem(row: Row) -> str:
    return LAST_WORD.sub("", row.name)


def _level(row: Row) -> int:
    return (row.code[2:4] != "00") + (row.code[4:] != "00")


def _month(revision: str) -> str:
    return f"{revision[:4]}-{revision[4:]}"


def write(table: list[Row], out: TextIO) -> None:
    """The table as CSV under its header."""
    out.write(HEADER)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "name", "since", "until", "became"])
    writer.writerows(_cells(table))


def _cells(table: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in table:
        yield row.code, row.name, row.since, row.until, " ".join(row.became)


def main() -> None:
    """Write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="JSON of revisions")
    revisions: Revisions = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    write(rows(revisions), sys.stdout)


if __name__ == "__main__":
    main()
