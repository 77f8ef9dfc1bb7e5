"""Only a token that the issuer signed, for us, now, proves anybody."""

import base64
import hashlib
import hmac
import json
import threading
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from api.auth import LEEWAY_S, Tokens, UnknownKey, bearer
from api.demo_issuer import AUDIENCE, ISSUER, DemoIssuer
from api.discovery import fetcher
from api.key_set import Keys
from api.problems import Refusal
from store.settings import Settings, SettingsError
from tests.api.served import Served

NOW = 1_800_000_000
Key = ECKey | OKPKey | RSAKey
CLAIMS: dict[str, object] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "nurse", "exp": NOW + 600}
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER = ECKey.generate_key("P-256", {"kid": "ec"})


class Issuer:
    """An issuer whose key set may change or be away; counts how often it is asked."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_away = False

    def __call__(self) -> bytes:
        self.asked += 1
        if self.is_away:
            raise OSError("unreachable")
        return json.dumps(KeySet(list(self.keys)).as_dict(private=False)).encode()


class SlowIssuer(Issuer):
    """An issuer that answers only when it may."""

    def __init__(self, *keys: Key) -> None:
        super().__init__(*keys)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def __call__(self) -> bytes:
        if not self.may_answer.is_set():
            self.is_asked.set()
        assert self.may_answer.wait(10)
        return super().__call__()


class Ticking:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def judge(issuer: Issuer | None = None, clock: Ticking | None = None) -> Tokens:
    keys = Keys(issuer or Issuer(EC, ED, RSA), clock or Ticking())
    keys.refresh()
    return Tokens(keys, issuer=ISSUER, audience=AUDIENCE, now=lambda: NOW)


def signed(alg: str = "ES256", key: Key = EC, **changes: object) -> str:
    return signed_with({**CLAIMS, **changes}, alg, key)


def signed_with(claims: dict[str, object], alg: str = "ES256", key: Key = EC, **header: object) -> str:
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, algorithms=[alg])


def handmade(header: dict[str, object], signature: bytes) -> str:
    parts = [json.dumps(part).encode() for part in (header, CLAIMS)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


def with_hmac() -> str:
    """The old trick: our public key taken for a shared secret."""
    unsigned = handmade({"alg": "HS256", "kid": "ec"}, b"").rstrip(".")
    secret = EC.as_pem(private=False)
    mac = hmac.digest(secret, unsigned.encode(), hashlib.sha256)
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # as api.auth does; pytest forgets its filter
@pytest.mark.parametrize("alg, key", [("ES256", EC), ("EdDSA", ED), ("RS256", RSA), ("PS256", RSA)])
def test_a_token_proves_issuer_subject_method_and_client(alg: str, key: Key) -> None:
    token = signed(alg, key, amr=["pwd", "otp"], client_id="clinic")

    principal = judge().principal(token)

    assert (principal.issuer, principal.subject) == (ISSUER, "nurse")
    assert (principal.method, principal.client) == ("pwd+otp", "clinic")


def test_method_and_client_have_second_names() -> None:
    principal = judge().principal(signed(acr="loa3", azp="tablet"))

    assert (principal.method, principal.client) == ("loa3", "tablet")


def test_assurance_and_the_time_of_authentication_go_into_what_is_written_down() -> None:
    told = judge().principal(signed(acr="urn:loa:3", auth_time=NOW - 30.5, amr=["sms"])).authenticated
    untold = judge().principal(signed(auth_time="yesterday", acr=3)).authenticated

    who = {"issuer": ISSUER, "subject": "nurse", "client": "unknown"}
    assert told == {**who, "method": "sms", "assurance": "urn:loa:3", "auth_time": NOW - 31}
    assert untold == {**who, "method": "unknown"}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, None),
        ({"scope": "openid user/Patient.rs"}, {"openid", "user/Patient.rs"}),
        ({"scope": ""}, set()),
        ({"scp": ["system/*.c", "openid"]}, {"system/*.c", "openid"}),
        ({"scp": "user/*.rs openid"}, {"user/*.rs", "openid"}),
        ({"scp": []}, set()),
        ({"scope": "openid", "scp": ["user/*.cruds"]}, {"openid"}),
    ],
)
def test_the_scopes_of_a_token_are_those_it_names(
    claims: dict[str, object], expected: set[str] | None
) -> None:
    scopes = judge().principal(signed_with({**CLAIMS, **claims})).scopes

    assert scopes == (None if expected is None else frozenset(expected))


REFUSED = {
    "expired": (signed(exp=NOW - LEEWAY_S), "token-expired"),
    "never expires": (signed(exp=None), "token-refused"),
    "not yet": (signed(nbf=NOW + LEEWAY_S + 1), "token-refused"),
    "issued in the future": (signed(iat=NOW + LEEWAY_S + 1), "token-refused"),
    "an expiry that is no number": (signed(exp="never"), "token-refused"),
    "a start that is no number": (signed(nbf="now"), "token-refused"),
    "another audience": (signed(aud="other"), "token-refused"),
    "an audience that only begins with ours": (signed(aud=AUDIENCE + "-test"), "token-refused"),
    "no audience": (signed(aud=None), "token-refused"),
    "another issuer": (signed(iss="https://other.example"), "token-refused"),
    "nobody": (signed(sub=None), "token-refused"),
    "no name": (signed(sub=""), "token-refused"),
    "a name that is no text": (signed(sub=["nurse"]), "token-refused"),
    "a name without end": (signed(sub="n" * 256), "token-refused"),
    "a name with a line break": (signed(sub="nurse\n"), "token-refused"),
    "scopes that cannot be read": (signed(scope={"user/*.rs": True}), "token-refused"),
    "scopes that are no texts": (signed(scp=[1]), "token-refused"),
    "bound to a key that is not shown": (signed(cnf={"jkt": "abc"}), "token-refused"),
    "an issuer among others": (signed(iss=[ISSUER]), "token-refused"),
    "wrongly signed": (signed(key=STRANGER), "token-refused"),
    "expired and wrongly signed": (signed(key=STRANGER, exp=1), "token-refused"),
    "changed": (signed()[:-12] + "AAAAAAAAAAAA", "token-refused"),
    "alg none": (handmade({"alg": "none"}, b""), "token-refused"),
    "alg none with a key id": (handmade({"alg": "none", "kid": "ec"}, b""), "token-refused"),
    "alg None": (handmade({"alg": "None", "kid": "ec"}, b""), "token-refused"),
    "HS256 with our public key": (with_hmac(), "token-refused"),
    "a critical header": (
        handmade({"alg": "ES256", "kid": "ec", "crit": ["x"], "x": 1}, b"0" * 64),
        "token-refused",
    ),
    "a logout token": (signed_with(CLAIMS, typ="logout+jwt"), "token-refused"),
    "a type that is no text": (handmade({"alg": "ES256", "kid": "ec", "typ": 1}, b"0" * 64), "token-refused"),
    "another algorithm than the key's": (handmade({"alg": "RS256", "kid": "ec"}, b"0" * 64), "token-refused"),
    "no token at all": ("nonsense", "token-refused"),
    "not ASCII": ("né.né.né", "token-refused"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_token_is_refused(name: str) -> None:
    token, code = REFUSED[name]

    with pytest.raises(Refusal) as refusal:
        judge().principal(token)

    assert refusal.value.code == code
    assert refusal.value.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - LEEWAY_S + 1},
        {"nbf": NOW + LEEWAY_S},
        {"iat": NOW + LEEWAY_S},
        {"aud": ["x", AUDIENCE]},
    ],
)
def test_clocks_may_differ_by_a_minute_and_a_token_may_be_for_several(changes: dict[str, object]) -> None:
    assert judge().principal(signed_with({**CLAIMS, **changes})).subject == "nurse"


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "AT+JWT", "JWT", "jwt"])
def test_a_token_may_say_that_it_is_an_access_token(typ: str) -> None:
    assert judge().principal(signed_with(CLAIMS, typ=typ)).subject == "nurse"


def test_a_new_key_of_the_issuer_is_fetched_when_it_is_first_met() -> None:
    issuer, clock = Issuer(ED), Ticking()
    tokens = judge(issuer, clock)
    issuer.keys, clock.now = [EC, ED], 60
    with pytest.raises(UnknownKey):
        tokens.principal(signed())

    assert tokens.after_refresh(signed()).subject == "nurse"


def test_unknown_keys_cannot_make_us_ask_the_issuer_all_the_time() -> None:
    issuer = Issuer(ED)
    tokens = judge(issuer)

    for _ in range(10):
        with pytest.raises(Refusal):
            tokens.after_refresh(signed())

    assert issuer.asked == 1


def test_while_the_issuer_takes_its_time_known_keys_are_good_and_unknown_ones_come_back() -> None:
    issuer, clock = SlowIssuer(EC), Ticking()
    tokens = judge(issuer, clock)
    issuer.keys, clock.now = [EC, ED], 3600
    issuer.may_answer.clear()
    waiting = threading.Thread(target=tokens.after_refresh, args=(signed(),))
    waiting.start()
    assert issuer.is_asked.wait(10)

    known = tokens.after_refresh(signed())
    with pytest.raises(Refusal) as unknown:
        tokens.after_refresh(signed("Ed25519", ED))
    issuer.may_answer.set()
    waiting.join()

    assert known.subject == "nurse"
    assert unknown.value.code == "issuer-unavailable"
    assert tokens.after_refresh(signed("Ed25519", ED)).subject == "nurse"


def test_a_withdrawn_key_is_forgotten_after_a_while() -> None:
    issuer, clock = Issuer(EC, ED), Ticking()
    tokens = judge(issuer, clock)
    issuer.keys, clock.now = [ED], 3600

    with pytest.raises(Refusal):
        tokens.after_refresh(signed())


def test_known_keys_stay_good_while_the_issuer_is_away() -> None:
    issuer, clock = Issuer(EC), Ticking()
    tokens = judge(issuer, clock)
    issuer.is_away, clock.now = True, 3600

    assert tokens.after_refresh(signed()).subject == "nurse"


def test_without_any_key_the_caller_is_asked_to_come_back() -> None:
    issuer = Issuer()
    issuer.is_away = True

    with pytest.raises(Refusal) as refusal:
        judge(issuer).after_refresh(signed())

    assert refusal.value.code == "issuer-unavailable"


def test_a_symmetric_key_in_the_key_set_is_not_used() -> None:
    secret = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}
    public = KeySet([EC]).as_dict(private=False)["keys"]
    keys = Keys(lambda: json.dumps({"keys": [secret, *public]}).encode())
    keys.refresh()

    held = keys.held()

    assert held is not None and [key.kid for key in held.keys] == ["ec"]


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer  "])
def test_a_request_without_a_token_is_told_so(header: str | None) -> None:
    with pytest.raises(Refusal) as refusal:
        bearer(header)

    assert refusal.value.code == "token-missing"


def test_a_token_without_end_is_not_read() -> None:
    with pytest.raises(Refusal) as refusal:
        bearer("Bearer " + "x" * 20_000)

    assert refusal.value.code == "token-refused"


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_audience"])
def test_serving_without_an_issuer_is_refused_at_start(missing: str) -> None:
    known = {"oidc_issuer": ISSUER, "oidc_jwks": "https://issuer.example/keys", "oidc_audience": AUDIENCE}

    with pytest.raises(SettingsError, match=f"LIFELONG_{missing.upper()}"):
        Tokens.from_settings(Settings(**{**known, missing: None}))  # type: ignore[arg-type]  # only texts are set


def test_keys_are_not_fetched_over_an_open_line() -> None:
    with pytest.raises(SettingsError):
        fetcher(ISSUER, "http://issuer.example/keys")


def test_the_demo_issuers_key_stays_its_own_and_the_same(tmp_path: Path) -> None:
    first = DemoIssuer(tmp_path / "issuer")
    again = DemoIssuer(tmp_path / "issuer")
    tokens = Tokens.from_settings(again.settings(Settings()))

    assert tokens.after_refresh(first.token("nurse")).subject == "nurse"
    assert (tmp_path / "issuer" / "private.json").stat().st_mode & 0o777 == 0o600
    assert '"d"' not in first.jwks.read_text()


def test_over_http_each_refusal_is_a_401_with_a_challenge(served: Served) -> None:
    expired = DemoIssuer(served.folder / "issuer", now=lambda: time.time() - 86_400).token("nurse", hours=1)
    stranger = DemoIssuer(served.folder / "another").token("nurse")
    position = served.position

    told = {
        name: served.client.post(
            "/v1/records", content=b"{", headers={"Authorization": header} if header else {}
        )
        for name, header in {
            "token-missing": "",
            "token-expired": f"Bearer {expired}",
            "token-refused": f"Bearer {stranger}",
        }.items()
    }

    for code, answer in told.items():
        assert answer.status_code == 401
        assert answer.json()["type"] == f"/problems/{code}"
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="lifelong"')
    assert served.position == position


def test_a_proven_stranger_is_not_known_here(served: Served) -> None:
    answer = served.get("/v1/records/00000000-0000-4000-8000-000000000000", "passer-by")

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/caller-unknown"
