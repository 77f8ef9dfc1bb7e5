"""Regions by revision: what stood when, under which name, and what it became."""

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.regions import (
    existed,
    name_of,
    names_of,
    oddity,
    region_on,
    revision_on,
    revisions,
    successors,
    table,
)
from tools.regions import Revisions, rows

CHONGWEN, DONGCHENG = "110103", "110101"  # merged in 2010
MIYUN_COUNTY, MIYUN = "110228", "110118"  # a county that became a district in 2015
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1))


def test_the_table_has_nineteen_revisions_and_every_province() -> None:
    assert (len(revisions()), revisions()[0], revisions()[-1]) == (19, "2002-12", "2016-07")
    assert sum(code.endswith("0000") for code in table()) == 34


@pytest.mark.parametrize(
    "on, revision",
    [
        (date(1949, 10, 1), "2002-12"),
        (date(2002, 12, 31), "2002-12"),
        (date(2003, 6, 29), "2002-12"),
        (date(2003, 6, 30), "2003-06"),
        (date(2016, 7, 30), "2015-09"),
        (date(2016, 7, 31), "2016-07"),
        (date(2026, 1, 1), "2016-07"),
    ],
)
def test_a_revision_counts_from_the_last_day_of_its_month(on: date, revision: str) -> None:
    assert revision_on(on) == revision


def test_a_merged_district_stands_to_the_day_before_the_revision_without_it() -> None:
    assert name_of(CHONGWEN, date(2010, 10, 30)) == "崇文区"
    assert not existed(CHONGWEN, date(2010, 10, 31))
    assert successors(CHONGWEN) == (DONGCHENG,)


def test_a_code_given_to_another_region_keeps_the_names_apart() -> None:
    before, after = date(2007, 12, 30), date(2007, 12, 31)

    assert (name_of("469025", before), name_of("469025", after)) == ("定安县", "白沙黎族自治县")
    moved = region_on("469025", before)
    assert moved is not None and moved.became == ("469021",)


def test_names_go_from_the_province_down() -> None:
    assert names_of("130102", date(2016, 12, 1)) == ["河北省", "石家庄市", "长安区"]
    assert names_of("130000", date(2016, 12, 1)) == ["河北省"]
    assert names_of("990101", date(2016, 12, 1)) == []


def test_a_chain_of_changes_leads_to_what_stands_now() -> None:
    assert successors("220625") == ("220605",)  # 江源县 → 江源区 under 220604 → under 220605
    assert successors(MIYUN_COUNTY) == (MIYUN,)
    assert successors(DONGCHENG) == successors("999999") == ()


def test_whatever_a_region_became_stands_in_the_newest_revision() -> None:
    for code in table():
        for successor in successors(code):
            assert table()[successor][-1].until == ""


@given(st.sampled_from(sorted(table())), DAYS)
def test_a_code_bears_one_name_at_a_time(code: str, on: date) -> None:
    standing = [one for one in table()[code] if one.stands_in(revision_on(on))]

    assert len(standing) <= 1
    assert existed(code, on) == bool(standing)


@pytest.mark.parametrize(
    "code, born, is_odd",
    [
        (CHONGWEN, date(1949, 12, 31), False),
        (CHONGWEN, date(2010, 10, 31), False),  # given that day at the latest
        (CHONGWEN, date(2010, 11, 1), True),
        (MIYUN, date(1990, 1, 1), False),  # the region is younger than the person, the number younger still
        ("110199", date(1990, 1, 1), False),  # may have been dissolved before the first revision
        ("110199", date(2010, 1, 1), True),
        ("110199", date(2020, 1, 1), False),  # may be newer than the last
        ("810000", date(2010, 1, 1), False),
        ("911100", date(2010, 1, 1), False),
    ],
)
def test_only_a_region_that_was_gone_before_the_birth_is_odd(code: str, born: date, is_odd: bool) -> None:
    assert (oddity(code, born) is not None) == is_odd


@given(st.sampled_from(sorted(table())), DAYS)
def test_an_oddity_is_never_told_of_a_region_that_stood_at_birth_or_later(code: str, born: date) -> None:
    if any(existed(code, born + timedelta(days=more)) for more in (0, 365, 3650)):
        assert oddity(code, born) is None


def test_a_table_is_made_from_what_revisions_remove_add_and_rename() -> None:
    made: Revisions = {
        "baseline": "202001",
        "baseline_codes": {"110101": "甲乙县", "110102": "丙丁区", "110103": "戊己区"},
        "changes": [
            {
                "to": "202106",
                "removed": {"110101": "甲乙县", "110103": "戊己区"},
                "added": {"110111": "甲乙区"},
                "renamed": {"110102": ["丙丁区", "新丙区"]},
            }
        ],
    }

    assert [(row.code, row.name, row.since, row.until, row.became) for row in rows(made)] == [
        ("110101", "甲乙县", "2020-01", "2021-06", ["110111"]),
        ("110102", "丙丁区", "2020-01", "2021-06", ["110102"]),
        ("110102", "新丙区", "2021-06", "", []),
        ("110103", "戊己区", "2020-01", "2021-06", []),
        ("110111", "甲乙区", "2021-06", "", []),
    ]


def test_the_command_line_does_not_read_the_table() -> None:
    asked = (
        "import json, tools.cli, sys; "
        "from domain import regions; print(json.dumps(regions.table.cache_info().currsize))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout

    assert json.loads(told) == 0
