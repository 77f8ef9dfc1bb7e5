"""A season of home visits in one upload: 20,000 lines, some of them bad, cut off half-way and sent again."""

import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.api.served import WHEN, Json, Served

LINES, RECORDS = 20_000, 250
BAD_ONE_IN = 100
CUT_AFTER = 4_000  # events
NDJSON = "application/x-ndjson"
WAYS_TO_BE_BAD = (
    ("json-refused", b'{"key": "cut off'),
    ("content-refused", {"content": {"weight": 1}}),
    ("not-available", {"record": str(uuid4())}),
    ("unknown-collection", {"collection": "horoscopes"}),
    ("occurred-refused", {"occurred_at": "2199"}),
)
VISIT = {"setting": "home", "objective": {"systolic": 138, "diastolic": 84}, "plan": {"advice": "少盐"}}


def upload(records: list[str]) -> tuple[list[bytes], dict[int, str]]:
    """The lines, and which of them are bad, by number from 1, with the problem each has."""
    lines, bad = list[bytes](), dict[int, str]()
    for number in range(1, LINES + 1):
        line: Json = {
            "key": f"visit-{number}",
            "record": records[number % RECORDS],
            "collection": "encounters",
            "occurred_at": WHEN,
            "form": "reception",
            "content": VISIT,
        }
        wrong: object = {}
        if number % BAD_ONE_IN == 0:
            bad[number], wrong = WAYS_TO_BE_BAD[number // BAD_ONE_IN % len(WAYS_TO_BE_BAD)]
        lines.append(wrong if isinstance(wrong, bytes) else json.dumps(line | dict(wrong)).encode())  # type: ignore[call-overload]  # a dict
    return lines, bad


@contextmanager
def announced(served: Served, length: int) -> Iterator[socket.socket]:
    """A connection on which an upload of that many bytes was announced, and nothing of it sent yet."""
    told = {
        **served.headers("nurse", "care"),
        "Host": "x",
        "Content-Type": NDJSON,
        "Content-Length": str(length),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    address = urlsplit(str(served.client.base_url))
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=60) as connection:
        connection.sendall(f"POST /v1/batches HTTP/1.1\r\n{head}\r\n".encode())
        yield connection


def settled(served: Served) -> int:
    """The position once nothing more is stored."""
    position = -1
    while position != (position := served.position):
        time.sleep(1)
    return position


def sent(served: Served, body: bytes) -> list[Json]:
    """The results, read while they come."""
    headers = {**served.headers("nurse", "care"), "Content-Type": NDJSON}
    with served.client.stream("POST", "/v1/batches", content=body, headers=headers) as answer:
        assert answer.status_code == 200
        return [json.loads(line) for line in answer.iter_lines()]


@pytest.mark.slow
def test_of_a_large_batch_cut_off_and_sent_again_each_good_line_is_stored_once(served: Served) -> None:
    records = [served.open_record() for _ in range(RECORDS)]
    lines, bad = upload(records)
    body, before = b"\n".join(lines), served.position

    with announced(served, len(body)) as connection:
        connection.sendall(body[: len(body) // 2 + 7])
        while served.position < before + CUT_AFTER:
            time.sleep(0.1)
    stored_first = settled(served) - before
    results = sent(served, body)

    assert [one["line"] for one in results] == list(range(1, LINES + 1))
    assert {one["line"]: problem(one) for one in results if one["status"] != 201} == bad
    good = [one for one in results if one["status"] == 201]
    assert len({one["event"] for one in good}) == len(good) == LINES - len(bad)
    assert CUT_AFTER * 0.9 < sum(bool(one["repeated"]) for one in good) <= stored_first < LINES * 0.6
    in_order(good)
    assert stored(served, records) == Counter(str(one["record"]) for one in good)


def problem(result: Json) -> str:
    told = result["problem"]
    assert isinstance(told, dict)
    return str(told["type"]).removeprefix("/problems/")


def in_order(good: list[Json]) -> None:
    """Lines for one record are stored in their order, first time or second."""
    versions: dict[object, list[int]] = {}
    for one in good:
        versions.setdefault(one["record"], []).append(int(str(one["version"])))
    assert all(of_one == sorted(of_one) for of_one in versions.values())


def stored(served: Served, records: list[str]) -> Counter[str]:
    """How many visits stand on each record."""
    found = (served.get(f"/v1/records/{record}").json() for record in records)
    return Counter({one["record"]: len(one["sections"]["encounters"]) for one in found})
