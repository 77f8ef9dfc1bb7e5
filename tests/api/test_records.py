"""A record is opened, written, corrected, closed and read over HTTP."""

import hashlib
from itertools import count
from uuid import UUID

import pytest

from api.demo_issuer import ISSUER
from domain.access_stream import RecordRead
from domain.entries import KINDS, PERSONAL, PROGRAMMES
from domain.record import Record
from evidence.note import Verifier
from evidence.receipt import verify_receipt
from tests.api.served import WHEN, Served, enrol, new_entry, new_number, new_record
from tests.builders import PLAIN_KINDS, content, fitting

keys = (f"key-{number}" for number in count(1))


def test_a_record_is_opened_and_its_address_holds_only_its_id(served: Served) -> None:
    number = new_number()

    answer = served.post("/v1/records", new_record(number))

    assert answer.status_code == 201
    record = answer.json()["record"]
    assert answer.headers["Location"] == f"/v1/records/{record}"
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert len(answer.json()["number"]) == 17
    assert number not in answer.text


def test_a_record_may_begin_with_its_basic_information(served: Served) -> None:
    information = content("personal-basic-information")
    number = "11010519491231002X"

    answer = served.post("/v1/records", new_record(number, basic_information={"content": information}))

    assert answer.status_code == 201, answer.text
    [entry] = answer.json()["entries"]
    read = served.get(answer.headers["Location"]).json()
    assert read["basic_information"] == information
    assert [one["id"] for one in read["sections"]["basic_information"]] == [entry]


# What is about access is entered by others, for other purposes: tests/api/test_grants.py.
@pytest.mark.parametrize("kind", [kind for kind in PLAIN_KINDS if not KINDS[kind].is_about_access])
def test_an_entry_of_each_kind_is_kept_and_read_back(served: Served, kind: str) -> None:
    record = served.open_record()
    before = served.post(f"/v1/records/{record}/encounters", new_entry("encounters")).json()["entry"]

    answer = served.post(f"/v1/records/{record}/{kind}", new_entry(kind, **fitting(kind, before)))

    assert answer.status_code == 201, answer.text
    assert answer.json()["record"] == record
    read = served.get(answer.headers["Location"])
    *_, entry = read.json()["sections"][kind.replace("-", "_")]
    assert entry["id"] == answer.json()["entry"]
    assert answer.headers["ETag"] == read.headers["ETag"]


@pytest.mark.parametrize(
    "programme, form", [(programme, form) for programme, taken in PROGRAMMES.items() for form in taken]
)
def test_a_follow_up_needs_its_programme(served: Served, programme: str, form: str) -> None:
    record = served.open_record()
    another = {"birth_date": None, "sex": None} if form in PERSONAL else {}  # than the example's person
    follow_up = new_entry("follow-ups", form, **another)
    path = f"/v1/records/{record}/follow-ups"
    refused = served.post(path, follow_up)

    enrolled = served.post(f"/v1/records/{record}/programmes", new_entry("programmes", programme=programme))
    kept = served.post(path, follow_up)

    assert refused.status_code == 409 and refused.json()["type"] == "/problems/not-enrolled"
    assert enrolled.status_code == 201, enrolled.text
    assert kept.status_code == 201, kept.text


def test_a_receipt_verifies_with_the_published_key(served: Served) -> None:
    answer = served.post("/v1/records", new_record()).json()
    vkey = served.get("/v1/logs/1/receipt-key", None, None).text

    receipt = verify_receipt(text=answer["receipt"].encode(), verifiers=[Verifier.parse(vkey)])

    assert receipt.stream == answer["record"]
    assert (receipt.version, receipt.position) == (answer["version"], answer["position"])
    stored = served.service.records.gate.log.read(UUID(answer["record"]))[-1].stored
    assert receipt.leaf_hash == stored.leaf_hash


def test_a_repeated_request_is_answered_with_the_same_bytes_and_stores_nothing(served: Served) -> None:
    key, asked = next(keys), new_record()
    first = served.post("/v1/records", asked, key=key)
    position = served.position

    again = served.post("/v1/records", asked, key=key)

    assert again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert served.position == position


def test_a_repeated_entry_is_answered_with_the_same_bytes(served: Served) -> None:
    path, key, asked = f"/v1/records/{served.open_record()}/encounters", next(keys), new_entry("encounters")
    first = served.post(path, asked, key=key)
    served.post(path, asked)

    again = served.post(path, asked, key=key)

    assert again.content == first.content


