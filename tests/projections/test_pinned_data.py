"""What folds read beside events is part of what they make: it does not change under a projection's version.

Where a digest differs, the same events make other rows: raise the version of the projection, so that it is
built anew beside what there is, and pin the digest of the new version here.
"""

import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import pytest
from pypinyin.constants import PINYIN_DICT

from domain.policy import PURPOSES
from projections.catalogue import PROJECTIONS
from projections.views.population import DISABILITY, GROUP_OF


def nothing() -> list[str]:
    """All that it tells stands in the events, and in the code."""
    return []


def names() -> list[str]:
    """The readings of characters, from which initials are made, and what Unicode holds to be plain."""
    readings = sorted(f"{character} {reading}" for character, reading in PINYIN_DICT.items())
    return [unicodedata.unidata_version, *readings]


def rules() -> list[str]:
    """The follow-up rules in force at any time, what they measure, and the terms of what is about access."""
    tables = [one for one in folder("domain.follow_up_rules", "data").iterdir() if one.name.endswith(".toml")]
    names = ("measurements", "access_terms", "work_days")
    data = [folder("domain", "data", f"{name}.toml") for name in names]
    found = [*sorted(tables, key=lambda one: one.name), *data]
    told = [tomllib.loads(one.read_text(encoding="utf-8")) for one in found]  # whatever the comments say
    return [json.dumps(one, sort_keys=True, default=str) for one in told]


def groups() -> list[str]:
    """Who belongs to which group by an entry; ages and small cells are for the question, not for the fold."""
    return [json.dumps([dict(GROUP_OF), DISABILITY], sort_keys=True)]


def purposes() -> list[str]:
    return list(PURPOSES)


def folder(package: str, *path: str) -> Traversable:
    return files(package).joinpath(*path)


READ: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "roster": nothing,
    "search": names,
    "tasks": rules,
    "population": groups,
    "looks": purposes,
    "unusual": nothing,
}
PINNED: Final[Mapping[tuple[str, int], str]] = {
    ("roster", 1): "4f53cda18c2baa0c",
    ("search", 1): "9163cc79d0e0650e",
    ("tasks", 2): "6786403c13342f11",
    ("population", 1): "61bf946bd59a6222",
    ("looks", 1): "e6ad28bf6218db5c",
    ("unusual", 1): "4f53cda18c2baa0c",
}


def digest(texts: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", PROJECTIONS)
def test_what_a_fold_reads_is_the_same_as_long_as_its_version(name: str) -> None:
    assert name in READ, "say here what its folds read beside the events"

    assert digest(READ[name]()) == PINNED.get((name, PROJECTIONS[name].version))


def test_nothing_is_pinned_that_there_is_not() -> None:
    assert READ.keys() == PROJECTIONS.keys()
    assert PINNED.keys() == {(name, one.version) for name, one in PROJECTIONS.items()}
