"""Documents up to 25 MB: named by an entry, and streamed back as they came."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from domain.document_port import LARGEST_UPLOAD
from domain.forms.document import facts_of
from store.blobs_rules import UploadRules
from store.database import APPENDER, Database
from tests.api.served import Served, new_entry, serving
from tests.api.uploading import (
    PIECE,
    Uploader,
    accesses,
    correct,
    document_entry,
    eventually,
    inline_entry,
    problem,
    rows,
    some_bytes,
)


@pytest.fixture
def nurse(served: Served) -> Uploader:
    return Uploader(served)


@pytest.fixture(scope="module")
def record(served: Served) -> str:
    return served.open_record()


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_what_was_uploaded_is_what_is_shown(nurse: Uploader, record: str, size: int) -> None:
    content = some_bytes(size)

    entry = nurse.attached(record, content)
    shown = nurse.content(record, entry)

    assert shown.status_code == 200, shown.text
    assert shown.content == content


def test_a_document_of_25_mb_goes_in_and_comes_out(nurse: Uploader, record: str) -> None:
    content = some_bytes(LARGEST_UPLOAD)

    entry = nurse.attached(record, content)
    shown = nurse.content(record, entry)

    assert hashlib.sha256(shown.content).digest() == hashlib.sha256(content).digest()


def test_the_record_tells_the_document_and_not_its_bytes(
    served: Served, nurse: Uploader, record: str
) -> None:
    content = some_bytes(100)
    entry = nurse.attached(record, content)

    shown = served.get(f"/v1/records/{record}").json()

    (told,) = [one["content"] for one in shown["sections"]["documents"] if one["id"] == entry]
    assert told["sha256"] == hashlib.sha256(content).hexdigest() and told["blob"]
    assert "data" not in told


def test_showing_a_document_is_recorded_with_its_digest_before_it_leaves(
    served: Served, nurse: Uploader, record: str
) -> None:
    content = some_bytes(2 * PIECE)
    entry = nurse.attached(record, content)
    digest = hashlib.sha256(content)

    shown = nurse.content(record, entry)

    last = accesses(served, record)[-1]
    assert last["body_sha256"] == digest.hexdigest()
    assert (last["view"], last["sections"]) == ("document-content/1", ["documents"])
    assert shown.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"


def test_a_document_leaves_as_a_file_that_nothing_runs(nurse: Uploader, record: str) -> None:
    content = b"<script>alert(1)</script>"
    blob = nurse.upload(record, content)
    entry = nurse.attach(record, blob, content, media_type="text/html").json()["entry"]

    shown = nurse.content(record, entry)

    assert shown.headers["Content-Type"] == "application/octet-stream"
    assert shown.headers["Content-Disposition"] == f'attachment; filename="{entry}.bin"'
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["Content-Length"] == str(len(content))


def test_an_inline_document_is_shown_under_the_same_address(
    served: Served, nurse: Uploader, record: str
) -> None:
    content = some_bytes(1000)
    inline = inline_entry(content, media_type="application/pdf")
    entry = served.post(f"/v1/records/{record}/documents", inline).json()["entry"]

    shown = nurse.content(record, entry)

    assert shown.content == content
    assert shown.headers["Content-Type"] == "application/pdf"


def test_both_editions_stay_accepted_and_one_document_is_not_both(
    served: Served, nurse: Uploader, record: str
) -> None:
    content = some_bytes(10)
    inline = inline_entry(content)
    blob = nurse.upload(record, content)

    old = served.post(f"/v1/records/{record}/documents", {**inline, "edition": "2026"})
    new = served.post(f"/v1/records/{record}/documents", {**inline, "edition": "2026.2"})
    both = nurse.attach(record, blob, content, data=facts_of(content)["data"])
    neither = served.post(
        f"/v1/records/{record}/documents", {**new_entry("documents", data=None), "edition": "2026.2"}
    )

    assert (old.status_code, new.status_code) == (201, 201)
    for refused in (both, neither):
        assert problem(refused) == (422, "content-refused")
        assert [one["field"] for one in refused.json()["problems"]] == ["/content/blob"]


# Who may.


def test_an_upload_for_another_record_cannot_be_named(served: Served, nurse: Uploader, record: str) -> None:
    content = some_bytes(10)
    blob = nurse.upload(served.open_record(), content)

    assert problem(nurse.attach(record, blob, content)) == (422, "upload-unknown")
    assert problem(nurse.attach(record, str(uuid4()), content)) == (422, "upload-unknown")


def test_a_document_is_shown_to_nobody_who_may_not_read(served: Served, nurse: Uploader, record: str) -> None:
    entry = nurse.attached(record, b"x")

    other = nurse.content(record, entry, "other-nurse")
    unknown = nurse.content(record, str(uuid4()))
    elsewhere = nurse.content(served.open_record(), entry)

    assert problem(other) == problem(unknown) == problem(elsewhere) == (404, "not-available")
    assert [one["rules"] for one in accesses(served, record)[-2:]] == [
        ["deny-by-default"],
        ["document-not-there"],
    ]


def test_an_entry_that_is_no_document_has_no_content(served: Served, nurse: Uploader, record: str) -> None:
    entry = served.post(f"/v1/records/{record}/problems", new_entry("problems")).json()["entry"]

    assert problem(nurse.content(record, entry)) == (404, "not-available")


# What an entry must say of its upload.


def test_an_entry_that_says_something_else_of_its_upload_is_refused(nurse: Uploader, record: str) -> None:
    content = some_bytes(10)
    blob = nurse.upload(record, content)
    other = document_entry(blob, some_bytes(10))["content"]
    assert isinstance(other, dict)

    for field, value in (("length", 11), ("sha256", other["sha256"]), ("sha512", other["sha512"])):
        refused = nurse.attach(record, blob, content, **{field: value})
        assert problem(refused) == (422, "upload-differs")
        assert refused.json()["field"] == field
    assert nurse.attach(record, blob, content).status_code == 201


def test_an_upload_that_is_not_whole_cannot_be_named(nurse: Uploader, record: str) -> None:
    content = some_bytes(10)
    blob = nurse.begun(record, 10)
    nurse.patch(blob, 0, content[:9])

    refused = nurse.attach(record, blob, content)

    assert problem(refused) == (409, "upload-incomplete")
    assert (refused.json()["received"], refused.json()["length"]) == (9, 10)


def test_an_upload_belongs_to_one_entry_and_stays(nurse: Uploader, record: str) -> None:
    content = some_bytes(10)
    blob = nurse.upload(record, content)
    entry = nurse.attach(record, blob, content).json()["entry"]

    assert problem(nurse.attach(record, blob, content)) == (409, "upload-taken")
    assert nurse.head(blob).status_code == nurse.delete(blob).status_code == 404
    assert nurse.content(record, entry).content == content


def test_an_attachment_sent_twice_is_answered_twice_and_stored_once(
    served: Served, nurse: Uploader, record: str
) -> None:
    content = some_bytes(10)
    entry = document_entry(nurse.upload(record, content), content)

    first = served.post(f"/v1/records/{record}/documents", entry, key="document-1")
    again = served.post(f"/v1/records/{record}/documents", entry, key="document-1")

    assert first.status_code == 201 and first.content == again.content


def test_a_correction_keeps_the_upload_or_brings_another(
    served: Served, nurse: Uploader, record: str
) -> None:
    old, new = some_bytes(10), some_bytes(20)
    blob = nurse.upload(record, old)
    added = nurse.attach(record, blob, old)
    entry, first = added.json()["entry"], added.json()["version"]

    retitled = correct(served, record, entry, added, document_entry(blob, old, title="another title"))
    unknown = correct(served, record, entry, retitled, document_entry(str(uuid4()), old))
    replaced = correct(served, record, entry, retitled, document_entry(nurse.upload(record, new), new))

    assert (retitled.status_code, replaced.status_code) == (201, 201), replaced.text
    assert problem(unknown) == (422, "upload-unknown")
    assert nurse.content(record, entry).content == new
    assert nurse.content(record, entry, version=str(first)).content == old


def test_a_retracted_document_stays_readable(served: Served, nurse: Uploader, record: str) -> None:
    content = some_bytes(10)
    added = nurse.attach(record, nurse.upload(record, content), content)
    entry = added.json()["entry"]
    told = {"entry": entry, "reason": "another resident's"}
    served.post(f"/v1/records/{record}/retractions", told, if_match=added.headers["ETag"])

    assert nurse.content(record, entry).content == content


def test_a_misfiled_document_is_shown_in_the_right_record_alone(served: Served, nurse: Uploader) -> None:
    wrong, right, content = served.open_record(), served.open_record(), some_bytes(PIECE + 1)
    added = nurse.attach(wrong, nurse.upload(wrong, content), content)
    entry = added.json()["entry"]
    told = {"entry": entry, "reason": "another resident's", "to": right}
    seen = added.headers["ETag"]

    moved = served.post(f"/v1/records/{wrong}/misfilings", told, "manager", "management", if_match=seen)
    (there,) = served.get(f"/v1/records/{right}").json()["sections"]["documents"]
    blob = there["content"]["blob"]
    shown = served.get(f"/v1/records/{right}")
    retitled = correct(served, right, there["id"], shown, document_entry(blob, content, title="a title"))

    assert moved.status_code == 201, moved.text
    assert retitled.status_code == 201, retitled.text
    for version in ({}, {"version": str(added.json()["version"])}):
        assert problem(nurse.content(wrong, entry, **version)) == (404, "not-available")
    assert nurse.content(right, there["id"]).content == content
    assert problem(nurse.attach(right, blob, content)) == (422, "upload-unknown")


def test_what_the_resident_restricts_is_shown_to_no_staff(served: Served, nurse: Uploader) -> None:
    record = served.open_record()
    entry = nurse.attached(record, b"private")
    restriction = new_entry("restrictions", sections=["documents"], until=None)
    told = served.post(f"/v1/records/{record}/restrictions", restriction)

    assert told.status_code == 201, told.text
    assert problem(nurse.content(record, entry)) == (404, "not-available")


def test_a_version_that_is_none_is_refused(served: Served, nurse: Uploader, record: str) -> None:
    added = nurse.attach(record, nurse.upload(record, b"x"), b"x")
    entry, version = added.json()["entry"], added.json()["version"]

    assert problem(nurse.content(record, entry, version="0")) == (400, "parameter-refused")
    assert problem(nurse.content(record, entry, version=str(version + 100))) == (400, "query-refused")
    assert problem(nurse.content(record, entry, version=str(version - 1))) == (404, "not-available")


# What lies in the database.


def test_a_piece_changed_in_the_database_never_leaves(
    nurse: Uploader, record: str, database: Database
) -> None:
    content = some_bytes(3 * PIECE)
    blob = nurse.upload(record, content)
    entry = nurse.attach(record, blob, content).json()["entry"]
    with psycopg.connect(database.dsn(APPENDER)) as connection:
        connection.execute(
            "UPDATE store.blob_chunk SET ciphertext = set_byte(ciphertext, 99, get_byte(ciphertext, 99) # 1) "
            "WHERE blob_id = %s AND number = 1",
            [blob],
        )

    with pytest.raises(httpx.RemoteProtocolError):
        nurse.content(record, entry)


def test_bytes_that_are_gone_are_told_to_be_gone(nurse: Uploader, record: str, database: Database) -> None:
    content = some_bytes(10)
    blob = nurse.upload(record, content)
    entry = nurse.attach(record, blob, content).json()["entry"]
    with psycopg.connect(database.dsn(APPENDER)) as connection:
        connection.execute("DELETE FROM store.blob WHERE blob_id = %s", [blob])

    assert problem(nurse.content(record, entry)) == (500, "document-lost")


def test_nothing_of_a_document_lies_readable_in_the_database(
    nurse: Uploader, record: str, database: Database
) -> None:
    content = b"Canary-Zhang-7731" * 20_000
    blob = nurse.upload(record, content)

    with psycopg.connect(database.dsn(APPENDER)) as connection:
        chunks = connection.execute(
            "SELECT ciphertext FROM store.blob_chunk WHERE blob_id = %s", [blob]
        ).fetchall()

    assert len(chunks) == 3
    assert not any(b"Zhang" in bytes(chunk[0]) for chunk in chunks)


# The virus scanner.


SCANNER = """#!/bin/sh
content=$(cat)
case "$content" in
  *EICAR*) exit 1;;
  *later*) test -e {done} && exit 0; exit 2;;
  *) test -z "$LIFELONG_SECRET";;
