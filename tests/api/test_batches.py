"""A batch: every line has its own result, in order, and sending it again adds nothing."""

import json
import socket
from collections.abc import Iterator, Sequence
from itertools import count
from urllib.parse import urlsplit

import httpx
import pytest

from api import batch
from tests.api.served import Json, Served, new_entry

keys = (f"line-{number}" for number in count(1))


def line(record: str, kind: str = "encounters", **changes: object) -> Json:
    return {"key": next(keys), "record": record, "collection": kind, **new_entry(kind), **changes}


def send(
    served: Served, lines: Sequence[Json | bytes] | Iterator[bytes], who: str = "nurse"
) -> httpx.Response:
    """lines: objects, or bytes as they are; an iterator is uploaded piece by piece."""
    headers = {**served.headers(who, "care"), "Content-Type": "application/x-ndjson"}
    if isinstance(lines, Iterator):
        return served.client.post("/v1/batches", content=lines, headers=headers)
    body = b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines)
    return served.client.post("/v1/batches", content=body, headers=headers)


def results(answer: httpx.Response) -> list[Json]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(one) for one in answer.text.splitlines()]


def test_each_line_is_answered_in_order_with_its_receipt(served: Served) -> None:
    lines = [line(served.open_record()) for _ in range(5)]

    told = results(send(served, lines))

    assert [one["line"] for one in told] == [1, 2, 3, 4, 5]
    assert [one["key"] for one in told] == [one["key"] for one in lines]
    assert [one["record"] for one in told] == [one["record"] for one in lines]
    assert all(one["status"] == 201 and "/receipt\n" in str(one["receipt"]) for one in told)


def test_sending_a_batch_again_adds_nothing_and_answers_the_same(served: Served) -> None:
    lines = [line(served.open_record()) for _ in range(3)]
    first = results(send(served, lines))
    position = served.position

    again = results(send(served, lines))

    assert [{**one, "repeated": False} for one in again] == first
    assert all(one["repeated"] for one in again)
    assert served.position == position


def test_one_bad_line_harms_no_other(served: Served) -> None:
    record, elsewhere = served.open_record(), "00000000-0000-4000-8000-000000000000"
    good = line(record)

    told = results(
        send(
            served,
            [
                line(record),
                b'{"key": "cut off',
                b"",
                b'"text"',
                line(record, content={"weight": 1}),
                line(elsewhere),
                {**line(record), "collection": "horoscopes"},
                {**line(record), "key": good["key"], "about": True},
                {**line(record), "key": ""},
                line(record, occurred_at="2199"),
                line(record, weight=70),
                good,
            ],
        )
    )

    assert [(one["line"], one["status"], code(one)) for one in told] == [
        (1, 201, None),
        (2, 400, "json-refused"),
        (4, 422, "content-refused"),
        (5, 422, "content-refused"),
        (6, 404, "not-available"),
        (7, 404, "unknown-collection"),
        (8, 201, None),
        (9, 422, "content-refused"),
        (10, 422, "occurred-refused"),
        (11, 422, "content-refused"),
        (12, 422, "key-reused"),
    ]


def code(result: Json) -> str | None:
    problem = result.get("problem")
    return str(problem["type"]).removeprefix("/problems/") if isinstance(problem, dict) else None


def test_lines_for_one_record_keep_their_order_and_records_do_not_wait_for_each_other(served: Served) -> None:
    records = [served.open_record() for _ in range(8)]
    lines = [line(records[number % 8]) for number in range(400)]

    told = results(send(served, lines))

    assert [one["status"] for one in told] == [201] * 400
    for record in records:
        versions = [one["version"] for one in told if one["record"] == record]
        assert versions == sorted(versions)  # type: ignore[type-var]  # versions are integers
        assert len(versions) == 50


def test_a_line_that_needs_the_one_before_it_may_stand_in_the_same_batch(served: Served) -> None:
    record = served.open_record()
    follow_up = line(record, "follow-ups")

    told = results(
        send(
            served,
            [
                line(record, "programmes", content=None) | new_entry("programmes", programme="hypertension"),
                follow_up,
            ],
        )
    )

    assert [one["status"] for one in told] == [201, 201], told


def test_an_upload_in_small_pieces_is_read_as_it_comes(served: Served) -> None:
    lines = [line(served.open_record()) for _ in range(3)]
    body = "\n".join(json.dumps(one) for one in lines).encode()  # no line feed after the last

    told = results(send(served, (body[start : start + 7] for start in range(0, len(body), 7))))

    assert [one["status"] for one in told] == [201, 201, 201]


def test_of_an_upload_that_breaks_off_the_whole_lines_are_kept(served: Served) -> None:
    record = served.open_record()
    lines = [json.dumps(line(record)).encode() + b"\n" for _ in range(3)]
    head = {
        **served.headers("nurse", "care"),
        "Content-Type": "application/x-ndjson",
        "Content-Length": "100000",
    }
    address = urlsplit(str(served.client.base_url))
    request = (
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\n"
        + "".join(f"{k}: {v}\r\n" for k, v in head.items())
        + "\r\n"
    )

    with socket.create_connection((str(address.hostname), address.port or 80)) as connection:
        connection.sendall(request.encode() + b"".join(lines) + lines[0][:50])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    again = results(send(served, [json.loads(one) for one in lines]))

    assert [one["status"] for one in again] == [201, 201, 201]
    assert len(served.get(f"/v1/records/{record}").json()["sections"]["encounters"]) == 3


def test_a_line_that_is_too_long_is_passed_over(served: Served) -> None:
    record = served.open_record()
    long = b'{"key": "long", "x": "' + b"x" * 2_000_000 + b'"}'

    told = results(send(served, [line(record), long, line(record)]))

    assert [(one["status"], code(one)) for one in told] == [(201, None), (413, "body-too-large"), (201, None)]


def test_a_batch_without_end_is_cut_off_with_a_word(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_LINES", 3)
    record = served.open_record()

    told = results(send(served, [line(record) for _ in range(10)]))

    assert [one["status"] for one in told] == [201, 201, 201, 413]
    assert told[3]["line"] == 4 and code(told[3]) == "batch-too-long"


def test_an_empty_batch_has_no_results(served: Served) -> None:
    assert results(send(served, [b"", b"  "])) == []


def test_a_line_that_breaks_us_harms_no_other(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    record, broken = served.open_record(), served.open_record()
    load = served.service.records.gate.log.load

    def breaking(kind: type, stream: object) -> object:
        if str(stream) == broken:
            raise RuntimeError("王小明")
        return load(kind, stream)  # type: ignore[arg-type]  # passed through as it came

    monkeypatch.setattr(served.service.records.gate.log, "load", breaking)

    answer = send(served, [line(record), line(broken), line(record)])

    assert [one["status"] for one in results(answer)] == [201, 500, 201]
    assert "王小明" not in answer.text


def test_a_batch_of_a_stranger_stores_nothing_and_another_type_is_refused(served: Served) -> None:
    record = served.open_record()
    position = served.position

    stranger = results(send(served, [line(record)], "passer-by"))
    as_json = served.client.post("/v1/batches", content=b"{}", headers=served.headers("nurse", "care"))
    no_token = served.client.post("/v1/batches", content=b"{}")

    assert [(one["status"], code(one)) for one in stranger] == [(403, "caller-unknown")]
    assert (as_json.status_code, no_token.status_code) == (415, 401)
    assert served.position == position
