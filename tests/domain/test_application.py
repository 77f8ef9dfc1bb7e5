"""The application: one gate, one record for a person, record numbers; and a machine of two clinics."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import domain.access_stream as accesses
from domain.access import POLICY
from domain.application import Records, utc_now
from domain.errors import (
    CallerUnknown,
    ConsentMissing,
    ContentRefused,
    IdentityAlreadyLinked,
    IdentityMissing,
    LoginTaken,
    NotAvailable,
    NotPermitted,
    NumbersExhausted,
    PersonHasRecord,
    PurposeRefused,
    RecordError,
    RecordNumberTaken,
    UnknownPractitioner,
)
from domain.gate import wait_a_little
from domain.identity import identity_document
from domain.institution import Institution
from domain.ports import Claim
from domain.record import Record
from domain.record_events import ENTRIES
from domain.requests import (
    NewPractitioner,
    NewRecord,
    Opened,
    Request,
    SearchKey,
    SourceId,
)
from domain.values import occurred
from tests.builders import (
    AREA,
    COUNTY,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    STRANGER,
    WANG,
    WANG_ID,
    card,
    identity_number,
    login,
    new_entry,
    new_record,
    request,
)
from tests.county import NOWHERE, County, access_stream, last_event

BY_CARD = SearchKey("identity-card", WANG_ID)
LAST = 99_999  # five digits of sequence under the twelve of the area


# One person, one record.


def test_one_person_cannot_get_two_records_and_the_refusal_names_nothing(county: County) -> None:
    first = county.open_record(WANG_ID)

    with pytest.raises(PersonHasRecord) as refusal:
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))

    assert refusal.value.facts == {}
    assert str(first) not in str(refusal.value) and WANG_ID not in str(refusal.value)
    assert refusal.value.__cause__ is None


def refusals(county: County, record_id: UUID) -> list[tuple[str, list[str]]]:
    """Action and rules of every refusal on the record's access stream."""
    told = [one.event for one in county.log.read(access_stream(county, record_id))]
    return [(one.action, one.rules) for one in told if isinstance(one, accesses.AccessRefused)]


def test_whoever_learns_that_a_person_has_a_record_leaves_a_trace_the_person_sees(county: County) -> None:
    record_id = county.open_record(WANG_ID)
    newborn = new_record(identity_document("temporary", reason="newborn"))
    other_id = county.records.create_record(OTHER_NURSE, newborn).record

    with pytest.raises(PersonHasRecord):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))
    with pytest.raises(PersonHasRecord):
        county.records.link_identity(OTHER_NURSE, other_id, card(WANG_ID))
    with pytest.raises(RecordNumberTaken):
        county.records.create_record(OTHER_NURSE, new_record(card(LI_ID), number=f"{AREA}00001"))

    assert refusals(county, record_id) == [
        ("create", ["person-has-record"]),
        ("link-identity", ["person-has-record"]),
        ("create", ["record-number-taken"]),
    ]
    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert (refused.who["institution"], refused.who["role"]) == (str(county.other_clinic), "practitioner")


def test_whoever_is_refused_for_anything_else_learns_nothing_about_the_person(county: County) -> None:
    record_id = county.open_record(WANG_ID, resident="wang")

    with pytest.raises(LoginTaken):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID), login=login("wang")))
    with pytest.raises(ConsentMissing):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID), consent=None))

    assert refusals(county, record_id) == []


def test_a_person_whose_record_cannot_be_found_again_is_told_with_the_institution(county: County) -> None:
    county.log.claims["identity", f"15:identity-number18:{WANG_ID}"] = NOWHERE

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(card(WANG_ID)))

    refused = last_event(county, county.clinic)
    assert isinstance(refused, Institution.Refused) and refused.rules == ["person-has-record"]


