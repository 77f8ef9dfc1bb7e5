"""Others add to a record they find and do not read: it stands as external until it is filed."""

from collections.abc import Callable

import pytest

from domain import errors
from domain.access_stream import AccessRefused
from domain.entries import FORMS, KINDS
from domain.institution import Institution
from domain.ports import Answer, RequestKey
from domain.record import Record
from domain.record_contributions import CONTRIBUTED
from domain.requests import NewEntry, Request, SearchKey, SourceId
from domain.values import occurred
from projections.record_view import RecordRender
from tests.builders import (
    CLERK,
    CONNECTOR,
    COUNTY,
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    STRANGER,
    TODAY,
    WANG,
    WANG_ID,
    content,
    new_entry,
    request,
)
from tests.county import NOWHERE, County, Json, access_stream, last_event, shown
from tests.whole_life import Life

BY_DOCUMENT = SearchKey("identity-card", WANG_ID)
BY_CARD = SearchKey("card", str(content("card")["number"]))


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def life(county: County) -> Life:
    lived = Life(county)
    lived.add("basic-information", identity_number=None)
    lived.add("cards")
    return lived


def contribute(
    life: Life,
    kind: str = "encounters",
    by: Request = OTHER_NURSE,
    key: SearchKey = BY_CARD,
    **changes: object,
) -> Answer:
    entry = NewEntry(kind, content(FORMS[kind][0], **changes), TODAY)
    return life.records.contribute(by, key, entry)


def standing(life: Life, kind: str = "encounters") -> list[Json]:
    return [one["filing"] for one in shown(life.county, KEEPER, life.record)["sections"][kind]]


@pytest.mark.parametrize("kind", CONTRIBUTED)
@pytest.mark.parametrize("key", [BY_DOCUMENT, BY_CARD], ids=["document", "card"])
def test_an_entry_for_a_record_that_is_found_stands_as_external_until_it_is_filed(
    life: Life, kind: str, key: SearchKey
) -> None:
    entry = contribute(life, kind, key=key).stored[0]

    assert standing(life, kind) == [{"standing": "external"}]
    event = last_event(life.county, life.record)
    assert event.event_id == entry.event
    assert event.who["institution"] == str(life.county.other_clinic)
    life.county.clock.move(hours=3)
    life.follow("entries", "filing", KEEPER, entry.event)
    assert standing(life, kind) == [{"standing": "filed", "delay_s": 3 * 3600}]


def test_whoever_adds_reads_nothing_by_it(life: Life) -> None:
    contribute(life)

    with pytest.raises(errors.NotAvailable):
        life.records.read_record(OTHER_NURSE, life.record)
    assert life.records.search(OTHER_NURSE, BY_CARD) == ()


def test_the_staff_who_keep_the_record_add_no_external_entry(life: Life) -> None:
    contribute(life, by=NURSE)

    assert standing(life) == [{"standing": "draft"}]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(CONTRIBUTED)))
def test_what_only_its_own_institution_writes_is_refused_with_what_others_may(life: Life, kind: str) -> None:
    version = life.version

    with pytest.raises(errors.UnknownCollection) as refusal:
        contribute(life, kind)

    assert refusal.value.facts == {"accepted": list(CONTRIBUTED)}
    assert life.version == version


@pytest.mark.parametrize("number", [LI_ID, "lost"])
def test_where_nothing_is_found_it_is_refused_and_told_to_the_institution_that_tried(
    life: Life, number: str
) -> None:
    key = SearchKey("identity-card", LI_ID)
    if number == "lost":
        life.follow("cards", "loss")
        key = BY_CARD
    version = life.version

    with pytest.raises(errors.NotAvailable):
        contribute(life, key=key)

    told = last_event(life.county, life.county.other_clinic)
    assert isinstance(told, Institution.Refused)
    assert (told.action, told.rules) == ("contribute", ["nothing-found"])
    assert life.version == version


@pytest.mark.parametrize("who", [WANG, CLERK, COUNTY, CONNECTOR, request("other-nurse", "management")])
def test_only_who_cares_for_somebody_contributes(life: Life, who: Request) -> None:
    with pytest.raises(errors.NotPermitted):
        contribute(life, by=who)


def test_a_token_alone_contributes_nothing(life: Life) -> None:
    with pytest.raises(errors.CallerUnknown):
        contribute(life, by=STRANGER)


def test_what_is_contributed_satisfies_its_form(life: Life) -> None:
    with pytest.raises(errors.ContentRefused):
        contribute(life, "allergies", criticality="terrible")