esac
"""


@contextmanager
def scanned(database: Database, folder: Path) -> Iterator[tuple[Uploader, str]]:
    """A county with a scanner: finds EICAR, and nothing in what says later until `done` is there."""
    script = folder / "scanner"
    script.write_text(SCANNER.format(done=folder / "done"))
    script.chmod(0o700)
    with serving(database, folder, UploadRules(scanner=(str(script),))) as served:
        yield Uploader(served), served.open_record()


def test_what_the_scanner_refuses_is_kept_and_never_shown(private_database: Database, tmp_path: Path) -> None:
    content = b"EICAR"
    with scanned(private_database, tmp_path) as (nurse, record):
        blob = nurse.upload(record, content)

        assert problem(nurse.attach(record, blob, content)) == (409, "upload-infected")
        assert nurse.head(blob).status_code == nurse.delete(blob).status_code == 404
        assert nurse.served.service.opened.blobs.open(UUID(blob)) is None
        assert rows(private_database, blob) == (1, 1)
        assert nurse.attach(record, nurse.upload(record, b"clean"), b"clean").status_code == 201

        later = nurse.upload(record, b"later")
        waits = nurse.attach(record, later, b"later")
        (tmp_path / "done").touch()

        assert problem(waits) == (503, "upload-unchecked")
        assert waits.headers["Retry-After"] == "10"
        assert eventually(lambda: nurse.attach(record, later, b"later").status_code, 201) == 201
