"""With a provider that is not of our making: its keys are found, its tokens taken, and no others."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from api.auth import LEEWAY_S, TokenRefused, Tokens
from api.discovery import fetcher
from api.key_set import REFRESH_AFTER_S, REFRESH_PAUSE_S, Keys
from api.service import serve
from domain.institution_state import Login
from domain.requests import NewInstitution, NewPractitioner
from store.database import Database
from store.settings import Settings
from tests.api.real_provider import CLIENT, Provider, installed, key
from tests.api.served import CLINIC_CODE, listening
from tests.api.test_auth import Ticking
from tests.builders import AREA, COUNTY_CODE, request

OURS, OTHERS = "https://records.example/api", "https://other.example/api"
SCOPE = "user/*.cruds system/Encounter.c"
FIRST, SECOND = key("first"), key("second")
TTL_S = 300


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The package, kept between runs where pytest keeps its own things."""
    cache = getattr(pytestconfig, "cache", None)
    return installed(cache.mkdir("node") if cache else tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("provider")


@pytest.fixture(scope="module")
def described(package: Path) -> Provider:
    """The provider of the county; not running."""
    claims = {"acr": "urn:example:loa:3", "amr": ["mfa"]}
    return Provider(package, (FIRST,), SCOPE, (OURS, OTHERS), TTL_S, claims)


@pytest.fixture(scope="module")
def provider(described: Provider, folder: Path) -> Iterator[Provider]:
    with described.running(folder) as running:
        yield running


def judging(
    provider: Provider, clock: Ticking | None = None, now: Callable[[], float] = time.time, **told: str
) -> Tokens:
    """Our judge of this provider's tokens, who finds the keys by discovery."""
    keys = Keys(fetcher(provider.issuer, None), clock or Ticking())
    return Tokens(keys, **{"issuer": provider.issuer, "audience": OURS, **told}, now=now)


def reason(tokens: Tokens, token: str) -> str:
    """Why the token is refused."""
    with pytest.raises(TokenRefused) as refusal:
        tokens.after_refresh(token)
    return refusal.value.reason


def test_its_keys_are_discovered_and_its_token_says_who_calls_how_and_for_what(provider: Provider) -> None:
    principal = judging(provider).after_refresh(provider.token(OURS))

    assert (principal.issuer, principal.subject, principal.client) == (provider.issuer, CLIENT, CLIENT)
    assert (principal.method, principal.assurance) == ("mfa", "urn:example:loa:3")
    assert principal.scopes == frozenset(SCOPE.split())


def test_its_token_for_another_audience_is_refused(provider: Provider) -> None:
    assert reason(judging(provider), provider.token(OTHERS)) == "aud"


def test_its_token_is_refused_when_its_time_is_over(provider: Provider) -> None:
    token = provider.token(OURS)
    is_good = judging(provider, now=lambda: time.time() + TTL_S)
    is_over = judging(provider, now=lambda: time.time() + TTL_S + LEEWAY_S + 1)

    assert is_good.after_refresh(token).subject == CLIENT
    assert reason(is_over, token) == "expired"


def test_its_token_is_refused_before_its_time(provider: Provider) -> None:
    is_early = judging(provider, now=lambda: time.time() - LEEWAY_S - 2)

    assert reason(is_early, provider.token(OURS)) == "iat"


def test_a_token_of_another_provider_is_refused_even_under_the_same_keys(
    provider: Provider, folder: Path
) -> None:
    with Provider(provider.installed, (FIRST,), SCOPE, (OURS,)).running(folder) as another:
        assert reason(judging(provider), another.token(OURS)) == "iss"


def test_a_provider_that_names_itself_otherwise_is_not_believed(provider: Provider) -> None:
    tokens = judging(provider)
    tokens.keys = Keys(fetcher(provider.issuer + "/", None), Ticking())

    tokens.keys.refresh()

    assert tokens.keys.held() is None


def forged(token: str, header: dict[str, object], sign: Callable[[bytes], bytes]) -> str:
    """The token's claims under another header and signature."""
    first = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    unsigned = first + b"." + token.split(".")[1].encode()
    return (unsigned + b"." + base64.urlsafe_b64encode(sign(unsigned)).rstrip(b"=")).decode()


def test_its_claims_under_no_signature_are_refused(provider: Provider) -> None:
    token = forged(provider.token(OURS), {"alg": "none", "kid": "first"}, lambda _: b"")

    assert reason(judging(provider), token) == "algorithm"


@pytest.mark.parametrize("secret", ["pem", "jwk"])
def test_its_claims_signed_with_its_public_key_as_a_secret_are_refused(
    provider: Provider, secret: str
) -> None:
    public = provider.published()
    shared = public.as_pem(private=False) if secret == "pem" else json.dumps(public.as_dict()).encode()
    token = forged(
        provider.token(OURS),
        {"alg": "HS256", "kid": "first", "typ": "at+jwt"},
        lambda unsigned: hmac.digest(shared, unsigned, hashlib.sha256),
    )

    assert reason(judging(provider), token) == "algorithm"


def test_its_claims_signed_with_another_key_are_refused(provider: Provider) -> None:
    claims = json.loads(base64.urlsafe_b64decode(provider.token(OURS).split(".")[1] + "=="))
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    token = jwt.encode({"alg": "ES256", "kid": "first", "typ": "at+jwt"}, claims, stranger)

    assert reason(judging(provider), token) == "signature"


def test_a_rotation_is_followed_and_a_withdrawn_key_forgotten_within_bounds(
    package: Path, folder: Path
) -> None:
    """New key first met: at once, a pause after the last question. Old key: ten minutes at most."""
    clock = Ticking()
    before = Provider(package, (FIRST,), SCOPE, (OURS,))
    tokens = judging(before, clock)
    with before.running(folder):
        old = before.token(OURS)
        assert tokens.after_refresh(old).subject == CLIENT

    with before.with_keys(SECOND, FIRST).running(folder) as both:
        new = both.token(OURS)
        assert reason(tokens, new) == "key-unknown"  # asked a moment ago
        clock.now += REFRESH_PAUSE_S
        assert tokens.after_refresh(new).subject == CLIENT
        assert tokens.principal(old).subject == CLIENT

    with before.with_keys(SECOND).running(folder):
        clock.now += REFRESH_AFTER_S + 1
        assert reason(tokens, old) == "key-unknown"
        assert tokens.principal(new).subject == CLIENT


def test_while_it_is_away_its_keys_stay_good(package: Path, folder: Path) -> None:
    clock = Ticking()
    described = Provider(package, (FIRST,), SCOPE, (OURS,))
    tokens = judging(described, clock)
    with described.running(folder):
        token = described.token(OURS)
        tokens.after_refresh(token)

    clock.now += REFRESH_AFTER_S + 1

    assert tokens.after_refresh(token).subject == CLIENT


@contextmanager
def county(provider: Provider, database: Database, folder: Path) -> Iterator[httpx.Client]:
    """A county whose administrator is the provider's client."""
    settings = Settings(data=folder, oidc_issuer=provider.issuer, oidc_audience=OURS)
    with serve(settings, database, Tokens.from_settings(settings)) as service:
        bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
        login = Login(issuer=provider.issuer, subject=CLIENT)
        administrator = NewPractitioner("县管理员", login, roles=("county-administrator",))
        service.records.found(request("operator", "management"), bureau, administrator)
        with listening(service) as address, httpx.Client(base_url=address, timeout=60) as client:
            yield client


def test_over_http_whom_it_names_acts_as_what_they_are_here(
    provider: Provider, database: Database, folder: Path
) -> None:
    clinic = {"name": "示例村卫生室", "kind": "village-clinic", "code": CLINIC_CODE, "area": AREA}

    with county(provider, database, folder) as client:
        answers = [
            client.post(
                "/v1/institutions",
                json=clinic,
                headers={"Authorization": f"Bearer {token}", "Purpose-Of-Use": "management"},
            )
            for token in (provider.token(OTHERS), provider.token(OURS))
        ]

    assert [answer.status_code for answer in answers] == [401, 201]
