"""What the tests of bad requests share: values no answer may repeat, a body, and what a problem must be."""

import json

import httpx

from tests.api.served import Json, new_entry, new_number

SECRET = "秘密的姓名"
NUMBER = new_number()


def encounter(**changes: object) -> bytes:
    return json.dumps(new_entry("encounters") | changes).encode()


def inside(text: bytes) -> bytes:
    """An encounter whose content holds one more member."""
    return encounter().replace(b'"content": {', b'"content": {' + text + b", ", 1)


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: Json = answer.json()
    assert told["type"] == f"/problems/{code}", told
    assert told["status"] == status
    assert told["title"] and told["detail"]
    return told


def fields(answer: httpx.Response) -> list[str]:
    return [one["field"] for one in answer.json()["problems"]]


def assert_safe(answer: httpx.Response) -> None:
    """Nothing that was sent as a value stands in the answer."""
    for value in (SECRET, SECRET[:4], NUMBER[:-1]):
        assert value not in answer.text