def test_a_key_used_for_another_request_is_refused(served: Served) -> None:
    record, key = served.open_record(), next(keys)
    served.post(f"/v1/records/{record}/problems", new_entry("problems"), key=key)
    position = served.position

    other_body = served.post(f"/v1/records/{record}/problems", new_entry("problems", note="other"), key=key)
    other_path = served.post(f"/v1/records/{record}/medications", new_entry("medications"), key=key)

    for answer in (other_body, other_path):
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/key-reused"
    assert served.position == position


def test_a_key_belongs_to_its_caller(served: Served) -> None:
    key = next(keys)
    mine = served.post("/v1/records", new_record(), key=key)

    theirs = served.post("/v1/records", new_record(), "other-nurse", key=key)

    assert theirs.status_code == 201
    assert theirs.json()["record"] != mine.json()["record"]


def test_a_second_record_for_one_person_is_refused_and_names_nothing(served: Served) -> None:
    number = new_number()
    first = served.post("/v1/records", new_record(number)).json()

    second = served.post("/v1/records", new_record(number), "other-nurse")

    assert second.status_code == 409
    assert second.json()["type"] == "/problems/person-has-record"
    assert first["record"] not in second.text and number not in second.text


def test_a_correction_needs_the_version_it_was_decided_on(served: Served) -> None:
    record = served.open_record()
    entry = served.post(f"/v1/records/{record}/allergies", new_entry("allergies"))
    path, asked = f"/v1/records/{record}/corrections", correction(entry.json()["entry"])
    seen = entry.headers["ETag"]
    position = served.position

    absent = served.post(path, asked)
    stale = served.post(path, asked, if_match='"1"')
    malformed = served.post(path, asked, if_match="1")
    held = served.position
    kept = served.post(path, asked, if_match=seen)

    assert (absent.status_code, stale.status_code, malformed.status_code) == (428, 412, 400)
    assert stale.json()["current"] == entry.json()["version"]
    assert stale.headers["ETag"] == seen
    assert held == position
    assert kept.status_code == 201, kept.text
    assert kept.json()["entry"] == entry.json()["entry"]


@pytest.mark.parametrize(
    "written, status",
    [
        ('"{other}", "{seen}"', 201),
        (', "{seen}" ,\t"x",', 201),
        ('"{seen}", W/"{seen}"', 201),
        ('W/"{seen}"', 412),
        ('"{other}", ""', 412),
        ('"0"', 412),
        ("*", 428),
        ('"{seen}" "{other}"', 400),
        ("{seen}", 400),
        ("", 400),
        ('*, "{seen}"', 400),
    ],
)
def test_if_match_is_read_as_http_writes_it(served: Served, written: str, status: int) -> None:
    record = served.open_record()
    entry = served.post(f"/v1/records/{record}/allergies", new_entry("allergies"))
    seen, position = entry.json()["version"], served.position

    answer = served.post(
        f"/v1/records/{record}/corrections",
        correction(entry.json()["entry"]),
        if_match=written.format(seen=seen, other=seen + 1),
    )

    assert answer.status_code == status, answer.text
    assert (served.position > position) == (status == 201)
    assert status != 412 or answer.headers["ETag"] == f'"{seen}"'


def test_a_corrected_entry_shows_both_versions_and_a_retracted_one_why(served: Served) -> None:
    record = served.open_record()
    entry = served.post(f"/v1/records/{record}/allergies", new_entry("allergies"))
    name = entry.json()["entry"]
    corrected = served.post(
        f"/v1/records/{record}/corrections", correction(name), if_match=entry.headers["ETag"]
    )

    retracted = served.post(
        f"/v1/records/{record}/retractions",
        {"entry": name, "reason": "another person's"},
        if_match=corrected.headers["ETag"],
    )

    assert retracted.status_code == 201, retracted.text
    [shown] = served.get(f"/v1/records/{record}").json()["sections"]["allergies"]
    assert shown["status"] == "retracted"
    assert [step["step"] for step in shown["history"]] == ["recorded", "corrected", "retracted"]
    assert shown["history"][2]["reason"] == "another person's"