def test_a_repeated_creation_that_overtakes_its_first_answer_leaves_no_refusal(county: County) -> None:
    asked = request("nurse", key="k1")
    first: list[Opened] = []
    county.log.after_lookup.append(lambda: first.append(county.records.create_record(asked, new_record())))

    again = county.records.create_record(asked, new_record())

    assert again.record == first[0].record
    assert county.accesses(again.record) == []


def test_a_document_named_twice_is_refused_by_name(county: County) -> None:
    permit = identity_document("residence-permit-hmt", WANG_ID)
    for documents in ((card(WANG_ID), card(WANG_ID)), (card(WANG_ID), permit)):
        with pytest.raises((ContentRefused, IdentityAlreadyLinked)) as refusal:
            county.records.create_record(NURSE, new_record(*documents))
        assert WANG_ID not in str(refusal.value)
    passport = identity_document("passport", "E12345678", issuer="CHN")
    with pytest.raises(ContentRefused, match="/documents/2"):
        county.records.create_record(NURSE, new_record(passport, card(WANG_ID), passport))

    record_id = county.records.create_record(NURSE, new_record(passport)).record
    for document in (passport, identity_document("passport", "e 12345678", issuer="cn")):
        with pytest.raises(IdentityAlreadyLinked):
            county.records.link_identity(NURSE, record_id, document)
    assert county.accesses(record_id) == []


@pytest.mark.parametrize("kind", ["other", "military"])
def test_an_identity_number_is_one_claim_under_whatever_kind_it_is_given(county: County, kind: str) -> None:
    county.open_record(WANG_ID)
    disguised = identity_document(kind, WANG_ID, issuer="somebody")

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(disguised))


def test_two_attempts_at_once_give_the_person_one_record(county: County) -> None:
    def somebody_is_faster() -> None:
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))

    county.log.before_append.append(somebody_is_faster)

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(card(WANG_ID)))

    (record_id,) = {one for claim, one in county.log.claims.items() if claim[0] == "identity"}
    assert refusals(county, record_id) == [("create", ["person-has-record"])]
    created = [one for one in county.log.events if one.stored.topic == "record.created.v1"]
    assert len(created) == 1


def test_linking_a_card_that_is_anothers_is_refused(county: County) -> None:
    county.open_record(WANG_ID)
    newborn = new_record(identity_document("temporary", reason="newborn"))
    second = county.records.create_record(NURSE, newborn).record

    with pytest.raises(PersonHasRecord):
        county.records.link_identity(NURSE, second, card(WANG_ID))
    county.records.link_identity(NURSE, second, card(identity_number("20260501", 2)))


def test_a_record_needs_consent_and_somebody_it_is_about(county: County) -> None:
    with pytest.raises(ConsentMissing):
        county.records.create_record(NURSE, new_record(consent=None))
    with pytest.raises(IdentityMissing):
        county.records.create_record(NURSE, replace(new_record(), documents=()))

    county.records.create_record(NURSE, new_record(consent=None, legal_basis="emergency"))


# Record numbers.


def test_record_numbers_are_given_in_order_by_the_institutions_area(county: County) -> None:
    numbers = [
        county.records.create_record(NURSE, new_record(card(identity_number("19800101", order)))).number
        for order in (1, 2, 3)
    ]

    assert numbers == [f"{AREA}{sequence:05d}" for sequence in (1, 2, 3)]


def test_a_number_taken_meanwhile_by_another_process_is_passed_over(county: County) -> None:
    another_process = Records(county.log, county.records.render, county.clock)

    def somebody_is_faster() -> None:
        another_process.create_record(NURSE, new_record(card(identity_number("19800101", 1))))

    county.log.before_append.append(somebody_is_faster)

    opened = county.records.create_record(NURSE, new_record())

    assert opened.number == f"{AREA}00002"


@pytest.mark.parametrize("given", [0, 1, 2, 3, 7, 100])
def test_a_new_process_continues_behind_the_numbers_given(county: County, given: int) -> None:
    for sequence in range(1, given + 1):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    assert county.records.create_record(NURSE, new_record()).number == f"{AREA}{given + 1:05d}"


