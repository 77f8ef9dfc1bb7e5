"""The erasure drill: one of two residents is erased, and nothing but the proof that there was one is left."""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from domain.record import Record
from evidence.errors import ProofError
from store import connect
from store.database import PUBLISHER, Database
from store.keys import KeyMissing
from store.proof.keys import checkpoint_signers
from store.proof.verify.running import Task, verify
from tests.api.listed import fold, roster, search, tasks
from tests.api.served import Json, Served, enrol, new_entry, new_number, new_record
from tests.api.test_published import publish
from tests.api.uploading import Uploader, document_entry, problem
from tests.builders import content
from tests.evidence.package.made import verify as check_package
from tests.store.logs import path_of

NAME, SECRET, SCAN = "欧阳金丝雀", "CANARY-IN-AN-ENCOUNTER", b"CANARY-IN-A-SCAN " * 20_000
LONG_AGO = "1990-03-02"
ORDERING, ERASING = ("county", "legal"), ("deputy", "legal")


class Resident:
    """Somebody with a record of long ago: name, an encounter, an uploaded document; looked at, in views."""

    def __init__(self, county: Served, name: str) -> None:
        self.county, self.name = county, name
        self.number = new_number()
        self.id = opened(county, self.number, name)
        told = new_entry("encounters", subjective={"chief_complaint": SECRET})
        self.kept("encounters", {**told, "occurred_at": LONG_AGO})
        nurse = Uploader(county)
        scan = document_entry(nurse.upload(self.id, SCAN), SCAN)
        self.document = str(self.kept("documents", {**scan, "occurred_at": LONG_AGO})["entry"])
        county.get(self.path)

    @property
    def path(self) -> str:
        return f"/v1/records/{self.id}"

    def kept(self, what: str, body: Json, who: str = "nurse", purpose: str = "care", **more: str) -> Json:
        answer = self.county.post(f"{self.path}/{what}", body, who, purpose, **more)
        assert answer.status_code == 201, answer.text
        told: Json = answer.json()
        return told

    def order(self, **changes: object) -> str:
        asked = new_entry("erasure-orders", None, **changes)
        return str(self.kept("erasure-orders", asked, *ORDERING)["entry"])

    def die(self) -> None:
        seen = self.county.get(self.path).headers["ETag"]
        body: Json = {"reason": "death", "occurred_at": LONG_AGO}
        self.kept("closing", body, "manager", "management", if_match=seen)

    def package(self) -> dict[str, bytes]:
        """The events and parts of the package, by their names."""
        publish(self.county)
        answer = self.county.get(
            f"{self.path}/evidence", "manager", "management", {"accesses": "no", "last": "3"}
        )
        assert answer.status_code == 200, answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
            names = [one for one in bag.namelist() if re.search(r"/data/(events|parts)\.ndjson$", one)]
            assert len(names) == 2
            return {one.rpartition("/")[2]: bag.read(one) for one in names}


def opened(county: Served, number: str, name: str) -> str:
    """A record of long ago with the person's name."""
    born, sex = f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "male" if int(number[16]) % 2 else "female"
    told = {"identity_number": number, "name": name, "birth_date": born, "sex": sex}
    basic = {"content": {**content("personal-basic-information"), **told}}
    return county.open_record(**new_record(number, occurred_at=LONG_AGO), basic_information=basic)


def canaries(county: Served, one: Resident) -> list[bytes]:
    """What must be found nowhere: words of the record, its number, and its keys, wrapped and plain."""
    keys, found = county.service.opened.keys, [NAME.encode(), SECRET.encode(), SCAN[:64], one.number.encode()]
    for stream in (UUID(one.id), *county.service.opened.blobs.of_record(UUID(one.id))):
        for held in keys.table.between(stream, stream):
            assert held.wrapped is not None
            found += [held.wrapped, keys.get(stream, held.generation).secret]
    return found


