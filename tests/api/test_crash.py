"""The API killed in mid-append: what it acknowledged is there once, the rest is answered when sent again."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.demo_issuer import AUDIENCE, ISSUER
from store.database import APPENDER, Database
from store.wiring import open_log
from tests.api.served import Served, new_entry, serving
from tests.store.audit import audited
from tests.tools.processes import Running

pytestmark = pytest.mark.slow

ROUNDS = 10
CLIENTS = 8
ACKNOWLEDGED_BEFORE_THE_KILL = 24


@dataclass
class Sent:
    """What clients sent to one record: key → the entry acknowledged, or None while in doubt."""

    record: str
    entries: dict[str, str | None] = field(default_factory=dict)

    @property
    def acknowledged(self) -> int:
        return sum(entry is not None for entry in self.entries.values())


@contextmanager
def killed_in_the_end(data: Path, variables: dict[str, str]) -> Iterator[str]:
    """A real `lifelong serve`; leaving the block kills it as a failing power supply does."""
    server = Running("serve", "--port", "0", data=data, **variables)
    with server:
        try:
            yield server.base
        finally:
            server.stop(signal.SIGKILL)


def send(county: Served, base: str, sent: Sent, key: str) -> None:
    """Send an entry under its key; whatever happened before, it is acknowledged at most as one entry."""
    body = new_entry("problems")
    headers = county.headers("nurse", "care", key=key)
    sent.entries.setdefault(key, None)
    answer = httpx.post(f"{base}/v1/records/{sent.record}/problems", json=body, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text
    sent.entries[key] = answer.json()["event"]


def send_until_it_dies(county: Served, base: str, sent: Sent) -> None:
    while True:
        try:
            send(county, base, sent, str(uuid4()))
        except httpx.TransportError:
            return


def send_again(county: Served, base: str, records: list[Sent]) -> None:
    """What was in doubt when the last server died."""
    for sent in records:
        for key in [key for key, entry in sent.entries.items() if entry is None]:
            send(county, base, sent, key)


def test_killing_the_api_in_mid_append_loses_and_doubles_nothing(database: Database, tmp_path: Path) -> None:
    with serving(database, tmp_path) as county:
        records = [Sent(county.open_record()) for _ in range(CLIENTS)]
    variables = {
        "LIFELONG_DSN": database.admin,
        "LIFELONG_ORIGIN": county.service.opened.origin,
        "LIFELONG_OIDC_ISSUER": ISSUER,
        "LIFELONG_OIDC_AUDIENCE": AUDIENCE,
        "LIFELONG_OIDC_JWKS": str(county.issuer.jwks),
    }

    for round_number in range(1, ROUNDS + 1):
        with killed_in_the_end(tmp_path, variables) as base:
            send_again(county, base, records)
            clients = [
                threading.Thread(target=send_until_it_dies, args=(county, base, sent)) for sent in records
            ]
            for client in clients:
                client.start()
            while sum(sent.acknowledged for sent in records) < round_number * ACKNOWLEDGED_BEFORE_THE_KILL:
                time.sleep(0.005)
        for client in clients:
            client.join()
    with killed_in_the_end(tmp_path, variables) as base:
        send_again(county, base, records)

    log = open_log(dsn=database.dsn(APPENDER), keys=tmp_path / "keys", origin=county.service.opened.origin)
    rows = audited(log)
    log.close()
    for sent in records:
        stored = [
            str(row.event)
            for row in rows
            if str(row.stream) == sent.record and row.topic == "record.problem-recorded.v1"
        ]
        assert len(stored) == len(set(stored))
        assert set(stored) == set(sent.entries.values())
