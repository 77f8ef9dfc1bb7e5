"""Names as people look for them: set plain, by their beginnings, by pinyin initials."""

import pytest

from projections.name_tokens import LONGEST_PREFIX, MOST_READINGS, initials, prefixes
from projections.naming import plain
from projections.views import search
from tests.projections.lives import Unkeyed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王小明", {"wxm"}),
        ("欧阳 娜娜", {"oynn"}),
        ("单雄信", {"sxx", "dxx", "cxx"}),
        ("吕布", {"lb"}),
        ("阿依·古丽", {"aygl"}),
        ("Zhenzhu Canaryson", {"zc"}),
        ("Ｚhen Li", {"zl"}),
        ("王Tom", {"wt"}),
        ("3号婴儿", {"3hye"}),
        ("㐀", set()),
    ],
)
def test_initials_are_those_of_every_reading(name: str, expected: set[str]) -> None:
    assert expected <= set(initials(name))


def test_a_name_of_many_readings_has_not_too_many() -> None:
    assert len(initials("单" * 20)) == MOST_READINGS


def test_nothing_has_no_initials() -> None:
    assert initials("··") == initials("") == []


def test_prefixes_reach_from_the_first_character_to_the_whole_of_a_usual_name() -> None:
    assert list(prefixes("王小明")) == ["王", "王小", "王小明"]
    assert len(list(prefixes("a" * 100))) == LONGEST_PREFIX


@pytest.mark.parametrize(
    ("kind", "asked", "stored"),
    [
        ("name", "王·小明", "王小明"),
        ("name", "ZHENZHU  canaryson", "Zhenzhu Canaryson"),
        ("name-prefix", "Zhenzhucanary", "Zhenzhu Canaryson"),
        ("initials", "Z.C.", "Zhenzhu Canaryson"),
        ("phone", "010-9999 8888", "01099998888"),
        ("household", "偏僻路１号", "偏僻路 1 号"),
    ],
)
def test_what_is_asked_meets_what_is_stored_however_it_is_written(kind: str, asked: str, stored: str) -> None:
    source = search.NAME if kind.startswith(("name", "initials")) else kind
    held = {search.token(Unkeyed(), *one) for one in search.searched(source, stored)}

    assert search.token(Unkeyed(), kind, search.written(kind, asked)) in held


def test_the_same_text_of_two_kinds_has_two_tokens() -> None:
    said = plain("1950-01-01")

    assert search.token(Unkeyed(), "name", said) != search.token(Unkeyed(), "birth-date", said)
    assert len(search.token(Unkeyed(), "name", said)) == search.TOKEN_SIZE
