"""Statistics over HTTP: what is counted, as of when, and what is not told to whom."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.api.listed import MANAGER, NAMES, Json, fold, now, open_named, roster
from tests.api.served import Served, enrol


@pytest.fixture(scope="module")
def residents(served: Served) -> Iterator[dict[str, str]]:
    """Records by the names of their residents, all at the nurse's clinic, and folded."""
    records = {name: open_named(served, name) for name in NAMES}
    fold(served)
    yield records


def test_statistics_count_by_what_is_asked_for(served: Served, residents: dict[str, str]) -> None:
    fold(served)
    whole = roster(served, limit="200").json()["rows"]

    answer = served.get("/v1/statistics", *MANAGER, {"area": "110101001001", "by": "status,sex"})

    told = {(row["status"], row["sex"]): row["records"] for row in answer.json()["rows"]}
    assert sum(told.values()) == len(whole)
    assert answer.json()["small_below"] is None
    groups = served.get("/v1/statistics", *MANAGER, {"area": "110101001001", "by": "group"}).json()["rows"]
    elderly = {row["group"]: row["records"] for row in groups}["elderly"]
    today = datetime.now(UTC).date()
    months = [today.year * 12 + today.month - _month(row) for row in whole if row["status"] == "open"]
    assert elderly == sum(age >= 65 * 12 for age in months)


def _month(row: Json) -> int:
    """The month of birth, counted from the year 0; of a made-up number where nothing else tells it."""
    born = str(row["birth_date"] or "1950-01-01")
    return int(born[:4]) * 12 + int(born[5:7])


def test_statistics_as_of_an_instant_are_those_of_then(served: Served, residents: dict[str, str]) -> None:
    before = now()
    fold(served)
    asked = {"area": "110101", "by": "status,month,group", "as_of": before}
    then = served.get("/v1/statistics", *MANAGER, asked).json()
    open_named(served, "多一人")
    fold(served)

    assert served.get("/v1/statistics", *MANAGER, asked).json()["rows"] == then["rows"]


def test_small_counts_are_not_told_outside_the_area_and_the_county(
    served: Served, residents: dict[str, str]
) -> None:
    enrol(served, served.bureau, "bureau-clerk", "practitioner")
    open_named(served, "邻村人", "other-nurse")
    fold(served)
    asked = {"area": "110101001001", "by": "sex,month,group"}

    inside = served.get("/v1/statistics", *MANAGER, asked).json()
    county = served.get("/v1/statistics", "bureau-clerk", "management", asked).json()
    outside = served.get("/v1/statistics", "other-nurse", "management", asked).json()

    assert county["rows"] == inside["rows"]
    assert outside["small_below"] == 10
    for mine, theirs in zip(inside["rows"], outside["rows"], strict=True):
        assert theirs["records"] in (None, mine["records"])
        assert mine["records"] >= 10 or theirs["records"] is None


def test_asking_for_statistics_is_recorded(served: Served) -> None:
    served.get("/v1/statistics", *MANAGER, {"area": "110101"})

    log = served.service.records.gate.log
    last = log.read(served.clinic, newest_first=True, limit=1)[0]
    assert (last.stored.topic, getattr(last.event, "key_kind", None)) == (
        "institution.searched.v1",
        "statistics",
    )


@pytest.mark.parametrize(
    ("params", "status"),
    [({}, 400), ({"area": "beijing"}, 400), ({"area": "110101", "by": "shoe-size"}, 422)],
)
def test_statistics_without_area_or_by_something_else_are_refused(
    served: Served, params: dict[str, str], status: int
) -> None:
    assert served.get("/v1/statistics", *MANAGER, params).status_code == status