def test_a_refused_creation_uses_up_no_number(county: County) -> None:
    county.open_record(WANG_ID, resident="wang")
    refused: list[NewRecord] = [
        new_record(card(WANG_ID)),
        new_record(card(LI_ID), consent=None),
        new_record(card(LI_ID), login=login("wang")),
        new_record(card(LI_ID), entries=(replace(new_entry("problems"), content={}),)),
        new_record(card(LI_ID), occurred=occurred("2027")),
    ]
    for asked in refused:
        with pytest.raises(RecordError):
            county.records.create_record(NURSE, asked)

    assert county.records.create_record(NURSE, new_record(card(LI_ID))).number == f"{AREA}00002"


def test_numbers_that_another_process_gave_are_looked_up_and_not_tried_one_by_one(county: County) -> None:
    assert county.records.create_record(NURSE, new_record()).number == f"{AREA}00001"
    for sequence in range(2, 301):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    def not_twice() -> None:
        raise AssertionError("a number that was known to be taken was tried")

    county.log.before_append = [lambda: None, not_twice]
    opened = county.records.create_record(NURSE, new_record(card(LI_ID)))

    assert opened.number == f"{AREA}00301"
    assert county.log.before_append == [not_twice]


def test_when_an_area_ends_the_gaps_are_given_too(county: County) -> None:
    gaps = (3, 70_000, LAST)
    for sequence in set(range(1, LAST + 1)) - {*gaps}:
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    given = []
    for order in (1, 2, 3):
        asked = new_record(card(identity_number("19800101", order)))
        given.append(county.records.create_record(NURSE, asked).number)

    assert sorted(given) == [f"{AREA}{sequence:05d}" for sequence in gaps]
    with pytest.raises(NumbersExhausted):
        county.records.create_record(NURSE, new_record())


def test_an_area_whose_numbers_are_all_given_says_so(county: County) -> None:
    for sequence in range(1, LAST + 1):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    with pytest.raises(NumbersExhausted):
        county.records.create_record(NURSE, new_record())


def test_a_number_from_paper_is_kept_checked_and_unique(county: County) -> None:
    paper = f"{AREA}04711"
    assert county.records.create_record(NURSE, new_record(number=paper)).number == paper

    with pytest.raises(RecordNumberTaken):
        county.records.create_record(NURSE, new_record(card(LI_ID), number=paper))
    with pytest.raises(ContentRefused):
        county.records.create_record(NURSE, new_record(card(LI_ID), number="123"))


# Who is let in.


def test_a_token_alone_makes_nobody_anybody_and_nothing_is_recorded(county: County) -> None:
    record_id = county.open_record()
    before = county.log.position()

    for purpose in ("care", "self"):
        with pytest.raises(CallerUnknown):
            county.records.read_record(replace(STRANGER, purpose=purpose), record_id)

    assert county.log.position() == before