def contents(database: Database) -> Iterator[str]:
    """Every row of every table, as text."""
    with connect.plain(database.admin) as db:
        tables = db.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%' "
            "AND schemaname <> 'information_schema'"
        ).fetchall()
        for schema, table in tables:
            select = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table))
            for (row,) in db.execute(select):
                yield f"{schema}.{table}: {row}"


def ciphertexts(county: Served, one: Resident, upto: int) -> list[tuple[bytes, UUID]]:
    with connect.plain(county.service.database.admin) as db:
        rows = db.execute(
            """SELECT c.ciphertext, convert_from(e.envelope, 'UTF8')::json ->> 'event'
               FROM store.event AS e JOIN store.content AS c USING (log_no, position)
               WHERE e.stream_id = %s AND e.version <= %s""",
            [one.id, upto],
        ).fetchall()
    return [(ciphertext, UUID(event)) for ciphertext, event in rows]


def opens(county: Served, ciphertext: bytes, event: UUID) -> bool:
    """Whether any key that the key store still has opens it."""
    opened = county.service.opened
    first, last = UUID(int=0), UUID(int=2**128 - 1)
    for held in opened.keys.table.between(first, last):
        if held.wrapped is None:
            continue
        try:
            opened.keys.get(held.stream, held.generation).open(ciphertext, opened.origin.encode(), event)
        except (ProofError, KeyMissing):
            continue
        return True
    return False


@pytest.fixture(scope="module")
def drill(served: Served) -> tuple[Resident, Resident, list[bytes], dict[str, bytes], int]:
    """Two residents, of whom the first is erased; canaries, the other's package before, versions before."""
    erased, other = Resident(served, NAME), Resident(served, "王小明")
    fold(served)
    assert erased.id in roster(served).text and NAME in roster(served).text
    erased.die()
    before, found = other.package(), canaries(served, erased)
    order = erased.order(basis="term-ended", authority=None)
    record = served.service.records.gate.log.load(Record, UUID(erased.id))
    assert record is not None
    erased.kept("erasures", {"order": order}, *ERASING)
    return erased, other, found, before, record.version


Drill = tuple[Resident, Resident, list[bytes], dict[str, bytes], int]


def test_lists_answer_while_the_rows_are_still_there(served: Served, drill: Drill) -> None:
    erased, *_ = drill

    for answer in (roster(served), tasks(served), search(served, "name", "欧阳")):
        assert answer.status_code == 200, answer.text
        assert NAME not in answer.text and erased.number not in answer.text
    found = search(served, "identity-card", erased.number)
    assert found.status_code == 200 and erased.id not in found.text


def test_no_view_no_cache_no_file_and_no_table_holds_it(served: Served, drill: Drill) -> None:
    erased, _, found, _, _ = drill
    fold(served)
    served.service.records.finish_erasures()

    assert erased.id not in roster(served).text
    told = [canary.decode("utf-8", "ignore") for canary in found[:4]] + [canary.hex() for canary in found]
    for row in contents(served.service.database):
        assert not any(canary and canary in row for canary in told), row[:60]
    files = [one for one in served.folder.rglob("*") if one.is_file() and "postgres" not in one.parts]
    assert path_of(served.service.opened.keys) in files
    for file in files:
        held = file.read_bytes()
        assert not any(canary in held for canary in found), file
    assert served.service.opened.blobs.of_record(UUID(erased.id)) == []
    assert (
        served.service.opened.snapshots.select(UUID(erased.id), gt=None, lte=None, desc=False, limit=None)
        == []
    )


def test_it_decrypts_with_no_key_that_is_left(served: Served, drill: Drill) -> None:
    erased, other, _, _, upto = drill

    sealed = ciphertexts(served, erased, upto)

    assert len(sealed) == upto and not any(opens(served, *one) for one in sealed)
    assert all(opens(served, *one) for one in ciphertexts(served, other, 3))


