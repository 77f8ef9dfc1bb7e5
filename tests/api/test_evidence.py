"""An evidence package is issued to whom it concerns, recorded first, and verifies without us."""

import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import bagit  # type: ignore[import-untyped]  # has no types
import httpx
import pytest

from domain.access_stream import RecordExported
from domain.record import Record
from store.proof.rotation import PURPOSES, prepare, rotate
from tests.api.published import publish, publish_listed
from tests.api.served import Json, Served, enrol, login, new_entry
from tests.api.test_replays import open_resident, resident
from tests.api.whole_life import MANAGER, RECORDS, Life
from tests.evidence.package.made import run_by_hand, verify
from tools.publishing import Publishing, publisher


@pytest.fixture(scope="module")
def auditor(served: Served) -> str:
    enrol(served, served.bureau, "auditor", "auditor")
    return "auditor"


@pytest.fixture
def record(served: Served) -> str:
    opened, basic = open_resident(served)
    for kind, entry in (
        ("basic-information", basic),
        ("allergies", new_entry("allergies")),
        ("problems", new_entry("problems")),
        ("documents", new_entry("documents")),
    ):
        assert served.post(f"/v1/records/{opened}/{kind}", entry).status_code == 201
    served.get(f"/v1/records/{opened}")
    publish_listed(served)
    return opened


def issue(served: Served, record: str, who: str, purpose: str, **params: str) -> httpx.Response:
    return served.get(f"/v1/records/{record}/evidence", who, purpose, params)


def package(answer: httpx.Response, folder: Path) -> Path:
    """The unpacked bag, which verifies."""
    assert answer.status_code == 200, answer.text
    folder.mkdir(exist_ok=True)
    place = folder / "package.zip"
    place.write_bytes(answer.content)
    assert (checked := verify(place)).holds, checked.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        file.extractall(folder)
        return folder / file.namelist()[0].partition("/")[0]


def lines(bag: Path, name: str) -> list[Json]:
    return [json.loads(one) for one in (bag / "data" / name).read_bytes().split(b"\n") if one]


def scope(bag: Path) -> dict[str, Any]:  # Any: as JSON has it
    told: dict[str, Any] = json.loads((bag / "data" / "scope.json").read_bytes())
    return told


def bodies(bag: Path) -> str:
    """All that is told of content, in the package."""
    return "".join(str(one["text"]) for one in lines(bag, "parts.ndjson") if one["name"] == "body")


def topics(bag: Path, name: str) -> list[str]:
    events = {str(one["event"]): str(one["topic"]) for one in lines(bag, "events.ndjson")}
    return [events[str(one["event"])] for one in lines(bag, name)]


def exports(served: Served, record: str) -> list[RecordExported]:
    log = served.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    events = [one.event for one in log.read(found.access_stream)]
    return [one for one in events if isinstance(one, RecordExported)]


def test_a_resident_gets_their_own_whole(served: Served, record: str, tmp_path: Path) -> None:
    answer = issue(served, record, resident(served, record), "self")
    bag = package(answer, tmp_path)

    assert run_by_hand(bag).returncode == 0
    bagit.Bag(str(bag)).validate()
    assert lines(bag, "withheld.ndjson") == []
    told = scope(bag)
    assert (told["record"], told["issued_to"], told["basis"]) == (record, "resident", "self")
    assert [one["name"] for one in told["streams"]] == ["record", "accesses"]
    assert any((bag / "data" / "schemas" / "forms").iterdir())
    assert any((bag / "data" / "schemas" / "by-digest").iterdir())
    assert "not made" in str(told["report_pdf"]) or (bag / "data" / "report.pdf").read_bytes()[:5] == b"%PDF-"


def test_issuing_is_recorded_with_the_digest_of_what_left(served: Served, record: str) -> None:
    before = served.position

    answer = issue(served, record, resident(served, record), "self")

    (exported,) = exports(served, record)
    assert exported.body_sha256 == hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["Evidence-Event"] == str(exported.event_id)
    assert (exported.log_position, served.position) == (before, before + 1)
    history = served.get(f"/v1/records/{record}/accesses", resident(served, record), "self").json()
    assert history["accesses"][0]["topic"] == "access.exported.v1"


def test_nobody_elses(served: Served, record: str) -> None:
    stranger, _ = open_resident(served)

    for who, purpose in ((resident(served, stranger), "self"), ("nurse", "care"), ("other-nurse", "care")):
        assert issue(served, record, who, purpose).status_code == 404
    assert exports(served, record) == []