def test_a_closed_record_refuses_new_care_until_it_is_reopened(served: Served) -> None:
    record = served.open_record()
    seen = served.get(f"/v1/records/{record}").headers["ETag"]
    closing = {"occurred_at": "2026-05-01", "reason": "moved-out"}
    closed = served.post(f"/v1/records/{record}/closing", closing, if_match=seen)
    refused = served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))

    reopened = served.post(
        f"/v1/records/{record}/reopening", {"reason": "came back"}, if_match=closed.headers["ETag"]
    )

    assert closed.status_code == 201, closed.text
    assert refused.status_code == 409 and refused.json()["type"] == "/problems/record-closed"
    assert reopened.status_code == 201, reopened.text
    assert served.post(f"/v1/records/{record}/encounters", new_entry("encounters")).status_code == 201


def test_the_past_is_read_by_version_by_what_was_known_and_by_what_was_true(served: Served) -> None:
    record = served.open_record(occurred_at="2026-01-01")
    early = served.post(
        f"/v1/records/{record}/encounters", {**new_entry("encounters"), "occurred_at": "2026-02-01"}
    ).json()
    late = served.post(
        f"/v1/records/{record}/encounters", {**new_entry("encounters"), "occurred_at": "2026-04-01"}
    ).json()

    def shown(**query: str) -> list[str]:
        answer = served.get(f"/v1/records/{record}", params=query)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["sections"]["encounters"]]

    assert shown(version=str(early["version"])) == [early["entry"]]
    assert shown(as_of=early["recorded_at"]) == [early["entry"]]
    assert shown(as_of=late["recorded_at"]) == [early["entry"], late["entry"]]
    assert shown(valid_at="2026-03") == [early["entry"]]
    assert shown(valid_at="2025") == []
    assert shown(valid_at="2026-04-01", as_of=early["recorded_at"]) == [early["entry"]]


def test_a_read_is_recorded_with_the_digest_of_the_very_bytes_answered(served: Served) -> None:
    record = served.open_record()
    position = served.position

    read = served.get(f"/v1/records/{record}", params={"valid_at": "2026"})

    assert served.position == position + 1
    access = last_access(served, record)
    assert access.body_sha256 == hashlib.sha256(read.content).hexdigest()
    assert read.headers["ETag"] == f'"{access.record_version}"'
    assert read.headers["Log-Position"] == str(access.log_position)
    assert access.purpose == "care" and access.basis == "custody"


@pytest.mark.parametrize("path", ["events", "accesses"])
def test_the_lists_are_recorded_before_they_are_answered_too(served: Served, path: str) -> None:
    record = served.open_record(login={"issuer": ISSUER, "subject": f"resident-{path}"})

    read = served.get(f"/v1/records/{record}/{path}", f"resident-{path}", "self")

    assert read.status_code == 200, read.text
    assert last_access(served, record).body_sha256 == hashlib.sha256(read.content).hexdigest()


@pytest.mark.parametrize("path", ["events", "accesses"])
def test_a_long_list_is_read_page_by_page_each_recorded_as_it_is_answered(served: Served, path: str) -> None:
    subject = f"resident-of-pages-{path}"
    record = served.open_record(login={"issuer": ISSUER, "subject": subject})
    for _ in range(4):
        served.post(f"/v1/records/{record}/problems", new_entry("problems"))
        served.get(f"/v1/records/{record}")
    whole = served.get(f"/v1/records/{record}/{path}", subject, "self").json()

    address: str | None = f"/v1/records/{record}/{path}?limit=2"
    seen: list[dict[str, object]] = []
    while address:
        position = served.position
        page = served.get(address, subject, "self")
        assert page.status_code == 200, page.text
        assert served.position == position + 1
        assert last_access(served, record).body_sha256 == hashlib.sha256(page.content).hexdigest()
        assert 1 <= len(page.json()[path]) <= 2
        assert "ETag" not in page.headers
        seen += page.json()[path]
        address = page.links.get("next", {}).get("url")
        assert (page.json()["next"] is None) == (address is None)

    versions = [one["version"] for one in seen]
    assert whole["next"] is None
    assert seen[-len(whole[path]) :] == whole[path]
    assert versions == sorted(versions, reverse=path == "accesses")  # type: ignore[type-var]  # integers
    assert len(set(versions)) == len(versions)


def test_a_resident_reads_the_own_record_and_nobody_elses(served: Served) -> None:
    own = served.open_record(login={"issuer": ISSUER, "subject": "zhang"})
    other = served.open_record()

    assert served.get(f"/v1/records/{own}", "zhang", "self").status_code == 200
    assert served.get(f"/v1/records/{other}", "zhang", "self").status_code == 404


