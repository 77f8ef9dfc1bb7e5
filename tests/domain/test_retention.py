"""Until when what is kept must be kept, and by whom it may then be erased."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain import retention
from domain.erasure_errors import HasNoOwnKey, OrderMissing, RecordErased, TermNotOver
from domain.errors import NotAvailable, UnknownEntry
from domain.grant_errors import AnotherPersonDecides, OwnHand
from domain.record_errors import OutOfTurn
from domain.requests import Misfiling, NewEntry
from domain.values import occurred
from tests.builders import KEEPER, NURSE, content, request
from tests.county import County
from tests.whole_life import ERASING, LAWYER, LONG_AGO, ORDERING, Life


@pytest.fixture
def life() -> Life:
    """A record without care, which began on the first of June 2026."""
    return Life(County())


def term(life: Life) -> retention.Term:
    return retention.of_record([one.event for one in life.county.log.read(life.record)])


def test_a_record_without_care_is_kept_from_its_opening_or_closing(life: Life) -> None:
    assert term(life) == retention.Term("out-patient", date(2041, 6, 1))

    life.records.close_record(NURSE, life.record, life.version, reason="death", since=LONG_AGO)

    assert term(life) == retention.Term("out-patient", date(2005, 3, 2))


def test_the_last_care_counts_and_a_stay_in_hospital_for_thirty_years(life: Life) -> None:
    life.add("encounters", when=occurred("2000-02-29"))
    assert term(life) == retention.Term("out-patient", date(2015, 3, 1))

    life.add("encounters", when=occurred("2003"))
    assert term(life) == retention.Term("out-patient", date(2018, 12, 31))

    summary = {**content("document"), "kind": "discharge-summary"}
    stay = NewEntry("documents", summary, occurred("1995-05-05"), form="document")
    life.records.add_entry(NURSE, life.record, stay)
    assert term(life) == retention.Term("in-patient", date(2025, 5, 5))


def test_what_is_about_access_or_of_another_resident_prolongs_nothing(life: Life) -> None:
    life.add("encounters", when=LONG_AGO)
    wrong = life.add("encounters")
    assert term(life).until == date(2041, 6, 1)

    life.records.misfile_entry(KEEPER, life.record, life.version, Misfiling(wrong, "another's", None))
    life.add("legal-holds", LAWYER)

    assert term(life).until == date(2005, 3, 2)


def dead(life: Life) -> Life:
    life.records.close_record(NURSE, life.record, life.version, reason="death", since=LONG_AGO)
    return life


def test_of_somebody_alive_nothing_is_erased_because_a_term_is_over(life: Life) -> None:
    with pytest.raises(OrderMissing):
        life.add("erasure-orders", ORDERING, basis="term-ended", authority=None)

    life.add("erasure-orders", ORDERING)
    dead(life).add("erasure-orders", ORDERING, basis="term-ended", authority=None)


def test_an_order_lapses_if_the_record_is_opened_again(life: Life) -> None:
    dead(life).add("erasure-orders", ORDERING, basis="term-ended", authority=None)
    life.records.reopen_record(NURSE, life.record, life.version, reason="another died")

    with pytest.raises(OrderMissing):
        life.erase(ERASING)


def test_the_day_after_the_last_of_the_term_it_may_be_erased(life: Life) -> None:
    life.add("encounters", when=occurred("2011-06-01"))
    life.add("erasure-orders", ORDERING)
    with pytest.raises(TermNotOver) as early:
        life.erase(ERASING)
    assert early.value.facts == {"term": "out-patient", "until": "2026-06-01"}

    life.county.clock.move(days=1)

    life.erase(ERASING)


def test_two_persons_by_id_and_by_login(life: Life) -> None:
    dead(life).add("erasure-orders", ORDERING)

    with pytest.raises(AnotherPersonDecides):
        life.erase(ORDERING)
    county = next(iter(life.county.log.read(life.record, newest_first=True))).event
    typed = replace(ERASING, author=UUID(county.who["actor"]))  # type: ignore[attr-defined]  # an event of ours
    with pytest.raises(OwnHand):
        life.erase(typed)
    life.erase(ERASING)


def test_an_order_is_carried_out_once_and_not_after_it_was_cancelled(life: Life) -> None:
    dead(life).add("erasure-orders", ORDERING)
    life.follow("erasure-orders", "cancellation", ORDERING)
    with pytest.raises(OutOfTurn):
        life.erase(ERASING)
    life.add("erasure-orders", ORDERING)
    life.erase(ERASING)

    with pytest.raises(RecordErased):
        life.erase(ERASING)


def test_what_is_no_order_or_no_document_is_refused(life: Life) -> None:
    encounter = life.add("encounters", when=LONG_AGO)
    with pytest.raises(UnknownEntry):
        life.add("erasure-orders", ORDERING, scope="documents", entries=[str(encounter)])
    life.entries["erasure-orders"] = encounter
    with pytest.raises(UnknownEntry):
        life.erase(ERASING)
    inline = NewEntry("documents", content("document"), LONG_AGO, form="document", edition="2026.2")
    document = life.records.add_entry(NURSE, life.record, inline).stored[0].event
    life.add("erasure-orders", ORDERING, scope="documents", entries=[str(document)])
    with pytest.raises(HasNoOwnKey):
        life.erase(ERASING)


def test_under_a_hold_nobody_erases_nor_orders_it(life: Life) -> None:
    dead(life).add("erasure-orders", ORDERING)
    life.add("legal-holds", LAWYER)

    with pytest.raises(NotAvailable):
        life.erase(ERASING)
    with pytest.raises(NotAvailable):
        life.add("erasure-orders", ORDERING)


def test_the_claims_on_the_person_are_free_again_and_the_numbers_given_are_not(life: Life) -> None:
    county = life.county
    found = {claim: stream for claim, stream in county.log.claims.items() if stream == life.record}
    assert {namespace for namespace, _ in found} == {"identity", "login:resident", "record-number"}

    dead(life).add("erasure-orders", ORDERING)
    life.erase(ERASING)

    left = [namespace for (namespace, _), stream in county.log.claims.items() if stream == life.record]
    assert left == ["record-number"]
    with pytest.raises(NotAvailable):
        life.records.read_record(request("other-nurse", "care"), life.record)
