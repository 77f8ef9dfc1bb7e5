"""Times as told: kept as written, compared as intervals, never far in the future."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import OccurredRefused
from domain.time import CHINA, accept_clock, earliest, latest, occurred, occurred_at

NOW = datetime(2026, 11, 22, 2, 35, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

TOLD = [
    ("1987", "year", "1986-12-31T16:00:00", "1987-12-31T15:59:59.999999"),
    ("1987-12", "month", "1987-11-30T16:00:00", "1987-12-31T15:59:59.999999"),
    ("1987-02", "month", "1987-01-31T16:00:00", "1987-02-28T15:59:59.999999"),
    ("2024-02-29", "day", "2024-02-28T16:00:00", "2024-02-29T15:59:59.999999"),
    ("1987-05-03T10:00+08:00", "minute", "1987-05-03T02:00:00", "1987-05-03T02:00:59.999999"),
    ("1987-05-03T10:00:07+08:00", "second", "1987-05-03T02:00:07", "1987-05-03T02:00:07.999999"),
    ("1987-05-03T10:00:00+08:00", "second", "1987-05-03T02:00:00", "1987-05-03T02:00:00.999999"),
    ("1987-05-03T10:00:00-05:00", "second", "1987-05-03T15:00:00", "1987-05-03T15:00:00.999999"),
    ("1987-05-03T10:00:00.25Z", "second", "1987-05-03T10:00:00.250000", "1987-05-03T10:00:01.249999"),
]


@pytest.mark.parametrize("at, precision, first, last", TOLD)
def test_a_time_is_kept_as_told_and_spans_its_precision(
    at: str, precision: str, first: str, last: str
) -> None:
    told = occurred(at, about=True)

    assert told == {"at": at, "precision": precision, "about": True}
    assert earliest(told) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert latest(told) == datetime.fromisoformat(last).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "at",
    [
        "", "87", "1849", "2200", "0000", "9999-12-31", "1987-13", "1987-00", "1987-02-29", "1987-5-3",
        "1987-05-03T24:00:00Z", "1987-05-03T10:60Z", "1987-05-03T10:00:60Z", "1987-05-03 10:00Z",
        "1987-05-03T10:00:00+15:00", "1987-05-03T10:00:00+0800", "1987-05-03T10", "1987-05-03T10Z",
        "1987-05-03T10:00Z ", "1987\n", "Canary-Zhang", "１９８７", "1987-02-30T10:00+08:00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_without_repeating_it(at: str) -> None:
    with pytest.raises(OccurredRefused) as caught:
        occurred(at)

    assert not at.strip() or at not in str(caught.value)


@pytest.mark.parametrize("at", ["2026-05-03T10:00", "2026-05-03T10:00:00", "2026-05-03T10:00:00.123"])
def test_a_time_of_day_without_offset_is_no_instant(at: str) -> None:
    with pytest.raises(OccurredRefused, match="with offset"):
        occurred(at)

    assert occurred(f"{at}+08:00")["at"] == f"{at}+08:00"


@pytest.mark.parametrize("at", ["1849", "Canary-Zhang-7731"])
def test_a_stored_time_that_cannot_be_read_is_refused_too(at: str) -> None:
    with pytest.raises(OccurredRefused):
        earliest({"at": at, "precision": "day", "about": False})


@given(
    st.datetimes(datetime(1850, 1, 2), datetime(2199, 12, 30), timezones=st.just(CHINA)),
    st.sampled_from([4, 7, 10, 16, 19]),
)
def test_whatever_precision_is_told_the_instant_lies_within(instant: datetime, length: int) -> None:
    text = instant.isoformat(timespec="seconds")
    told = occurred(text[:length] + text[19:] * (length > 10))

    assert earliest(told) <= instant <= latest(told)
    assert earliest(told) <= latest(told)


@given(st.datetimes(datetime(1850, 1, 2), datetime(2199, 12, 30), timezones=st.timezones()))
def test_a_clock_reading_is_told_to_the_second(instant: datetime) -> None:
    if instant.utcoffset() is None or instant.utcoffset() % timedelta(minutes=1):  # type: ignore[operator]
        return  # local mean times of the 19th century have offsets to the second, which FHIR cannot write
    told = occurred_at(instant)

    assert told["precision"] == "second"
    assert earliest(told) == instant.replace(microsecond=0).astimezone(UTC)


@given(st.integers(-10_000, 300))
def test_a_device_clock_may_run_ahead_for_five_minutes_and_the_skew_is_kept(ahead_s: int) -> None:
    told = occurred_at(NOW + timedelta(seconds=ahead_s))

    assert accept_clock(told, NOW).get("skew_s", 0) == max(ahead_s, 0)


@given(st.integers(301, 10**8))
def test_beyond_five_minutes_the_entry_is_refused(ahead_s: int) -> None:
    with pytest.raises(OccurredRefused):
        accept_clock(occurred_at(NOW + timedelta(seconds=ahead_s)), NOW)


def test_a_part_of_a_second_ahead_counts_as_a_second() -> None:
    assert accept_clock(occurred_at(NOW), NOW - TICK)["skew_s"] == 1
    with pytest.raises(OccurredRefused):
        accept_clock(occurred_at(NOW + timedelta(seconds=300)), NOW - TICK)


def test_a_day_is_compared_as_civil_date_in_china() -> None:
    late_evening = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight on the 23rd in China

    for today in ("2026", "2026-11", "2026-11-23"):
        assert "skew_s" not in accept_clock(occurred(today), late_evening)
    for future in ("2027", "2026-12", "2026-11-24"):
        with pytest.raises(OccurredRefused):
            accept_clock(occurred(future), late_evening)