def test_an_auditor_gets_the_shape_and_none_of_the_content(
    served: Served, record: str, auditor: str, tmp_path: Path
) -> None:
    bag = package(issue(served, record, auditor, "audit"), tmp_path)

    assert bodies(bag) == ""
    assert {one["why"] for one in lines(bag, "withheld.ndjson")} == {"not-open"}
    assert not (bag / "data" / "schemas").exists()
    assert {str(one["name"]) for one in lines(bag, "parts.ndjson")} == {"who"}


def test_what_is_not_asked_for_stays_as_a_commitment(served: Served, record: str, tmp_path: Path) -> None:
    bag = package(
        issue(served, record, "manager", "management", section="allergies", accesses="no"), tmp_path
    )

    assert set(topics(bag, "parts.ndjson")) == {"record.allergy-recorded.v1"}
    assert {one["why"] for one in lines(bag, "withheld.ndjson")} == {"not-selected"}
    versions = [one["version"] for one in lines(bag, "events.ndjson")]
    assert versions == list(range(1, len(versions) + 1))


def test_a_part_is_withheld_on_request_and_versions_are_chosen(
    served: Served, record: str, tmp_path: Path
) -> None:
    asked = {"first": "2", "last": "4", "withhold": "who", "accesses": "no"}
    bag = package(issue(served, record, "manager", "management", **asked), tmp_path)

    assert [one["version"] for one in lines(bag, "events.ndjson")] == [2, 3, 4]
    assert {one["name"] for one in lines(bag, "parts.ndjson")} == {"body"}
    later = package(
        issue(served, record, "manager", "management", **{"from": "2099-01-01"}), tmp_path / "later"
    )
    assert lines(later, "parts.ndjson") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "0"},
        {"first": "4", "last": "2"},
        {"section": "secrets"},
        {"withhold": "salt"},
        {"from": "yesterday"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"accesses": "maybe"},
        {"everything": "yes"},
    ],
)
def test_a_selection_that_is_none_is_refused(served: Served, record: str, asked: dict[str, str]) -> None:
    answer = issue(served, record, "manager", "management", **asked)

    assert answer.status_code in (400, 422), answer.text
    assert exports(served, record) == []


def test_what_is_misfiled_restricted_or_sensitive_is_there_as_a_commitment_only(
    served: Served, record: str, tmp_path: Path
) -> None:
    entry = served.post(f"/v1/records/{record}/encounters", new_entry("encounters")).json()
    version = f'"{entry["version"]}"'
    misfiled = {"entry": entry["entry"], "reason": "of a resident of the same name"}
    answer = served.post(
        f"/v1/records/{record}/misfilings", misfiled, "manager", "management", if_match=version
    )
    assert answer.status_code == 201, answer.text
    keeps = new_entry("restrictions", sections=["problems"])
    kept = served.post(f"/v1/records/{record}/restrictions", keeps, resident(served, record), "self")
    assert kept.status_code == 201, kept.text
    publish_listed(served)

    own = package(issue(served, record, resident(served, record), "self"), tmp_path / "own")
    lawyers = package(issue(served, record, "manager", "management"), tmp_path / "lawyers")

    misfiling = {"record.encounter-recorded.v1", "record.entry-misfiled.v1"}
    assert set(topics(own, "withheld.ndjson")) == misfiling
    assert set(topics(lawyers, "withheld.ndjson")) == {*misfiling, "record.problem-recorded.v1"}
    assert lines(own, "events.ndjson")[0] == lines(lawyers, "events.ndjson")[0]


def test_a_whole_life_merged_and_closed_verifies(served: Served, tmp_path: Path) -> None:
    """Nearly everything happened to a record; then it was merged into another, which was closed."""
    life = Life(served, logins="evidence-")
    life.record = str(life.send(RECORDS, {"login": login(life.resident)})["record"])
    for chapter in (life.contributed, life.care, life.cards, life.referrals, life.decisions, life.access):
        chapter()
    life.change("mergings", MANAGER, into=life.neighbour)
    life.change("closing", record=life.neighbour, reason="death")
    publish_listed(served)

    for number, record in enumerate((life.record, life.neighbour)):
        bag = package(issue(served, record, "manager", "management"), tmp_path / str(number))
        names = {str(stream["name"]) for stream in scope(bag)["streams"]}
        assert ("absorbed-record" in names) is (record == life.neighbour)
    assert len(lines(bag, "events.ndjson")) > 60
    assert any((bag / "data" / "schemas" / "codes").iterdir())