def test_the_log_verifies_and_the_other_package_is_byte_equal(served: Served, drill: Drill) -> None:
    _, other, _, before, _ = drill
    service = served.service

    assert other.package() == before
    signers = checkpoint_signers(service.opened.origin, service.opened.keys)
    verified = verify(
        Task(
            service.database.dsn(PUBLISHER),
            service.settings.log_no,
            service.opened.origin,
            [one.verifier for one in signers],
            keys=service.settings.data / "keys",
            place=service.settings.second_place,
        )
    )
    assert list(verified.findings) == []


def test_a_read_is_told_that_it_was_erased_and_whoever_may_not_read_that_there_is_nothing(
    served: Served, drill: Drill
) -> None:
    erased, *_ = drill
    content = f"{erased.path}/documents/{erased.document}/content"

    for path in (erased.path, f"{erased.path}?version=2", f"{erased.path}/life-course", content):
        answer = served.get(path)
        assert problem(answer) == (410, "record-erased") and NAME not in answer.text
    assert problem(served.get(erased.path, "other-nurse")) == (404, "not-available")
    entry = served.post(f"{erased.path}/allergies", new_entry("allergies"))
    assert problem(entry) == (410, "record-erased")


def test_who_looked_and_what_custody_was_stays(served: Served, drill: Drill) -> None:
    erased, *_ = drill

    enrol(served, served.bureau, "auditor", "auditor")
    seen = served.get(f"{erased.path}/accesses", "auditor", "audit")
    trail = served.get(f"{erased.path}/audit-trail", "manager", "management").json()["events"]
    log = served.service.records.gate.log
    told = next(one.event for one in log.read(UUID(erased.id)) if isinstance(one.event, Record.Erased))

    assert any(one["topic"] == "access.read.v1" for one in seen.json()["accesses"])
    assert {"record.erased.v1", "record.erasure-ended.v1"} <= {one["topic"] for one in trail}
    assert [one["topic"] for one in told.custody] == ["record.created.v1", "record.closed.v1"]
    assert told.custody[0]["custodian"] == str(served.clinic)
    assert told.ordered_by["actor"] != told.who["actor"] and told.retention["until"] == "2005-03-02"


def test_of_the_erased_record_there_is_a_package_that_proves_what_there_was(
    served: Served, drill: Drill, tmp_path: Path
) -> None:
    erased, *_ = drill
    publish(served)

    answer = served.get(f"{erased.path}/evidence", "manager", "management")

    assert answer.status_code == 200, answer.text
    (tmp_path / "package.zip").write_bytes(answer.content)
    assert (checked := check_package(tmp_path / "package.zip")).holds, checked.text
    assert SECRET not in checked.text and NAME not in checked.text


