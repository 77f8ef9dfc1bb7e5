"""The claims that are held are those that the events tell, whatever was done."""

from uuid import UUID

from domain.acts import Event
from domain.claims_told import SOURCE, Place, StreamClaims
from domain.ports import Claim
from domain.record_events import Erased
from domain.requests import NewEntry, NewPractitioner, SourceId
from tests.builders import COUNTY, NURSE, TODAY, WANG_ID, card, content, login, new_record
from tests.county import County
from tests.memory_log import MemoryLog
from tests.whole_life import Life


def told(log: MemoryLog) -> dict[UUID, StreamClaims]:
    """Of every stream, from its events in order."""
    found: dict[UUID, StreamClaims] = {}
    for one in log.events:
        assert isinstance(one.event, Event)
        place = Place(one.stored.position, one.stored.version)
        claims = found.setdefault(one.stored.stream, StreamClaims(one.stored.stream))
        claims.tell(one.event, place)
        if one.event.cause and one.stored.topic.startswith("record."):
            claims.tell_cause(one.event.cause, place)
    return found


def held(log: MemoryLog) -> dict[Claim, UUID]:
    """As the events tell it; what two streams tell, of a document that was moved, the first holds."""
    found: dict[Claim, UUID] = {}
    for stream, claims in told(log).items():
        for claim in claims.held:
            found.setdefault(claim, stream)
    return found


def stored(log: MemoryLog) -> dict[Claim, UUID]:
    claims = {Claim(*one): stream for one, stream in log.claims.items()}
    return {claim: stream for claim, stream in claims.items() if claim.namespace != SOURCE}


def test_a_whole_life_leaves_the_claims_that_its_events_tell() -> None:
    county = County()
    Life(county).everything()

    assert held(county.log) == stored(county.log)
    assert len({one.namespace for one in stored(county.log)}) >= 6


def test_an_erased_record_holds_its_number_and_nothing_of_the_person() -> None:
    county = County()
    life = Life(county)
    life.erasure()

    erased = next(one.stored.stream for one in county.log.events if isinstance(one.event, Erased))

    assert held(county.log) == stored(county.log)
    assert {one.namespace for one in told(county.log)[erased].held} == {"record-number"}


def test_a_login_goes_with_whoever_leaves() -> None:
    county = County()
    new = NewPractitioner("甲", login("leaver"))
    leaver = county.records.enrol_practitioner(COUNTY, county.clinic, new).practitioner
    county.records.practitioner_leaves(COUNTY, county.clinic, leaver)
    assert held(county.log) == stored(county.log)

    county.records.enrol_practitioner(COUNTY, county.other_clinic, new)
    assert held(county.log) == stored(county.log)


def test_a_source_id_is_the_cause_of_what_was_imported() -> None:
    county = County()
    record = county.open_record()
    entry = NewEntry("allergies", content("allergy"), TODAY, source_id=SourceId("his", "1"))
    county.records.add_entry(NURSE, record, entry)

    sources = {claim for claims in told(county.log).values() for claim in claims.sources}

    assert (
        {Claim(*one) for one in county.log.claims if one[0] == SOURCE} == sources == {Claim(SOURCE, "his|1")}
    )


def test_a_card_that_is_issued_with_the_opening_is_claimed_too() -> None:
    county = County()
    information = NewEntry("basic-information", content("personal-basic-information"), TODAY)
    issued = NewEntry("cards", content("card"), TODAY)
    new = new_record(card(WANG_ID), entries=(information, issued))

    county.records.create_record(NURSE, new)

    assert held(county.log) == stored(county.log)


def test_an_event_lies_in_an_append_with_those_beside_it_alone() -> None:
    assert Place(7, 1).may_begin(Place(9, 3))
    assert not Place(7, 1).may_begin(Place(9, 2))  # something of another stream lies between
    assert not Place(9, 3).may_begin(Place(7, 1))
