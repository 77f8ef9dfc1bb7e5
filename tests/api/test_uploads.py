"""Uploads by tus 1.0.0: resumed where they broke, bounded, and their caller's alone."""

from uuid import uuid4

import pytest

from domain.document_port import LARGEST_UPLOAD
from store.database import Database
from tests.api.served import Served
from tests.api.uploading import (
    PIECE,
    TUS,
    Slow,
    Uploader,
    accesses,
    cut_off,
    eventually,
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


# Going on after something broke.


def test_an_upload_goes_on_where_the_connection_broke(nurse: Uploader, record: str) -> None:
    content = some_bytes(5 * PIECE)
    blob = nurse.begun(record, len(content))
    sent = PIECE + PIECE // 2

    cut_off(nurse, blob, content, sent)
    stands = eventually(lambda: int(nurse.head(blob).headers["Upload-Offset"]), sent)
    rest = nurse.patch(blob, stands, content[stands:])
    entry = nurse.attach(record, blob, content).json()["entry"]

    assert rest.headers["Upload-Offset"] == str(len(content))
    assert nurse.content(record, entry).content == content


def test_pieces_of_any_size_make_the_whole(nurse: Uploader, record: str) -> None:
    content = some_bytes(2 * PIECE + 5)
    blob, at = nurse.begun(record, len(content)), 0

    for size in (0, 1, 70_000, 3, PIECE, 1 << 20):
        answer = nurse.patch(blob, at, content[at : at + size])
        at = min(at + size, len(content))
        assert answer.headers["Upload-Offset"] == str(at), answer.text
    entry = nurse.attach(record, blob, content).json()["entry"]

    assert nurse.content(record, entry).content == content


def test_going_on_at_another_byte_is_refused_and_told_where(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 100)
    nurse.patch(blob, 0, b"x" * 40)

    for offset in (0, 39, 41, 100):
        refused = nurse.patch(blob, offset, b"y")
        assert problem(refused) == (409, "upload-offset-moved")
        assert refused.headers["Upload-Offset"] == "40"
        assert refused.headers["Tus-Resumable"] == "1.0.0"


def test_of_two_that_go_on_at_the_same_byte_one_does(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 2 * PIECE)
    slow = Slow(nurse, blob, 0, 2 * PIECE)
    slow.send(b"s" * 100)
    fast = nurse.patch(blob, 0, b"f" * 2 * PIECE)

    slow.send(b"s" * (2 * PIECE - 100))

    assert fast.status_code == 204
    assert slow.status() == 409
    assert nurse.attach(record, blob, b"f" * 2 * PIECE).status_code == 201


def test_more_bytes_than_announced_are_refused(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 10)

    announced = nurse.patch(blob, 0, b"x" * 11)
    streamed = nurse.served.client.patch(
        f"/v1/uploads/{blob}",
        content=iter([b"x" * 6, b"x" * 6]),
        headers=nurse.headers(Upload_Offset="0", Content_Type="application/offset+octet-stream"),
    )

    assert problem(announced) == problem(streamed) == (413, "upload-too-long")
    assert nurse.head(blob).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (LARGEST_UPLOAD + 1, (413, "upload-too-long")),
        (0, (413, "upload-too-long")),
        ("9" * 15, (413, "upload-too-long")),
        ("9" * 16, (400, "header-refused")),
        ("-1", (400, "header-refused")),
        ("1.5", (400, "header-refused")),
        ("", (400, "header-refused")),
    ],
)
def test_a_length_that_is_none_is_refused(
    nurse: Uploader, record: str, length: int | str, told: tuple[int, str]
) -> None:
    assert problem(nurse.begin(record, length)) == told


# What the protocol asks.


def test_the_protocol_tells_what_it_can(served: Served) -> None:
    for path in (f"/v1/records/{uuid4()}/uploads", f"/v1/uploads/{uuid4()}"):
        answer = served.client.options(path)

        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Max-Size"] == str(LARGEST_UPLOAD)
        assert answer.headers["Tus-Extension"] == "creation,expiration,termination"


def test_another_version_of_the_protocol_is_refused(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 1)
    client, path = nurse.served.client, f"/v1/uploads/{blob}"

    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        headers = {name: value for name, value in nurse.headers().items() if name not in TUS} | version
        for answer in (client.delete(path, headers=headers), client.head(path, headers=headers)):
            assert answer.status_code == 412
            assert answer.headers["Tus-Version"] == "1.0.0"
    assert nurse.head(blob).status_code == 200


def test_an_upload_tells_where_it_stands_and_until_when(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 10)
    nurse.patch(blob, 0, b"1234")

    told = nurse.head(blob)

    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == ("4", "10")
    assert told.headers["Upload-Expires"].endswith("GMT")
    assert told.headers["Cache-Control"] == "no-store"


def test_bytes_of_another_type_are_refused(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 1)

    plain = nurse.patch(blob, 0, b"x", Content_Type="application/octet-stream")
    packed = nurse.patch(blob, 0, b"x", Content_Encoding="gzip")

    assert problem(plain) == problem(packed) == (415, "media-type-refused")


def test_a_client_without_patch_sends_a_post(nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 3)
    headers = nurse.headers(Upload_Offset="0", Content_Type="application/offset+octet-stream")

    meant = {**headers, "X-HTTP-Method-Override": "PATCH"}
    taken = nurse.served.client.post(f"/v1/uploads/{blob}", content=b"abc", headers=meant)
    not_said = nurse.served.client.post(f"/v1/uploads/{blob}", content=b"abc", headers=headers)

    assert (taken.status_code, taken.headers["Upload-Offset"]) == (204, "3")
    assert problem(not_said) == (405, "method-not-allowed")


def test_what_is_given_up_is_gone_with_its_key(
    served: Served, nurse: Uploader, record: str, database: Database
) -> None:
    blob = nurse.begun(record, 2 * PIECE)
    nurse.patch(blob, 0, b"x" * PIECE)

    given_up = nurse.delete(blob)

    assert given_up.status_code == 204
    assert nurse.head(blob).status_code == nurse.delete(blob).status_code == 404
    assert problem(nurse.attach(record, blob, b"x" * 2 * PIECE)) == (422, "upload-unknown")
    assert rows(database, blob) == (0, 0)


# Who may.


def test_only_who_began_an_upload_goes_on_with_it(served: Served, nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 10)
    other = Uploader(served, "other-nurse")

    assert other.head(blob).status_code == 404
    assert problem(other.patch(blob, 0, b"x")) == (404, "not-available")
    assert problem(other.delete(blob)) == (404, "not-available")
    assert nurse.head(blob).headers["Upload-Offset"] == "0"


def test_nobody_uploads_to_a_record_they_may_not_write_to(
    served: Served, nurse: Uploader, record: str
) -> None:
    other = Uploader(served, "other-nurse").begin(record, 10)
    nowhere = nurse.begin(str(uuid4()), 10)

    assert problem(other) == problem(nowhere) == (404, "not-available")
    assert accesses(served, record)[-1]["action"] == "add-entry"


def test_a_token_is_needed(served: Served, nurse: Uploader, record: str) -> None:
    blob = nurse.begun(record, 10)

    assert served.client.head(f"/v1/uploads/{blob}", headers=TUS).status_code == 401
    assert served.client.delete(f"/v1/uploads/{blob}", headers=TUS).status_code == 401
