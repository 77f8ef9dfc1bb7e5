"""Every route is tried by everybody who has no business there; one without the gate fails by itself."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.app import create_app
from api.demo_issuer import DemoIssuer
from api.strict_route import OpenRoute, StrictRoute
from store.database import Database
from tests.api.out_of_place import BATCH, PEOPLE, RECORD, arrive, subject
from tests.api.published import publish
from tests.api.served import Json, Served, listening, login, serving
from tests.api.walking import Asker, Operation, Target, code, operations
from tests.api.whole_life import OTHER_NURSE, RECORDS, Life

# For everybody, without a token: what says nothing of any person.
PUBLIC: Final = frozenset(
    {
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /docs",
        "GET /openapi.json",
        "HEAD /openapi.json",
        "GET /problems",
        "GET /problems/{code}",
        "GET /v1/forms",
        "GET /v1/forms/{name}",
        "GET /v1/value-sets",
        "GET /v1/value-sets/{name}",
        "GET /v1/regions/{code}",
        "GET /v1/logs/{log_no}/receipt-key",
        "GET /v1/logs/{log_no}/checkpoint",
        "GET /v1/logs/{log_no}/tile/{path}",
        "GET /v1/logs/{log_no}/proofs/{position}",
        "GET /v1/logs/{log_no}/keys",
        "GET /v1/logs/{log_no}/keys/history",
        "OPTIONS /v1/records/{record_id}/uploads",
        "OPTIONS /v1/uploads/{upload_id}",
    }
)
# How the gate says no: to a stranger, to a purpose, to a role; and alike for what is not there.
NO: Final = {
    ("caller-unknown", 403),
    ("purpose-refused", 403),
    ("not-permitted", 403),
    ("not-available", 404),
}
UPLOAD: Final = "/v1/uploads/{upload_id}"
AT_ONCE = 16
RIGHTFUL = (
    ("county", "legal"),  # before anybody puts the record under a hold
    ("nurse", "care"),
    ("manager", "management"),
    ("manager", "legal"),
    ("nurse", "emergency"),
    ("wang", "self"),
    ("other-nurse", "care"),
    ("other-nurse", "emergency"),
    ("county", "management"),
    ("clerk", "management"),
    ("auditor", "audit"),
)
Headers = dict[str, str]


@pytest.fixture(scope="module")
def county(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A county in which everything happened, and everybody is somewhere."""
    with serving(database, tmp_path_factory.mktemp("walked"), refused_tokens=1_000_000) as served:
        arrive(served)
        yield served


@pytest.fixture(scope="module")
def life(county: Served) -> Life:
    """A resident in care, who was referred elsewhere and whose record others have applied for."""
    life, to = Life(county), str(county.other_clinic)
    life.record = str(life.send(RECORDS, {"login": login("wang")})["record"])
    life.contributed()
    life.care()
    for follows in ("acceptance", "decline", "return", "cancellation"):
        life.entries[f"referrals/{follows}"] = life.refer("referrals")
    for follows in ("opinion", "decline", "cancellation"):
        life.entries[f"consultations/{follows}"] = life.refer("consultations")
    for follows in ("agreement", "approval", "objection", "refusal", "revocation", "withdrawal"):
        applied = life.add("access-applications", OTHER_NURSE, to=to)
        life.entries[f"access-applications/{follows}"] = applied
    publish(county)  # what is evidence is proved by that
    return life


