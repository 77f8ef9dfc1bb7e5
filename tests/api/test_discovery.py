"""Where the issuer's keys are found, and what is not taken for them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc.jwk import KeySet

from api.auth import Tokens
from api.demo_issuer import AUDIENCE
from api.discovery import (
    LARGEST_ANSWER,
    WELL_KNOWN,
    WrongIssuer,
    configuration_address,
    fetcher,
    is_safe,
    key_set_address,
    read,
)
from api.key_set import HELD_AT_MOST_S, Keys, usable
from api.problems import Refusal
from store.settings import Settings, SettingsError
from tests.api.test_auth import EC, ED, NOW, RSA, Issuer, Ticking, judge, signed

ISSUER = "https://id.example/county"
KEYS = "https://id.example/keys"


class Site:
    """Pages under paths; a page that begins with "to " leads elsewhere."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.address = ""

    @contextmanager
    def served(self) -> Iterator["Site"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def handler(site) -> type[BaseHTTPRequestHandler]:  # self is the request's, below
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = site.pages.get(self.path)
                leads = page is not None and page.startswith(b"to ")
                self.send_response(404 if page is None else 302 if leads else 200)
                if page is not None and leads:
                    self.send_header("Location", page[3:].decode())
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().served() as site:
        yield site


def key_set(*keys: object) -> bytes:
    return json.dumps(KeySet(list(keys or (EC,))).as_dict(private=False)).encode()  # type: ignore[arg-type]  # keys of ours


def configured(**told: object) -> bytes:
    return json.dumps({"issuer": ISSUER, "jwks_uri": KEYS, **told}).encode()


def test_an_issuer_tells_where_its_keys_are(site: Site) -> None:
    site.pages = {
        f"/realm{WELL_KNOWN}": configured(issuer=f"{site.address}/realm", jwks_uri=f"{site.address}/keys"),
        "/keys": key_set(),
    }
    settings = Settings(oidc_issuer=f"{site.address}/realm", oidc_audience=AUDIENCE)
    tokens = Tokens.from_settings(settings)
    tokens._now = lambda: NOW

    proved = tokens.after_refresh(signed(iss=f"{site.address}/realm"))

    assert (proved.issuer, proved.subject) == (f"{site.address}/realm", "nurse")


def test_when_the_keys_move_they_are_found_again(site: Site) -> None:
    well_known = {"issuer": site.address, "jwks_uri": f"{site.address}/old"}
    site.pages = {WELL_KNOWN: json.dumps(well_known).encode(), "/old": key_set(ED)}
    clock = Ticking()
    keys = Keys(fetcher(site.address, None), clock)
    keys.refresh()

    site.pages = {WELL_KNOWN: json.dumps({**well_known, "jwks_uri": f"{site.address}/new"}).encode()}
    site.pages["/new"] = key_set(EC)
    clock.now += 60
    keys.refresh()

    held = keys.held()
    assert held is not None and [key.kid for key in held.keys] == ["ec"]


@pytest.mark.parametrize("issuer", ["https://id.example", "https://id.example/", "https://id.example/a/"])
def test_one_ending_slash_is_no_part_of_the_path(issuer: str) -> None:
    assert configuration_address(issuer) == issuer.rstrip("/") + "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "told",
    [
        configured(issuer=ISSUER + "/"),
        configured(issuer=ISSUER.upper()),
        configured(issuer=None),
        configured(issuer=[ISSUER]),
        configured(jwks_uri=None),
        configured(jwks_uri="http://id.example/keys"),
        configured(jwks_uri="file:///etc/passwd"),
        configured(jwks_uri="keys.json"),
        configured(jwks_uri=[KEYS]),
        b"[]",
    ],
)
def test_a_configuration_of_another_issuer_or_with_keys_on_an_open_line_is_not_taken(told: bytes) -> None:
    with pytest.raises(WrongIssuer):
        key_set_address(ISSUER, told)


