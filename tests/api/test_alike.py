"""What is not for a caller and what is not there cannot be told apart: not by the answer, not by the clock.

1,000 pairs, one question of each kind, in turn. No time is asserted: the two kinds are compared with each
other, in the same run.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from domain.sequels import SEQUELS
from tests.api.access_world import SOON, at_once
from tests.api.alike import Pair, area, compare, request
from tests.api.served import WHEN, Served, new_entry
from tests.api.uploading import Uploader
from tests.builders import content

pytestmark = pytest.mark.slow

PAIRS = 1_000
RECORDS = 20  # that are there, each asked for again and again, as one would do to find out
GUESSING = 0.55  # as good as: at 1,000 pairs chance alone stays below, by nearly four standard errors
TRIES = 3  # a busy machine misses beats; what really tells the kinds apart does so every time
OTHER = ("other-nurse", "care")
NUMBER = "record-number"

Asked = Callable[[Served], list[Pair]]
Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely


def two(one: bytes, other: bytes) -> Pair:
    assert len(one) == len(other)
    return one, other


def of_record(path: str, records: Sequence[str], headers: dict[str, str], body: object = None) -> list[Pair]:
    """The same of a record that is there and of one that is not."""
    sent = json.dumps(body).encode() if body else b""
    return [
        two(
            request(path.format(random.choice(records)), headers, sent),
            request(path.format(uuid4()), headers, sent),
        )
        for _ in range(PAIRS)
    ]


def opened(county: Served) -> list[str]:
    return [county.open_record() for _ in range(RECORDS)]


def numbers(county: Served, records: Sequence[str]) -> list[str]:
    return [county.get(f"/v1/records/{one}").json()["number"] for one in records]


def unused(number: str) -> str:
    """A number of the same village that nobody has."""
    return f"{number[:12]}{random.randrange(90_000, 99_999):05d}"


def example(county: Served, path: str) -> Json:
    """The first body that the documentation shows."""
    told: Json = county.client.get("/openapi.json").json()["paths"][path]["post"]["requestBody"]
    shown: Json = next(iter(told["content"]["application/json"]["examples"].values()))["value"]
    return shown


def reading(county: Served) -> list[Pair]:
    return of_record("/v1/records/{}", opened(county), county.headers(*OTHER))


def reading_after_a_referral(county: Served) -> list[Pair]:
    """They were referred to once, and no longer."""
    records = opened(county)
    for record in records:
        referral = at_once("referrals", to=str(county.other_clinic), until=SOON)
        sent = county.post(f"/v1/records/{record}/referrals", referral)
        assert sent.status_code == 201, sent.text
        path = f"/v1/records/{record}/referrals/{sent.json()['entry']}/cancellation"
        told = {"occurred_at": WHEN, "content": content(SEQUELS["referrals"]["cancellation"].form)}
        cancelled = county.post(path, told)
        assert cancelled.status_code == 201, cancelled.text
    return of_record("/v1/records/{}/life-course", records, county.headers(*OTHER))


def writing(county: Served) -> list[Pair]:
    headers = county.headers(*OTHER)
    return of_record("/v1/records/{}/encounters", opened(county), headers, new_entry("encounters"))


def applying(county: Served) -> list[Pair]:
    """For a purpose for which nobody may apply; whoever may is told, of any record there is."""
    path = "/v1/records/{record_id}/access-applications"
    body = example(county, path)
    headers = county.headers("other-nurse", "management")
    return of_record(path.replace("{record_id}", "{}"), opened(county), headers, body)


def reading_a_document(county: Served) -> list[Pair]:
    """Of a record that is not theirs, or an entry that is none."""
    uploader, headers = Uploader(county), county.headers(*OTHER)
    there = [(record, uploader.attached(record, b"%b" % record.encode())) for record in opened(county)[:5]]
    path = "/v1/records/{}/documents/{}/content"
    return [
        two(
            request(path.format(*random.choice(there)), headers),
            request(path.format(random.choice(there)[0], uuid4()), headers),
        )
        for _ in range(PAIRS)
    ]


def _by_number(path: str, there: Sequence[str], headers: dict[str, str], body: Json, name: str) -> list[Pair]:
    def asked(number: str) -> bytes:
        key: Json = {"kind": NUMBER, "value": number}
        return request(path, headers, json.dumps({**body, name: key} if name else key).encode())

    chosen = [random.choice(there) for _ in range(PAIRS)]
    return [two(asked(number), asked(unused(number))) for number in chosen]


def searching_by_number(county: Served) -> list[Pair]:
    there = numbers(county, opened(county))
    return _by_number("/v1/search", there, county.headers(*OTHER), {}, "")


def contributing(county: Served) -> list[Pair]:
    """To a record that refuses it, which its resident is told."""
    records = opened(county)
    there = numbers(county, records)
    for record in records:
        version = county.get(f"/v1/records/{record}").headers["ETag"]
        body = {"reason": "moved-out", "occurred_at": "2026-06-02T09:30:00+08:00"}
        closed = county.post(f"/v1/records/{record}/closing", body, if_match=version)
        assert closed.status_code == 201, closed.text
    path = "/v1/contributions"
    return _by_number(path, there, county.headers(*OTHER), example(county, path), "find")


def an_institution_s_roster(county: Served) -> list[Pair]:
    headers = county.headers(*OTHER)
    path = "/v1/institutions/{}/roster"
    there = request(path.format(county.clinic), headers)
    return [two(there, request(path.format(uuid4()), headers)) for _ in range(PAIRS)]


def accesses_by_an_institution(county: Served) -> list[Pair]:
    headers, path = county.headers("clerk", "management"), "/v1/institutions/{}/accesses"
    there = request(path.format(county.other_clinic), headers)
    return [two(there, request(path.format(uuid4()), headers)) for _ in range(PAIRS)]


# Over how many connections each is asked: one where it matters most, so that nothing else makes the time.
EVERY: dict[Asked, int] = {
    reading: 1,
    reading_after_a_referral: 4,
    writing: 4,
    applying: 4,
    reading_a_document: 4,
    searching_by_number: 4,
    contributing: 4,
    an_institution_s_roster: 1,
    accesses_by_an_institution: 1,
}


@pytest.mark.parametrize(
    ("asked", "connections"), EVERY.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_not_for_you_and_not_there_are_alike(served: Served, asked: Asked, connections: int) -> None:
    base, pairs = str(served.client.base_url), asked(served)
    compare(base, pairs[:20])  # whatever is done the first time only

    for _ in range(TRIES):
        found = compare(base, pairs, connections)
        if found.auc <= GUESSING:
            break

    assert len(found.answers[0]) == 1
    assert found.answers[0] == found.answers[1]
    assert b"HTTP/1.1 201" not in next(iter(found.answers[0]))
    assert found.auc <= GUESSING


def test_the_area_is_that_of_the_definition() -> None:
    draw = random.Random(7)
    ones, others = ([draw.randrange(9) for _ in range(40)] for _ in range(2))

    plainly = [(one > other) + (one == other) / 2 for one in ones for other in others]

    assert area(ones, others) == pytest.approx(sum(plainly) / len(plainly))
    assert area([2.0, 3.0], [0.0, 1.0]) == 1