class Walk:
    """One application, asked everything by everybody."""

    def __init__(self, county: Served, life: Life, client: httpx.Client) -> None:
        self.county, self.refusals = county, Counter[str]()
        self.asker = Asker(client, client.get("/openapi.json").json(), target(county, life))

    def headers(self, who: str | None, purpose: str) -> Headers:
        told = {"Purpose-Of-Use": purpose}
        return {**told, "Authorization": f"Bearer {self.county.issuer.token(who)}"} if who else told

    def each(
        self, operations: Iterable[Operation], told: Headers, is_right: Callable[[httpx.Response], bool]
    ) -> list[str]:
        """What was answered otherwise than is right."""
        asked = list(operations)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda one: self.asker.ask(one, told), asked))
        self.refusals.update(code(answer) for answer in answers if is_refused(answer))
        return [
            f"{operation}: {answer.status_code} {code(answer)}"
            for operation, answer in zip(asked, answers, strict=True)
            if not is_right(answer)
        ]

    def unproven(self, asked: Iterable[Operation]) -> list[str]:
        """What is answered otherwise than with 401 to those whose tokens prove nobody."""
        folder, operations = self.county.folder, list(asked)
        expired = DemoIssuer(folder / "issuer", now=lambda: time.time() - 86_400).token("nurse", hours=1)
        forged = DemoIssuer(folder / "forger").token("nurse")
        tokens = {
            "token-missing": "",
            "token-expired": f"Bearer {expired}",
            "token-refused": f"Bearer {forged}",
        }
        return [
            found
            for problem, token in tokens.items()
            for found in self.each(
                operations,
                {"Purpose-Of-Use": "care", **({"Authorization": token} if token else {})},
                lambda answer, problem=problem: is_refused_at_the_door(answer, problem),  # type: ignore[misc]  # mypy cannot infer a default
            )
        ]

    def out_of_place(self, who: str, asked: Iterable[Operation]) -> list[str]:
        """What is not refused to them, of all that the table does not open; with the purpose named."""
        purposes, opened = PEOPLE[who]
        return [
            f"{who}, {purpose}: {found}"
            for purpose in purposes
            for found in self.each(
                [one for one in asked if purpose not in opened.get(str(one), ()) and one != BATCH],
                self.headers(subject(who), purpose),
                is_refused,
            )
        ]

    def in_place(self, who: str, asked: Iterable[Operation]) -> list[str]:
        """What is refused to them although the table opens it."""
        purposes, opened = PEOPLE[who]
        return [
            f"{who}, {purpose}: {found}"
            for purpose in purposes
            for found in self.each(
                [one for one in asked if purpose in opened.get(str(one), ())],
                self.headers(subject(who), purpose),
                lambda answer: not is_refused(answer),
            )
        ]


def is_refused(answer: httpx.Response) -> bool:
    if answer.request.method == "HEAD":  # an answer without a body
        return answer.status_code in {status for _, status in NO}
    return (code(answer), answer.status_code) in NO


def is_refused_at_the_door(answer: httpx.Response, problem: str) -> bool:
    challenged = answer.headers.get("WWW-Authenticate", "").startswith("Bearer ")
    is_head = answer.request.method == "HEAD"
    return answer.status_code == 401 and challenged and (is_head or code(answer) == problem)


def target(county: Served, life: Life) -> Target:
    """The record of the life, its newest entries, and an upload that the nurse has begun."""
    upload = county.client.post(
        f"/v1/records/{life.record}/uploads",
        headers={**county.headers("nurse", "care"), "Tus-Resumable": "1.0.0", "Upload-Length": "4"},
    )
    accesses = county.get(f"/v1/records/{life.record}/accesses", "wang", "self").json()["accesses"]
    values = {
        "record_id": life.record,
        "entry": life.entries["documents"],
        "event": accesses[0]["event"],
        "upload_id": upload.headers["Location"].rpartition("/")[2],
        "institution_id": str(county.clinic),
        "name": "height",  # of a measurement; there is no view of that name, which only who may ask is told
        "generation": "1",
        "code": "110101",
        "log_no": "1",
    }
    entries = {**life.entries, "entries": life.entries["examinations"]}
    number = county.get(f"/v1/records/{life.record}", "wang", "self").json()["number"]
    changes: dict[str, Json] = {
        "/v1/contributions": {"find": {"kind": "record-number", "value": number}},
        "/v1/batches": {"record": life.record},
        "/v1/institutions/{institution_id}/guidance": {"by": str(county.other_clinic)},
        f"{RECORD}/mergings": {"into": life.neighbour},
        f"{RECORD}/unmergings": {"into": life.neighbour},
    }
    return Target(values, entries, changes)


def gated(app: FastAPI) -> list[Operation]:
    return sorted({one for one in operations(app) if str(one) not in PUBLIC})


@pytest.fixture(scope="module")
def app(county: Served) -> FastAPI:
    """An application like the one that is served, to look at."""
    return create_app(county.service)


@pytest.fixture(scope="module")
def walk(county: Served, life: Life) -> Walk:
    return Walk(county, life, county.client)


def test_what_is_public_is_a_short_list_and_all_of_it_is_there(app: FastAPI, walk: Walk) -> None:
    there = {str(one): one for one in operations(app)}

    assert PUBLIC <= set(there)
    assert walk.each([there[one] for one in PUBLIC], {}, lambda answer: answer.status_code < 500) == []


