"""An upload is begun once under its Idempotency-Key: at once, later, at the same time, after a crash."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import httpx
import pytest

from store.blobs_table import BlobTable
from store.database import Database
from tests.api.served import Served, new_entry
from tests.api.uploading import Uploader, problem, rows, some_bytes


@pytest.fixture
def nurse(served: Served) -> Uploader:
    return Uploader(served)


@pytest.fixture(scope="module")
def record(served: Served) -> str:
    return served.open_record()


@pytest.fixture
def key() -> str:
    return f"begin {uuid4()}"


def begin(one: Uploader, record: str, key: str, length: int = 100, purpose: str = "care") -> httpx.Response:
    told = one.headers(Upload_Length=str(length), Idempotency_Key=key, Purpose_Of_Use=purpose)
    return one.served.client.post(f"/v1/records/{record}/uploads", headers=told)


def blob_of(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"]).removeprefix("/v1/uploads/")


def test_the_same_request_is_answered_with_the_same_upload(nurse: Uploader, record: str, key: str) -> None:
    first, again = begin(nurse, record, key), begin(nurse, record, key)

    assert blob_of(first) == blob_of(again)
    assert first.headers["Upload-Offset"] == again.headers["Upload-Offset"] == "0"
    assert again.headers["Upload-Expires"]


def test_another_key_or_none_begins_another(nurse: Uploader, record: str, key: str) -> None:
    keyed = {blob_of(begin(nurse, record, key)), blob_of(begin(nurse, record, f"{key} 2"))}

    assert len(keyed | {nurse.begun(record, 100), nurse.begun(record, 100)}) == 4


def test_another_request_under_the_key_is_refused_and_changes_nothing(
    served: Served, nurse: Uploader, record: str, key: str
) -> None:
    blob, other = blob_of(begin(nurse, record, key)), served.open_record()

    for refused in (begin(nurse, record, key, 99), begin(nurse, other, key)):
        assert problem(refused) == (422, "key-reused")
    assert nurse.head(blob).headers["Upload-Length"] == "100"


def test_a_key_under_which_something_else_was_asked_is_refused(
    served: Served, nurse: Uploader, record: str, key: str
) -> None:
    assert served.post(f"/v1/records/{record}/problems", new_entry("problems"), key=key).status_code == 201

    assert problem(begin(nurse, record, key)) == (422, "key-reused")


def test_the_key_is_the_callers_own(served: Served, nurse: Uploader, record: str, key: str) -> None:
    manager = Uploader(served, "manager")

    assert blob_of(begin(nurse, record, key)) != blob_of(begin(manager, record, key))
    assert begin(Uploader(served, "other-nurse"), record, key).status_code == 404


def test_repeated_later_it_tells_where_the_upload_stands(nurse: Uploader, record: str, key: str) -> None:
    content = some_bytes(100)
    blob = blob_of(begin(nurse, record, key))
    nurse.patch(blob, 0, content[:40])

    assert begin(nurse, record, key).headers["Upload-Offset"] == "40"
    nurse.patch(blob, 40, content[40:])
    assert nurse.attach(record, blob, content).status_code == 201
    named = begin(nurse, record, key)

    assert (blob_of(named), named.headers["Upload-Offset"]) == (blob, "100")
    assert "Upload-Expires" not in named.headers


def test_requests_at_the_same_time_begin_one(
    nurse: Uploader, record: str, key: str, database: Database
) -> None:
    with ThreadPoolExecutor(8) as threads:
        lengths = [100, 99] * 8
        answers = list(threads.map(lambda length: begin(nurse, record, key, length), lengths))

    begun = {blob_of(one) for one in answers if one.status_code == 201}
    assert len(begun) == 1
    assert {one.status_code for one in answers} == {201, 422}
    [blob] = begun
    length = nurse.head(blob).headers["Upload-Length"]
    right = [
        one.status_code == 201 for one, asked in zip(answers, lengths, strict=True) if str(asked) == length
    ]
    assert all(right) and len(right) == len(lengths) // 2 == sum(one.status_code == 201 for one in answers)
    assert rows(database, blob) == (1, 0)


def test_what_a_crash_left_after_the_key_was_made_is_finished_by_the_repeated_request(
    served: Served, nurse: Uploader, record: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, tried = served.service.opened.keys, list[UUID]()

    def crash(self: BlobTable, blob: UUID, *_: object) -> None:
        tried.append(blob)
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(BlobTable, "insert", crash)
        assert begin(nurse, record, key).status_code == 500
    blob = blob_of(begin(nurse, record, key))

    assert [str(one) for one in tried] == [blob]
    assert len(list(keys.table.between(tried[0], tried[0]))) == 1
    content = some_bytes(100)
    nurse.patch(blob, 0, content)
    entry = nurse.attach(record, blob, content).json()["entry"]
    assert nurse.content(record, entry).content == content


def test_what_was_given_up_is_begun_again_under_a_new_content_key(
    nurse: Uploader, record: str, key: str
) -> None:
    content, blob = some_bytes(100), blob_of(begin(nurse, record, key))
    nurse.patch(blob, 0, b"x" * 50)
    assert nurse.delete(blob).status_code == 204

    again = begin(nurse, record, key)

    assert (blob_of(again), again.headers["Upload-Offset"]) == (blob, "0")
    nurse.patch(blob, 0, content)
    entry = nurse.attach(record, blob, content).json()["entry"]
    assert nurse.content(record, entry).content == content
