"""A record is found by its numbers, its resident's documents, and a card while it is valid."""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.finding import CARD, RECORD_NUMBER, SEARCHED, claim_of
from domain.identity import NUMBERED, identity_document
from domain.requests import Misfiling, SearchKey
from tests.builders import AREA, KEEPER, LI_ID, NURSE, WANG_ID, content, identity_number, new_record
from tests.county import County
from tests.whole_life import Life

NUMBER, SECOND = str(content("card")["number"]), str(content("card-replacement")["number"])


@pytest.fixture
def life(county: County) -> Life:
    lived = Life(county)
    lived.add("basic-information", identity_number=None)
    return lived


def found(life: Life, number: str, kind: str = CARD) -> bool:
    hits = life.records.search(NURSE, SearchKey(kind, number))
    assert all(one.record == life.record for one in hits)
    return bool(hits)


def test_a_record_is_found_by_each_thing_that_is_unique_about_its_resident(life: Life) -> None:
    passport = identity_document("passport", "E00000000", issuer="CHN")
    life.records.link_identity(NURSE, life.record, passport)
    life.add("cards")

    assert found(life, WANG_ID, "identity-card")
    assert found(life, f"{AREA}00001", RECORD_NUMBER)
    assert found(life, NUMBER)
    assert life.records.search(NURSE, SearchKey("passport", "E00000000", "CHN"))
    assert not found(life, LI_ID, "identity-card")
    assert not found(life, "NO-SUCH-CARD")


def test_a_card_finds_its_record_while_it_is_valid_and_no_longer(life: Life) -> None:
    life.add("cards")
    assert found(life, NUMBER)

    life.follow("cards", "loss")
    assert not found(life, NUMBER)
    life.entries["cards"] = life.follow("cards", "replacement")
    assert not found(life, NUMBER) and found(life, SECOND)
    life.follow("cards", "revocation")
    assert not found(life, SECOND)


def retract(life: Life, card: UUID) -> None:
    life.records.retract_entry(NURSE, life.record, life.version, card, "never handed out")


def misfile(life: Life, card: UUID) -> None:
    life.records.misfile_entry(KEEPER, life.record, life.version, Misfiling(card, "another's"))


@pytest.mark.parametrize("undo", [retract, misfile])
def test_a_card_that_does_not_stand_finds_nothing(life: Life, undo: Callable[[Life, UUID], None]) -> None:
    undo(life, life.add("cards"))

    assert not found(life, NUMBER)


def test_a_card_number_is_given_once_in_the_county_for_ever(life: Life, county: County) -> None:
    other = Life(county, county.open_record(identity_number("19491231", 4), "li"))
    other.add("basic-information", identity_number=None)
    life.add("cards")

    def is_taken(number: str) -> bool:
        with pytest.raises(refused.CardNumberTaken):
            other.add("cards", number=number)
        return True

    assert is_taken(NUMBER)
    life.follow("cards", "replacement")
    assert is_taken(NUMBER) and is_taken(SECOND)
    life.follow("cards", "revocation", entry=_newest(life))
    assert is_taken(NUMBER) and is_taken(SECOND)
    with pytest.raises(refused.CardNumberTaken):  # not even to the same resident
        life.add("cards")
    other.add("cards", number="THIRD-1")
    with pytest.raises(refused.CardNumberTaken):
        other.follow("cards", "replacement", number=NUMBER)


def _newest(life: Life) -> UUID:
    """The card that replaced another is an entry by the id of its event."""
    return life.county.log.read(life.record)[-1].stored.event


@pytest.mark.parametrize("kind", ["", "nickname", "temporary", "login", "card "])
def test_nothing_is_found_by_what_is_not_unique(kind: str) -> None:
    with pytest.raises(errors.ContentRefused) as refusal:
        claim_of(SearchKey(kind, "1234"))

    [problem] = refusal.value.problems
    assert (problem["field"], problem["reason"]) == ("/kind", "must be one of: " + ", ".join(SEARCHED))
    assert set(SEARCHED) == {RECORD_NUMBER, CARD, *NUMBERED}


@pytest.mark.parametrize(
    "number", ["", "123", "A" * 33, "ab-123", "AB--12", "-AB12", "AB12-", "AB 12", "卡1234"]
)
def test_a_card_number_that_can_be_none_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(errors.ContentRefused) as refusal:
        claim_of(SearchKey(CARD, number))

    [problem] = refusal.value.problems
    assert problem["field"] == "/value"
    assert not number or number not in problem["reason"]


def test_a_record_opened_before_birth_has_nothing_to_be_found_by_but_its_number(county: County) -> None:
    mother = county.open_record()
    unborn = identity_document("temporary", None, reason="not yet born")
    pregnancy = new_record(unborn, channel="pregnancy", mother=mother)

    child = county.records.create_record(NURSE, pregnancy)

    [hit] = county.records.search(NURSE, SearchKey(RECORD_NUMBER, child.number))
    assert hit.record == child.record