def test_not_there_and_not_allowed_answer_alike_and_both_are_recorded(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(NotAvailable) as not_allowed:
        county.records.read_record(OTHER_NURSE, record_id)
    with pytest.raises(NotAvailable) as not_there:
        county.records.read_record(OTHER_NURSE, NOWHERE)

    assert str(not_allowed.value) == str(not_there.value)
    assert county.accesses(record_id) == ["access.refused.v1"]
    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert (refused.action, refused.rules) == ("read", ["deny-by-default"])
    assert county.topics(county.other_clinic)[-1] == "institution.refused.v1"


def test_a_commercial_purpose_is_refused_by_rule_and_recorded(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(PurposeRefused):
        county.records.read_record(replace(NURSE, purpose="commercial"), record_id)
    with pytest.raises(PurposeRefused):
        county.records.create_record(replace(NURSE, purpose="x" * 900), new_record())

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert "purpose-commercial" in refused.rules and refused.purpose == "commercial"
    kept = last_event(county, county.clinic)
    assert isinstance(kept, Institution.Refused) and kept.purpose == "x" * 64


def test_a_resident_asking_for_what_is_not_there_leaves_as_much_as_for_what_is_not_theirs(
    county: County,
) -> None:
    county.open_record()
    other_id = county.open_record(LI_ID, resident="li")

    for asked, where in ((other_id, access_stream(county, other_id)), (NOWHERE, county.clinic)):
        before = county.log.position()
        with pytest.raises(NotAvailable):
            county.records.read_record(WANG, asked)
        assert county.log.position() == before + 1
        refused = last_event(county, where)
        assert isinstance(refused, accesses.AccessRefused | Institution.Refused)
        assert (refused.action, refused.who["authenticated"]["subject"]) == ("read", "wang")


def test_a_login_of_a_record_that_is_gone_reads_nothing(county: County) -> None:
    county.log.claims["login:resident", "https://login.example ghost"] = NOWHERE

    with pytest.raises(NotAvailable):
        county.records.read_record(request("ghost", "self"), NOWHERE)


def test_when_the_policy_breaks_nobody_gets_in(county: County) -> None:
    record_id = county.open_record()
    broken = replace(POLICY, rules=(replace(POLICY.rules[2], when=("no-such-condition",)),))
    records = Records(county.log, county.records.render, county.clock, policy=broken)

    with pytest.raises(NotAvailable):
        records.read_record(NURSE, record_id)

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused) and refused.rules == ["undecidable"]


def test_every_event_tells_who_by_which_role_and_rule(county: County) -> None:
    record_id = county.open_record()

    event = last_event(county, record_id)

    assert isinstance(event, Record.IdentityLinked)
    assert event.who["actor"] == str(county.nurse)
    assert (event.who["role"], event.who["institution"]) == ("practitioner", str(county.clinic))
    assert event.who["authenticated"]["subject"] == "nurse"
    assert event.rule == POLICY.ref


def test_what_a_colleague_typed_names_both(county: County) -> None:
    record_id = county.open_record()
    typed = replace(NURSE, author=county.doctor)

    county.records.add_entry(typed, record_id, new_entry("problems"))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"])
    assert (event.who["actor"], event.who["entered_by"]) == (str(county.doctor), str(county.nurse))
    with pytest.raises(UnknownPractitioner):
        county.records.add_entry(replace(NURSE, author=NOWHERE), record_id, new_entry("problems"))


def test_an_act_typed_for_a_colleague_is_done_in_the_colleagues_role(county: County) -> None:
    record_id = county.open_record()
    manager = NewPractitioner("档案员", login("manager"), roles=("record-manager",))
    author = county.records.enrol_practitioner(COUNTY, county.clinic, manager).practitioner

    county.records.add_entry(replace(NURSE, author=author), record_id, new_entry("problems"))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"])
    assert (event.who["actor"], event.who["role"]) == (str(author), "record-manager")
    assert event.who["entered_by"] == str(county.nurse)


@pytest.mark.parametrize("role", ["auditor", "institution-administrator"])
def test_nobody_types_in_the_name_of_somebody_who_may_not(county: County, role: str) -> None:
    record_id = county.open_record()
    county.records.give_role(COUNTY, county.clinic, county.doctor, role)
    for held in ("practitioner", "record-manager"):
        county.records.end_role(COUNTY, county.clinic, county.doctor, held)
    typed = replace(NURSE, author=county.doctor)

    with pytest.raises(NotAvailable):
        county.records.add_entry(typed, record_id, new_entry("problems"))
    with pytest.raises(NotPermitted):
        county.records.create_record(typed, new_record(card(LI_ID)))

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert refused.rules == ["author-refused", "deny-by-default"]
    assert (refused.who["actor"], refused.who["entered_by"]) == (str(county.nurse), None)
    assert county.topics(county.clinic)[-1] == "institution.refused.v1"


def every_error(kind: type[RecordError] = RecordError) -> Iterator[type[RecordError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every_error(child)


def test_every_error_has_a_code_of_its_own_and_says_what_it_is() -> None:
    found = list(every_error())
    codes = [one.code for one in found]

    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes)
    assert all(one.title.endswith(".") and one.__doc__ for one in found)


def test_numbers_of_persons_stay_out_of_the_repr_of_what_is_asked() -> None:
    shown = repr([new_record(card(WANG_ID)), BY_CARD, Claim("identity", WANG_ID), SourceId("his", WANG_ID)])

    assert WANG_ID not in shown


def test_the_default_clock_is_in_utc_and_the_default_pause_is_short() -> None:
    assert utc_now().utcoffset() == timedelta(0)
    wait_a_little(0)


class TwoClinics(RuleBasedStateMachine):
    """Whatever two clinics do: one record a person, nobody sees the other's, and every look is recorded."""

    people = st.integers(1, 4)
    callers = st.sampled_from([NURSE, OTHER_NURSE])

    def __init__(self) -> None:
        super().__init__()
        self.county = County()
        self.held: dict[int, tuple[UUID, Request]] = {}
        self.shown: dict[UUID, int] = {}
        self.refused: dict[UUID, int] = {}
        self.entries: dict[UUID, int] = {}

    @rule(person=people, caller=callers)
    def open_record(self, person: int, caller: Request) -> None:
        asked = new_record(card(identity_number("19900101", person)))
        if person in self.held:
            with pytest.raises(PersonHasRecord):
                self.county.records.create_record(caller, asked)
            self.refused[self.held[person][0]] += 1
            return
        record_id = self.county.records.create_record(caller, asked).record
        self.held[person] = record_id, caller
        self.shown[record_id] = self.refused[record_id] = self.entries[record_id] = 0

    @rule(person=people, caller=callers)
    def search(self, person: int, caller: Request) -> None:
        key = SearchKey("identity-card", identity_number("19900101", person))
        found = self.county.records.search(caller, key)
        record_id, owner = self.held.get(person, (None, None))
        assert [one.record for one in found] == ([record_id] if owner is caller else [])
        if record_id:
            (self.shown if owner is caller else self.refused)[record_id] += 1

    @rule(person=people, caller=callers)
    def read(self, person: int, caller: Request) -> None:
        record_id, owner = self.held.get(person, (NOWHERE, None))
        if owner is caller:
            self.county.records.read_record(caller, record_id)
            self.shown[record_id] += 1
            return
        with pytest.raises(NotAvailable):
            self.county.records.read_record(caller, record_id)
        if owner:
            self.refused[record_id] += 1

    @rule(person=people, caller=callers)
    def write(self, person: int, caller: Request) -> None:
        record_id, owner = self.held.get(person, (NOWHERE, None))
        if owner is caller:
            self.county.records.add_entry(caller, record_id, new_entry("problems"))
            self.entries[record_id] += 1
            return
        with pytest.raises(NotAvailable):
            self.county.records.add_entry(caller, record_id, new_entry("problems"))
        if owner:
            self.refused[record_id] += 1

    @invariant()
    def every_access_and_refusal_is_on_the_residents_stream(self) -> None:
        for record_id, _ in self.held.values():
            told = self.county.accesses(record_id)
            assert told.count("access.refused.v1") == self.refused[record_id]
            assert len(told) - told.count("access.refused.v1") == self.shown[record_id]
            assert (
                self.county.topics(record_id)[3:] == ["record.problem-recorded.v1"] * self.entries[record_id]
            )

    @invariant()
    def no_number_is_given_twice(self) -> None:
        opened = [self.county.log.load(Record, record_id) for record_id, _ in self.held.values()]
        numbers = [one.state.number for one in opened if one]
        assert len(set(numbers)) == len(numbers) == len(self.held)


TwoClinics.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestTwoClinics = TwoClinics.TestCase
