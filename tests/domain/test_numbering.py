"""Which number is proposed next: under the area's scheme, past those given, quickly."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

import pytest

from domain.errors import ContentRefused
from domain.numbering import RecordNumbers
from domain.ports import Claim
from domain.record_number import SchemeChoice
from tests.builders import AREA, Clock
from tests.county import NOWHERE
from tests.memory_log import MemoryLog

LONG = (SchemeChoice("1101", "grid-20"),)


class CountingLog(MemoryLog):
    """Counts the look-ups it is asked for; many claims at once are one."""

    lookups = 0

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        self.lookups += 1
        return super().find_claim(namespace, value)

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        self.lookups += 1
        return {one: NOWHERE for one in claims if (one.namespace, one.value) in self.claims}

    def give(self, *numbers: str) -> None:
        for number in numbers:
            self.claims["record-number", number] = NOWHERE


def test_an_area_with_the_long_scheme_counts_in_eight_digits() -> None:
    log = CountingLog()
    log.give(f"{AREA}00000001")

    assert next(RecordNumbers(log, LONG).free(AREA)) == f"{AREA}00000002"


def test_the_scheme_is_that_of_the_day() -> None:
    clock = Clock()
    chosen = (SchemeChoice(AREA, "grid-20", date(2026, 6, 2)),)
    numbers = RecordNumbers(MemoryLog(), chosen, clock)

    first = next(numbers.free(AREA))
    clock.move(hours=13, minutes=59)  # 23:59 in China
    second = next(numbers.free(AREA))
    clock.move(minutes=1)
    third = next(numbers.free(AREA))

    assert [first, second, third] == [f"{AREA}00001", f"{AREA}00002", f"{AREA}00000001"]


@pytest.mark.parametrize("schemes, width", [((), 5), (LONG, 8)])
def test_behind_a_hundred_thousand_numbers_the_next_is_found_by_few_look_ups(
    schemes: tuple[SchemeChoice, ...], width: int
) -> None:
    log = CountingLog()
    log.give(*(f"{AREA}{sequence:0{width}d}" for sequence in range(1, 99_998)))
    numbers = RecordNumbers(log, schemes)

    assert next(numbers.free(AREA)) == f"{AREA}{99_998:0{width}d}"
    assert log.lookups <= 40
    assert next(numbers.free(AREA)) == f"{AREA}{99_999:0{width}d}"
    assert log.lookups <= 41


def test_an_area_of_the_long_scheme_goes_on_where_five_digits_end() -> None:
    log = CountingLog()
    log.give(*(f"{AREA}{sequence:08d}" for sequence in range(1, 100_000)))

    assert next(RecordNumbers(log, LONG).free(AREA)) == f"{AREA}00100000"


def test_gaps_are_looked_for_many_at_a_time() -> None:
    log = CountingLog()
    log.give(*(f"{AREA}{sequence:05d}" for sequence in range(1, 100_000) if sequence != 70_000))
    numbers = RecordNumbers(log)

    assert list(numbers.free(AREA)) == [f"{AREA}70000"]
    assert log.lookups <= 200


def test_callers_of_one_process_are_never_offered_the_same_number() -> None:
    numbers = RecordNumbers(MemoryLog())

    offered = [*islice(numbers.free(AREA), 5), *islice(numbers.free(AREA), 5)]

    assert len(set(offered)) == 10


def test_an_area_outside_the_provinces_gives_out_nothing() -> None:
    with pytest.raises(ContentRefused):
        next(RecordNumbers(MemoryLog()).free("990101001001"))


def test_a_claim_is_how_a_number_is_known_to_be_given() -> None:
    log = MemoryLog()
    log.claims["record-number", f"{AREA}00001"] = NOWHERE

    assert set(log.find_claims([Claim("record-number", f"{AREA}00001")]))
    assert next(RecordNumbers(log).free(AREA)) == f"{AREA}00002"