def test_an_outsider_cannot_tell_a_record_from_none(served: Served) -> None:
    record, nowhere = served.open_record(), "00000000-0000-4000-8000-000000000000"

    there = served.get(f"/v1/records/{record}", "other-nurse")
    not_there = served.get(f"/v1/records/{nowhere}", "other-nurse")

    assert (there.status_code, not_there.status_code) == (404, 404)
    assert there.text.replace(record, nowhere) == not_there.text
    assert set(there.headers) == set(not_there.headers)


def test_a_document_is_read_with_its_bytes_when_asked_for(served: Served) -> None:
    record = served.open_record()
    served.post(f"/v1/records/{record}/documents", new_entry("documents"))

    [plain] = served.get(f"/v1/records/{record}").json()["sections"]["documents"]
    [whole] = served.get(f"/v1/records/{record}", params={"documents": "true"}).json()["sections"][
        "documents"
    ]

    assert "data" not in plain["content"]
    assert whole["content"]["data"] == content("document")["data"]


def test_one_more_document_or_a_login_is_linked_and_stays_unique(served: Served) -> None:
    record, other = served.open_record(), served.open_record()
    passport = {"document": {"kind": "passport", "number": "E10000001", "issuer": "CN"}}
    access = {"login": {"issuer": ISSUER, "subject": "linked"}}

    answers = [served.post(f"/v1/records/{record}/identities", asked) for asked in (passport, access)]
    taken = [served.post(f"/v1/records/{other}/identities", asked) for asked in (passport, access)]
    neither = served.post(f"/v1/records/{record}/identities", {})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["type"] for answer in taken] == [
        "/problems/person-has-record",
        "/problems/login-taken",
    ]
    assert neither.status_code == 422
    assert served.get(f"/v1/records/{record}", "linked", "self").status_code == 200


def test_a_search_finds_what_the_caller_may_see_and_nothing_else(served: Served) -> None:
    number = new_number()
    opened = served.post("/v1/records", new_record(number)).json()
    by_card = {"kind": "identity-card", "value": number}
    by_number = {"kind": "record-number", "value": opened["number"]}

    found = [served.post("/v1/search", asked).json()["found"] for asked in (by_card, by_number)]
    outside = [
        served.post("/v1/search", asked, "other-nurse").json()["found"] for asked in (by_card, by_number)
    ]

    assert [[one["record"] for one in each] for each in found] == [[opened["record"]]] * 2
    assert outside == [[], []]


def test_whose_act_it_was_is_told_apart_from_who_typed_it(served: Served) -> None:
    doctor = enrol(served, served.clinic, "doctor", "practitioner")
    record = served.open_record()
    told = {"author": str(doctor), "source": {"system": "paper", "device": None}}

    served.post(f"/v1/records/{record}/encounters", {**new_entry("encounters"), **told})

    [entry] = served.get(f"/v1/records/{record}").json()["sections"]["encounters"]
    assert entry["who"]["actor"] == str(doctor)
    assert entry["who"]["entered_by"] == str(served.nurse)
    assert entry["who"]["source"] == {"system": "paper", "device": None}


def correction(entry: str) -> dict[str, object]:
    return {
        "entry": entry,
        "reason": "misread",
        "occurred_at": WHEN,
        "content": content("allergy", criticality="low"),
    }


def last_access(served: Served, record: str) -> RecordRead:
    log = served.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    event = log.read(opened.access_stream)[-1].event
    assert isinstance(event, RecordRead)
    return event


def test_what_is_accepted_but_odd_is_said_and_said_again_to_a_repeat(served: Served) -> None:
    record = served.open_record()
    general = {"height": "165", "weight": "62.0", "bmi": "32.1"}
    entry = new_entry("examinations", general=general)

    first, again = (
        served.post(f"/v1/records/{record}/examinations", entry, key="an odd examination") for _ in range(2)
    )

    assert [warning["field"] for warning in first.json()["warnings"]] == ["/content/general/bmi"]
    assert "32.1" not in first.text
    assert again.content == first.content
    plain = served.post(f"/v1/records/{record}/problems", new_entry("problems"))
    assert "warnings" not in plain.json()


def test_an_unusual_record_number_on_paper_is_accepted_with_a_warning(served: Served) -> None:
    asked = {**new_record(), "record_number": "11010100120000001"}

    opened = served.post("/v1/records", asked)

    assert opened.status_code == 201, opened.text
    assert [warning["field"] for warning in opened.json()["warnings"]] == ["/record_number"]