def test_a_configuration_must_name_the_issuer_letter_by_letter() -> None:
    assert key_set_address(ISSUER, configured()) == KEYS


@pytest.mark.parametrize("issuer", ["http://id.example", "id.example", "urn:lifelong:issuer", "https://"])
def test_an_issuer_without_a_safe_address_needs_its_keys_set(issuer: str) -> None:
    with pytest.raises(SettingsError, match="LIFELONG_OIDC_ISSUER"):
        fetcher(issuer, None)
    assert callable(fetcher(issuer, "https://id.example/keys"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://id.example/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://[::1]/keys", True),
        ("http://127.0.0.1.evil.example/keys", False),
        ("http://id.example/keys", False),
        ("ftp://id.example/keys", False),
        ("https:///keys", False),
    ],
)
def test_what_is_read_comes_over_https_or_from_this_machine(address: str, expected: bool) -> None:
    assert is_safe(address) is expected


def test_a_redirect_leads_only_where_we_would_have_asked(site: Site) -> None:
    site.pages = {"/moved": f"to {site.address}/keys".encode(), "/keys": b"{}"}
    site.pages["/away"] = b"to http://keys.example/keys"

    assert read(f"{site.address}/moved") == b"{}"
    with pytest.raises(OSError, match="not safe"):
        read(f"{site.address}/away")


def test_an_answer_without_end_is_not_read(site: Site) -> None:
    site.pages = {"/keys": b" " * (LARGEST_ANSWER + 1)}

    with pytest.raises(ValueError, match="too long"):
        read(f"{site.address}/keys")


@pytest.mark.parametrize("page", [b"", b"no JSON", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}', b"\xff"])
def test_what_is_no_key_set_leaves_the_keys_we_hold(site: Site, page: bytes) -> None:
    site.pages = {"/keys": key_set()}
    clock = Ticking()
    keys = Keys(fetcher(ISSUER, f"{site.address}/keys"), clock)
    keys.refresh()

    site.pages, clock.now = {"/keys": page}, 3600.0
    keys.refresh()

    held = keys.held()
    assert held is not None and [key.kid for key in held.keys] == ["ec"]


def test_a_key_of_an_unknown_kind_does_not_cost_the_others() -> None:
    published = json.loads(key_set(EC, RSA))["keys"]
    odd = [
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "later", "pub": "AA"},
        {"kty": "EC", "crv": "P-999", "kid": "odd", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "empty"},
        {"kty": "EC", "use": "enc", **{name: published[0][name] for name in ("crv", "x", "y")}},
    ]

    held = usable(json.dumps({"keys": [*odd, *published]}).encode())

    assert [key.kid for key in held.keys] == ["ec", "rsa"]


def test_a_private_key_published_by_mistake_stays_out_of_memory() -> None:
    published = KeySet([EC]).as_dict(private=True)

    (key,) = usable(json.dumps(published).encode()).keys

    assert not key.is_private


def test_an_issuer_withdraws_all_its_keys_at_once() -> None:
    issuer, clock = Issuer(EC), Ticking()
    tokens = judge(issuer, clock)
    issuer.keys, clock.now = [], 3600

    with pytest.raises(Refusal) as refusal:
        tokens.after_refresh(signed())

    assert refusal.value.code == "token-refused"


def test_while_the_issuer_is_away_it_is_asked_once_a_minute_and_its_keys_are_good_for_a_day() -> None:
    issuer, clock = Issuer(EC), Ticking()
    keys = Keys(issuer, clock)
    keys.refresh()
    issuer.is_away = True

    while clock.now < HELD_AT_MOST_S:
        clock.now += 20
        if keys.is_old:
            keys.refresh()
    asked, last_hour = issuer.asked, keys.held()
    clock.now = HELD_AT_MOST_S + 1

    assert last_hour is not None
    assert 1000 < asked < 1500
    assert keys.held() is None and keys.is_old