def test_every_documented_operation_is_walked(app: FastAPI) -> None:
    document = app.openapi()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in document.items() for method in methods}

    assert documented <= {str(one) for one in operations(app)}


def test_a_token_that_proves_nobody_opens_nothing(app: FastAPI, walk: Walk, county: Served) -> None:
    """None at all, one whose time is over, one that another issuer signed; and nothing is stored."""
    position = county.position

    assert not (found := walk.unproven(gated(app))), "\n".join(found)
    assert county.position == position


def test_a_token_of_somebody_unknown_opens_nothing(app: FastAPI, walk: Walk) -> None:
    told = walk.headers("passer-by", "care")

    found = walk.each([one for one in gated(app) if one != BATCH], told, is_refused)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", PEOPLE)
def test_out_of_place_nothing_opens_and_every_attempt_is_written_down(
    app: FastAPI, walk: Walk, county: Served, who: str
) -> None:
    """But for asking after somebody else's upload, which is nothing of a resident's yet."""
    asked, position = gated(app), county.position

    found = walk.out_of_place(who, [one for one in asked if one.path == UPLOAD])
    walk.refusals.clear()
    found += walk.out_of_place(who, [one for one in asked if one.path != UPLOAD])

    assert not found, "\n".join(found)
    assert county.position - position == walk.refusals.total() - walk.refusals["caller-unknown"]


@pytest.mark.parametrize("who", PEOPLE)
def test_a_batch_out_of_place_is_refused_line_by_line(walk: Walk, who: str) -> None:
    purposes, _ = PEOPLE[who]

    answers = [walk.asker.ask(BATCH, walk.headers(subject(who), purpose)) for purpose in purposes]

    for answer in answers:
        lines = [json.loads(line) for line in answer.text.splitlines()] if answer.status_code == 200 else []
        assert is_refused(answer) or [line["status"] for line in lines] == [404], answer.text


@pytest.mark.parametrize("who", [who for who, (_, opened) in PEOPLE.items() if opened])
def test_what_is_open_to_a_role_elsewhere_is_open(app: FastAPI, walk: Walk, who: str) -> None:
    """After everybody was refused: an emergency once declared opens the record to whoever declared it."""
    assert not (found := walk.in_place(who, gated(app))), "\n".join(found)


def test_the_same_requests_open_to_whoever_may(app: FastAPI, walk: Walk) -> None:
    """So what was refused above was refused for who asked, not for how."""
    closed = sorted(gated(app), key=lambda one: one.method == "DELETE")  # of the upload: last
    for who, purpose in RIGHTFUL:
        told = walk.headers(who, purpose)
        closed = [one for one in closed if is_refused(walk.asker.ask(one, told))]

    assert not closed, "\n".join(map(str, closed))


def test_the_table_names_operations_that_there_are(app: FastAPI) -> None:
    named = {operation for _, opened in PEOPLE.values() for operation in opened}

    assert named - {str(one) for one in operations(app)} == set()


def forgotten(route_class: type[APIRoute], path: str, name: str, **options: bool) -> APIRouter:
    """A route as somebody writes it who knows nothing of tokens, or of the gate."""
    router = APIRouter(route_class=route_class)

    @router.get(path, name=name, **options)  # type: ignore[arg-type]  # a switch of the route's
    def show() -> dict[str, str]:
        return {"name": "王小明"}

    return router


NEW = f"{RECORD}/secrets"


@pytest.mark.parametrize(
    ("route_class", "options"),
    [(APIRoute, {"include_in_schema": False}), (OpenRoute, {}), (StrictRoute, {"include_in_schema": False})],
    ids=["hidden", "open", "for any token"],
)
def test_a_new_route_without_the_gate_fails_the_walk(
    county: Served, life: Life, route_class: type[APIRoute], options: dict[str, bool]
) -> None:
    app = create_app(county.service)
    app.include_router(forgotten(route_class, NEW, "show", **options))

    with listening(county.service, app) as address, httpx.Client(base_url=address) as client:
        walk = Walk(county, life, client)
        new = [one for one in gated(app) if one.path == NEW]
        unproven = walk.unproven(new)
        out_of_place = {who for who in PEOPLE if walk.out_of_place(who, new)}

    assert new == [Operation("GET", NEW)]
    assert len(unproven) == (0 if route_class is StrictRoute else 3)
    assert out_of_place == set(PEOPLE)
