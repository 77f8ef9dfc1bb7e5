"""A batch: every line has its own result, in order, and sending it again adds nothing."""

import json
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Event, Lock
from urllib.parse import urlsplit

import httpx
import pytest

from api import batch
from api.adding import add
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


@contextmanager
def upload_of(served: Served, who: str) -> Iterator[socket.socket]:
    """A connection on which a long upload was announced, and nothing of it sent yet."""
    ndjson = {"Host": "x", "Content-Type": "application/x-ndjson", "Content-Length": "100000"}
    head = {**served.headers(who, "care"), **ndjson}
    told = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    address = urlsplit(str(served.client.base_url))
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=30) as connection:
        connection.sendall(f"POST /v1/batches HTTP/1.1\r\n{told}\r\n".encode())
        yield connection


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


def test_a_line_may_follow_an_entry_and_says_what_it_is(served: Served) -> None:
    record = served.open_record()
    problem = results(send(served, [line(record, "problems")]))[0]["entry"]
    resolved = {
        **line(record, "problems", content={"note": "gone"}),
        "follows": problem,
        "sequel": "resolution",
    }
    alone = {**line(record, "problems"), "follows": problem}

    told = results(send(served, [{**resolved, "form": None}, alone]))

    assert [one["status"] for one in told] == [201, 422]
    assert told[0]["entry"] == problem
    assert "/sequel" in str(told[1]["problem"])
    shown = served.get(f"/v1/records/{record}").json()["sections"]["problems"]
    assert [one["state"] for one in shown] == ["resolved"]


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

    with upload_of(served, "nurse") as connection:
        connection.sendall(b"".join(lines) + lines[0][:50])
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


def test_a_strangers_upload_is_refused_before_any_of_it_is_read(served: Served) -> None:
    with upload_of(served, "passer-by") as connection:
        assert connection.recv(12) == b"HTTP/1.1 403"


def test_while_a_batch_is_parsed_others_are_answered(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    record, answered = served.open_record(), Event()

    def parse(text: bytes) -> object:
        assert answered.wait(10), "nobody else was answered meanwhile"
        return json.loads(text)

    monkeypatch.setattr("api.strict_json.parse", parse)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send, served, [line(record)])
        alive = httpx.get(f"{served.client.base_url}/healthz", timeout=5)
        answered.set()

    assert alive.status_code == 200
    assert [one["status"] for one in results(sent.result())] == [201]


def test_all_batches_together_take_a_bounded_number_of_threads(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [served.open_record() for _ in range(batch.SIDE_BY_SIDE)]
    busy, most, lock = [0], [0], Lock()

    def counted(*arguments: object) -> object:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        try:
            return add(*arguments)  # type: ignore[arg-type]  # passed through as they came
        finally:
            with lock:
                busy[0] -= 1

    monkeypatch.setattr("api.batch.add", counted)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(served, [line(one) for one in records]), range(4)))

    assert all(one["status"] == 201 for answer in answers for one in results(answer))
    assert 1 < most[0] <= batch.SIDE_BY_SIDE


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

    stranger = send(served, [line(record)], "passer-by")
    as_json = served.client.post("/v1/batches", content=b"{}", headers=served.headers("nurse", "care"))
    no_token = served.client.post("/v1/batches", content=b"{}")

    assert (stranger.status_code, stranger.json()["type"]) == (403, "/problems/caller-unknown")
    assert (as_json.status_code, no_token.status_code) == (415, 401)
    assert served.position == position