def complete_up_to(bag: Path) -> dict[str, int | None]:
    return {str(one["name"]): one["complete_up_to"] for one in scope(bag)["streams"]}


def grow(served: Served, record: str) -> None:
    """One more event of the record."""
    answer = served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))
    assert answer.status_code == 201, answer.text


def test_a_list_is_made_for_a_package_that_the_newest_one_does_not_reach(
    served: Served, record: str, tmp_path: Path
) -> None:
    """With a publisher at work, as in a deployment; once for all packages of what is there."""
    with publisher(Publishing.of(served.service.settings, served.service.database)):
        grow(served, record)
        told = served.position
        bag = package(issue(served, record, "manager", "management"), tmp_path / "first")
        own = package(issue(served, record, resident(served, record), "self"), tmp_path / "second")

    found = complete_up_to(bag)
    assert found["record"] is not None and found["record"] >= told
    assert found["accesses"] == found["record"]
    assert complete_up_to(own) == found
    assert run_by_hand(own).returncode == 0


def test_a_list_that_is_not_made_in_time_is_done_without(
    served: Served, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing publishes here: the package has the list before, which says nothing of what came since."""
    monkeypatch.setattr("store.proof.listing.PATIENCE_S", 0.2)
    before = package(issue(served, record, "manager", "management"), tmp_path / "before")
    grow(served, record)
    publish(served)

    begun = time.monotonic()
    after = package(issue(served, record, "manager", "management"), tmp_path / "after")

    assert time.monotonic() - begun < 3
    assert complete_up_to(after) == complete_up_to(before)
    assert len(lines(after, "events.ndjson")) > len(lines(before, "events.ndjson"))


def test_a_list_that_cannot_be_made_does_not_keep_a_package_from_being(
    served: Served, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.proof.listing.tell_heads", lambda *told, **named: 1 / 0)
    grow(served, record)
    publish(served)

    package(issue(served, record, "manager", "management"), tmp_path)


def test_the_list_tells_nothing_of_events_that_are_not_shown(
    served: Served, record: str, tmp_path: Path
) -> None:
    bag = package(issue(served, record, "manager", "management", last="3"), tmp_path)

    assert complete_up_to(bag)["record"] is None
    assert not (bag / "data" / "heads" / f"{record}.json").exists()


def test_a_package_after_a_rotation_of_the_keys_verifies(
    served: Served, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new keys sign the checkpoint; the old ones stay, for receipts and checkpoints of before."""
    monkeypatch.setattr("store.signing_keys.LOOKED_UP_EVERY_S", 0.0)
    before = package(issue(served, record, "manager", "management"), tmp_path / "before")
    origin, keys = served.service.settings.origin, served.service.opened.keys
    for purpose in PURPOSES:
        rotate(prepare(origin, keys, purpose, "2026-06-01T02:00:00.000000Z"), origin, keys, lambda told: None)
    grow(served, record)
    publish_listed(served)

    after = package(issue(served, record, "manager", "management"), tmp_path / "after")

    old, new = ((bag / "data" / "trust" / "vkeys").read_text().splitlines() for bag in (before, after))
    assert set(old) < set(new) and len(new) == len(old) + 3
    assert not {one for one in new[:2] if one in old}
    assert run_by_hand(after).returncode == 0
    mine = tmp_path / "mine"
    mine.write_text("\n".join(one for one in new if one not in old or "/package" in one))
    assert verify(after, "--keys", str(mine)).holds
    mine.write_text("\n".join(old))
    assert not verify(after, "--keys", str(mine)).holds
    note = (after / "data" / "checkpoint").read_bytes()
    (after / "data" / "checkpoint").write_bytes((before / "data" / "checkpoint").read_bytes())
    assert note != (after / "data" / "checkpoint").read_bytes() and not verify(after).holds


def test_events_that_are_not_published_yet_cannot_be_proved_yet(
    served: Served, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.evidence_packer.PAUSE_S", 0)
    served.post(
        f"/v1/records/{record}/allergies", new_entry("allergies", substance={"system": "x", "code": "y"})
    )
    served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))

    answer = issue(served, record, "manager", "management")

    assert answer.status_code == 503
    assert (answer.json()["type"], answer.headers["Retry-After"]) == ("/problems/evidence-not-ready", "5")
    assert exports(served, record) == []