def test_the_person_can_have_a_record_again(served: Served, drill: Drill) -> None:
    erased, *_ = drill
    document = {"kind": "identity-card", "number": erased.number}

    assert served.open_record(documents=[document]) != erased.id


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_around_the_destruction_of_the_keys_is_finished_later(
    served: Served, drill: Drill, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    one = Resident(served, "王大伟")
    one.die()
    order = one.order(basis="term-ended", authority=None)
    eraser = served.service.records.eraser

    erase = eraser.erase_record

    def crash(*arguments: Any) -> int:  # Any: whatever it is called with
        if after:
            erase(*arguments)
        raise OSError("the disk")

    with monkeypatch.context() as patched:
        patched.setattr(eraser, "erase_record", crash)
        answer = served.post(f"{one.path}/erasures", {"order": order}, *ERASING)
    assert answer.status_code == 500
    assert problem(served.get(one.path)) == (410, "record-erased")
    assert UUID(one.id) in eraser.unfinished()

    assert served.service.records.finish_erasures() == 1
    assert served.service.records.finish_erasures() == 0
    assert served.service.opened.keys.erased_upto(UUID(one.id)) == 1
    log = served.service.records.gate.log
    assert [recorded.stored.topic for recorded in log.read(UUID(one.id))] == [
        "record.erased.v1",
        "record.erasure-ended.v1",
    ]


def test_what_comes_back_with_a_copy_of_the_keys_is_destroyed_again(
    served: Served, drill: Drill, tmp_path: Path
) -> None:
    one = Resident(served, "王大明")
    one.die()
    order = one.order(basis="term-ended", authority=None)
    opened, record = served.service.opened, UUID(one.id)
    streams = [record, *opened.blobs.of_record(record)]
    copy = [opened.keys.table.find(stream, 1) for stream in streams]
    one.kept("erasures", {"order": order}, *ERASING)
    with closing(sqlite3.connect(path_of(opened.keys))) as keys, keys:
        for held in copy:
            assert held is not None
            keys.execute(
                "UPDATE content_key SET wrapped = ? WHERE stream = ? AND generation = 1",
                (held.wrapped, held.stream.bytes),
            )
    assert opened.keys.get(record, 1)

    assert served.service.records.erase_again(record) == 2

    for stream in streams:
        assert opened.keys.erased_upto(stream) == 1
    assert served.service.records.erase_again(record) == 0


def test_a_document_that_was_moved_is_not_erased_with_the_record_it_was_uploaded_to(
    served: Served, drill: Drill
) -> None:
    wrong, right = Resident(served, "王大力"), Resident(served, "王大智")
    seen = served.get(wrong.path).headers["ETag"]
    moved: Json = {"entry": wrong.document, "reason": "of a namesake", "to": right.id}
    wrong.kept("misfilings", moved, "manager", "management", if_match=seen)
    entries = served.get(right.path).json()["sections"]["documents"]
    documents = [str(one["id"]) for one in entries]
    wrong.die()
    order = wrong.order(basis="term-ended", authority=None)

    wrong.kept("erasures", {"order": order}, *ERASING)
    served.service.records.erase_again(UUID(wrong.id))

    for document in documents:
        assert served.get(f"{right.path}/documents/{document}/content").content == SCAN
    assert len(documents) == 2


def test_a_document_is_erased_by_itself(served: Served, drill: Drill) -> None:
    one = Resident(served, "王小红")
    order = one.order(scope="documents", entries=[one.document])

    one.kept("erasures", {"order": order}, *ERASING)

    content = served.get(f"{one.path}/documents/{one.document}/content")
    assert problem(content) == (410, "document-erased")
    shown = json.dumps(served.get(one.path).json(), ensure_ascii=False)
    assert one.document in shown and SECRET in shown
    assert served.service.opened.blobs.of_record(UUID(one.id)) == []


@pytest.mark.parametrize("who", [ORDERING, ("manager", "legal"), ("deputy", "management")])
def test_nobody_erases_alone_or_without_the_right(served: Served, drill: Drill, who: tuple[str, str]) -> None:
    _, other, *_ = drill
    order = other.order()

    answer = served.post(f"{other.path}/erasures", {"order": order}, *who)

    is_second = who == ORDERING
    assert problem(answer) == ((403, "another-person-decides") if is_second else (404, "not-available"))
    assert served.get(other.path).status_code == 200


def test_nothing_is_erased_under_a_hold_or_before_its_term_or_of_the_living_without_an_order(
    served: Served, drill: Drill
) -> None:
    one = Resident(served, "王小军")
    refused = served.post(
        f"{one.path}/erasure-orders",
        new_entry("erasure-orders", basis="term-ended", authority=None),
        *ORDERING,
    )
    assert problem(refused) == (409, "order-missing")
    one.kept("encounters", new_entry("encounters"))
    order = one.order()
    early = served.post(f"{one.path}/erasures", {"order": order}, *ERASING)
    assert problem(early) == (409, "term-not-over") and early.json()["until"] == "2041-06-01"
    one.kept("legal-holds", new_entry("legal-holds"), "manager", "legal")

    held = served.post(f"{one.path}/erasures", {"order": order}, *ERASING)

    assert problem(held) == (404, "not-available")
    assert served.get(Path(one.path).as_posix()).status_code == 200