def test_a_contribution_sent_twice_is_kept_once(life: Life) -> None:
    key = RequestKey("other-nurse", "one", b"a" * 32)
    entry = new_entry("encounters")
    by = Request(OTHER_NURSE.principal, "care", key=key)

    first, again = (life.records.contribute(by, BY_CARD, entry) for _ in range(2))

    assert (again.stored, again.repeated) == (first.stored, True)
    assert len(standing(life)) == 1


def test_a_source_is_contributed_once(life: Life) -> None:
    entry = NewEntry("encounters", content("reception"), TODAY, source_id=SourceId("hospital", "7"))
    life.records.contribute(OTHER_NURSE, BY_CARD, entry)

    with pytest.raises(errors.SourceAlreadyImported):
        life.records.contribute(OTHER_NURSE, BY_CARD, entry)


def test_a_resident_without_consent_is_examined_for_nobody(life: Life) -> None:
    life.add("consent-withdrawals", WANG, by="resident")

    with pytest.raises(errors.NotAvailable):
        contribute(life, "examinations")
    contribute(life, "encounters")


# Nothing is learned by trying.


def refusals(life: Life) -> list[tuple[str, list[str]]]:
    """What the resident finds of those who were refused."""
    told = [one.event for one in life.county.log.read(access_stream(life.county, life.record))]
    return [(one.action, one.rules) for one in told if isinstance(one, AccessRefused)]


def close(life: Life) -> None:
    life.records.close_record(NURSE, life.record, life.version, reason="death", since=occurred("2026-05-01"))


@pytest.mark.parametrize(
    "kind, undo, rule",
    [
        (
            "examinations",
            lambda life: life.add("consent-withdrawals", WANG, by="resident"),
            "consent-withdrawn",
        ),
        ("encounters", close, "record-closed"),
    ],
)
def test_what_the_record_refuses_is_answered_as_if_there_were_none_and_told_to_the_resident(
    life: Life, kind: str, undo: Callable[[Life], object], rule: str
) -> None:
    undo(life)
    version = life.version

    with pytest.raises(errors.NotAvailable) as refusal:
        contribute(life, kind)

    assert refusal.value.facts == {} and life.version == version
    assert refusals(life) == [("contribute", [rule])]


def test_an_upload_that_does_not_fit_tells_nobody_that_there_is_a_record(life: Life) -> None:
    filled = content("document", data=None, blob=str(NOWHERE))
    entry = NewEntry("documents", filled, TODAY, edition="2026.2")

    for key in (BY_CARD, SearchKey("identity-card", LI_ID)):
        with pytest.raises(errors.NotAvailable):
            life.records.contribute(OTHER_NURSE, key, entry)
    assert refusals(life) == [("contribute", ["upload-unknown"])]


@pytest.mark.parametrize(
    "entry, error",
    [
        (NewEntry("allergies", {"criticality": "terrible"}, TODAY), errors.ContentRefused),
        (NewEntry("allergies", content("problem"), TODAY, form="problem"), errors.FormNotAccepted),
        (NewEntry("problems", content("problem"), occurred("2026-07-01")), errors.OccurredRefused),
    ],
)
def test_an_entry_that_is_wrong_by_itself_is_refused_alike_whether_or_not_there_is_a_record(
    life: Life, entry: NewEntry, error: type[errors.RecordError]
) -> None:
    for key in (BY_CARD, SearchKey("identity-card", LI_ID)):
        with pytest.raises(error):
            life.records.contribute(OTHER_NURSE, key, entry)


def test_an_allergy_that_is_known_already_is_taken_from_others_too_and_overwrites_nothing(life: Life) -> None:
    known = life.add("allergies")

    told = contribute(life, "allergies").stored[0].event

    state = life.county.log.load(Record, life.record)
    assert state is not None and list(state.state.allergies.values()) == [str(known)]
    assert standing(life, "allergies") == [{"standing": "draft"}, {"standing": "external"}]
    with pytest.raises(errors.AllergyAlreadyRecorded):
        life.add("allergies")
    life.follow("entries", "filing", KEEPER, told)


def test_what_is_brought_for_a_merged_record_comes_to_the_one_that_goes_on(life: Life) -> None:
    other = Life(life.county, life.county.open_record(LI_ID, "li"))
    life.records.merge_records(KEEPER, life.record, life.version, other.record, "one person")

    stored = contribute(life, key=BY_DOCUMENT).stored[0]

    assert stored.stream == other.record
    assert standing(other) == [{"standing": "external"}]
