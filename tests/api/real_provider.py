"""The npm package oidc-provider as a process: an OpenID Connect provider that is not of our making."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.api.served import Json

SOURCES = Path(__file__).parent / "provider"
OLDEST_NODE = 20
INSTALL_S, STOP_S = 180, 10
CLIENT = "tablet"


def key(kid: str) -> ECKey:
    """A key for the provider to sign with."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass(frozen=True)
class Provider:
    """What the provider is like: where it is, what it signs with, for which audiences."""

    installed: Path
    keys: tuple[ECKey, ...]
    scope: str
    audiences: tuple[str, ...]
    ttl_s: int = 600
    claims: Mapping[str, object] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def with_keys(self, *keys: ECKey) -> "Provider":
        """The same one after a rotation."""
        return replace(self, keys=keys)

    @contextmanager
    def running(self, folder: Path) -> Iterator["Provider"]:
        """Run it until the end of the block. folder: for what it is told and what it says."""
        told = folder / f"provider-{self.port}.json"
        told.write_text(json.dumps(self._told()), encoding="utf-8")
        with (
            open(folder / f"provider-{self.port}.log", "ab") as said,
            subprocess.Popen(
                ["node", self.installed / "server.mjs", told],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            ) as process,
        ):
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n", Path(said.name).read_text(encoding="utf-8")
                yield self
            finally:
                process.kill()
                process.wait(STOP_S)

    def _told(self) -> Json:
        return {
            "issuer": self.issuer,
            "port": self.port,
            "keys": [one.as_dict(private=True) for one in self.keys],
            "clients": [CLIENT],
            "resources": {one: {"scope": self.scope, "ttl": self.ttl_s} for one in self.audiences},
            "claims": dict(self.claims),
        }

    def token(self, audience: str) -> str:
        """An access token for the client itself (RFC 6749, 4.4), for an audience (RFC 8707)."""
        asked = {"grant_type": "client_credentials", "resource": audience, "scope": self.scope}
        answer = httpx.post(f"{self.issuer}/token", data=asked, auth=(CLIENT, f"secret-of-{CLIENT}"))
        assert answer.status_code == 200, answer.text
        return cast(str, answer.json()["access_token"])

    def published(self) -> ECKey:
        """Its first key as everybody sees it."""
        return ECKey.import_key(httpx.get(f"{self.issuer}/jwks").json()["keys"][0])


def installed(folder: Path) -> Path:
    """The folder with the provider in it, installed now if it is not there. Skips where that cannot be."""
    _demand_node()
    named = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    place = folder / f"oidc-provider-{named['oidc-provider']}"
    if not (place / "node_modules" / "oidc-provider").is_dir():
        _install(place)
    shutil.copy(SOURCES / "server.mjs", place)
    return place


def _demand_node() -> None:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"no real OpenID Connect provider: {program} is not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"no real OpenID Connect provider: node {OLDEST_NODE} is needed, this is {version}")


def _install(place: Path) -> None:
    """Install beside the place, then put it there: of two runs at once, one does it for both."""
    building = place.with_name(f"{place.name}.{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    shutil.copytree(SOURCES, building)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=building, capture_output=True, timeout=INSTALL_S)
    except subprocess.TimeoutExpired:
        pytest.skip(f"no real OpenID Connect provider: npm did not install it within {INSTALL_S} s")
    if done.returncode != 0:
        shutil.rmtree(building)
        pytest.skip(f"no real OpenID Connect provider: npm ci ended with status {done.returncode}")
    try:
        building.rename(place)
    except OSError:  # the other was faster
        shutil.rmtree(building)
