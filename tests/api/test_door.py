"""Refused tokens are counted, and who sends one after another waits; a good token never does."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from api.addresses import address_of
from api.auth import EXPIRED, KEY_UNKNOWN, MISSING, SIGNATURE, TokenRefused, Tokens
from api.demo_issuer import DemoIssuer
from api.door import Door
from api.metrics import Metrics
from api.problems import Refusal
from api.throttle import Throttle
from domain.requests import Principal
from tests.api.served import Served
from tests.api.test_auth import STRANGER, Ticking, judge, signed

ALLOWED = 3
EXPIRED_TOKEN, FORGED, GOOD = signed(exp=1), signed(key=STRANGER), signed()


class Counted(Metrics):
    """Metrics without a service behind them."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def refused_token(self, reason: str) -> None:
        self.reasons.append(reason)


def asked(token: str | None = None, address: str = "192.0.2.1", *forwarded: str) -> Request:
    """A request from an address."""
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    headers += [(b"x-forwarded-for", told.encode()) for told in forwarded]
    return Request({"type": "http", "headers": headers, "client": (address, 4711)})


class Guarded:
    """A door that allows three refusals a minute, and its clock."""

    def __init__(self) -> None:
        self.clock, self.metrics = Ticking(), Counted()
        throttle = Throttle(ALLOWED, now=self.clock)
        self._door = Door(judge(), self.metrics, throttle, trusted_proxies=0)

    def enter(self, *request: str | None) -> Principal:
        token, *rest = request or (None,)
        return asyncio.run(self._door.principal(asked(token, *map(str, rest))))

    def refused(self, *request: str | None) -> Refusal:
        with pytest.raises(Refusal) as refusal:
            self.enter(*request)
        return refusal.value

    def codes(self, times: int, *request: str | None) -> list[str]:
        return [self.refused(*request).code for _ in range(times)]


TOO_MANY = "too-many-refusals"


def test_one_refusal_more_than_allowed_is_told_to_wait_and_how_long() -> None:
    door = Guarded()

    told = door.codes(ALLOWED, FORGED)
    last = door.refused(FORGED)

    assert told == ["token-refused"] * ALLOWED
    assert (last.code, last.headers) == (TOO_MANY, {"Retry-After": "20"})


def test_after_the_wait_there_is_one_more_and_after_a_minute_all_of_them() -> None:
    door = Guarded()
    door.codes(ALLOWED, FORGED)

    door.clock.now += 20
    a_while_later = door.codes(2, FORGED)
    door.clock.now += 3600
    much_later = door.codes(ALLOWED + 1, FORGED)

    assert a_while_later == ["token-refused", TOO_MANY]
    assert much_later == ["token-refused"] * ALLOWED + [TOO_MANY]


def test_a_good_token_passes_however_many_bad_ones_came_from_its_address_or_for_its_subject() -> None:
    door = Guarded()
    door.codes(ALLOWED + 5, FORGED)
    door.codes(ALLOWED + 5, EXPIRED_TOKEN)

    assert door.enter(GOOD).subject == "nurse"


def test_whose_token_expired_is_told_so_while_others_try_tokens_from_the_same_address() -> None:
    door = Guarded()
    door.codes(ALLOWED + 5, FORGED)

    assert door.refused(EXPIRED_TOKEN).code == "token-expired"


def test_a_client_that_repeats_an_expired_token_waits_wherever_it_is_and_nobody_else_does() -> None:
    door = Guarded()
    told = [door.refused(EXPIRED_TOKEN, f"192.0.2.{n}").code for n in range(ALLOWED + 1)]

    assert told == ["token-expired"] * ALLOWED + [TOO_MANY]
    assert door.refused(signed(exp=1, sub="doctor")).code == "token-expired"


def test_nobody_uses_up_somebodys_allowance_by_writing_their_name_into_a_token() -> None:
    door = Guarded()
    for n in range(ALLOWED + 5):
        door.refused(signed(key=STRANGER, sub="nurse"), f"192.0.2.{n}")

    assert door.refused(EXPIRED_TOKEN).code == "token-expired"


def test_another_address_is_not_held_up() -> None:
    door = Guarded()
    door.codes(ALLOWED + 5, FORGED)

    assert door.refused(FORGED, "192.0.2.2").code == "token-refused"


def test_every_refusal_is_counted_by_its_reason() -> None:
    door = Guarded()
    stray = signed(key=type(STRANGER).generate_key("P-256", {"kid": "stray"}))

    for token in (None, FORGED, EXPIRED_TOKEN, stray, signed(aud="other")):
        door.refused(token)

    assert door.metrics.reasons == [MISSING, SIGNATURE, EXPIRED, KEY_UNKNOWN, "aud"]


def test_only_so_many_callers_are_remembered_and_the_oldest_is_forgotten() -> None:
    throttle = Throttle(1, most_held=2, now=Ticking())

    waits = {caller: throttle.wait_s(caller) for caller in ("first", "second", "third")}
    again = {caller: throttle.wait_s(caller) for caller in ("third", "first")}

    assert set(waits.values()) == {0.0}
    assert again == {"third": 60.0, "first": 0.0}
    assert len(throttle) == 2


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, ["198.51.100.7"], "192.0.2.1"),  # nobody is believed: the header is the caller's own
        (1, [], "192.0.2.1"),
        (1, ["198.51.100.7"], "198.51.100.7"),
        (1, ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        (1, ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        (2, ["203.0.113.9, 198.51.100.7"], "203.0.113.9"),
        (2, ["198.51.100.7"], "198.51.100.7"),
        (1, ["nonsense"], "unknown"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["::ffff:198.51.100.7"], "198.51.100.7"),
    ],
)
def test_the_address_is_what_the_first_of_the_trusted_proxies_saw(
    proxies: int, forwarded: list[str], expected: str
) -> None:
    assert address_of(asked(None, "192.0.2.1", *forwarded), proxies) == expected


def test_a_connection_without_an_address_has_a_name_too() -> None:
    assert address_of(Request({"type": "http", "headers": [], "client": None}), 0) == "unknown"


def counted(served: Served) -> dict[str, float]:
    """How many tokens were refused by now, by reason."""
    text = served.client.get("/metrics").text
    return {
        sample.labels["reason"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "lifelong_tokens_refused_total"
    }


def test_over_http_the_wait_is_a_problem_document_and_a_good_token_passes(served: Served) -> None:
    """And nothing is told of it to the log."""
    stranger = DemoIssuer(served.folder / "another").token("nurse")
    headers = {"Authorization": f"Bearer {stranger}", "Purpose-Of-Use": "care"}
    position, before = served.position, counted(served)

    answers = [served.client.get("/v1/statistics", headers=headers) for _ in range(70)]

    assert [answers[0].status_code, answers[-1].status_code] == [401, 429]
    assert answers[-1].json()["type"] == "/problems/too-many-refusals"
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert served.position == position
    assert counted(served)[KEY_UNKNOWN] - before.get(KEY_UNKNOWN, 0) == 70
    assert served.open_record()


def test_a_token_is_refused_for_one_reason_that_the_caller_is_not_told() -> None:
    tokens: Tokens = judge()

    with pytest.raises(TokenRefused) as refusal:
        tokens.principal(signed(aud="other"))

    assert (refusal.value.reason, refusal.value.subject) == ("aud", "nurse")
    assert refusal.value.facts == {}
