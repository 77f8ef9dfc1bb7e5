"""While the database is away, callers are told to come back; when it is back, so are we."""

from pathlib import Path

import pytest

from store.database import Database
from store.postgres import EmbeddedServer
from tests.api.served import new_entry, serving

pytestmark = pytest.mark.slow


def test_a_service_without_its_database_says_so_and_recovers(
    private_server: EmbeddedServer,
    private_database: Database,
    tmp_path: Path,
) -> None:
    with serving(private_database, tmp_path) as served:
        record = served.open_record()
        private_server.kill()

        refused = [
            served.get(f"/v1/records/{record}"),
            served.post(f"/v1/records/{record}/encounters", new_entry("encounters")),
        ]
        ready, alive = served.client.get("/readyz"), served.client.get("/healthz")
        private_server.start()
        again = served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))

        for answer in refused:
            assert answer.status_code == 503
            assert answer.json()["type"] == "/problems/log-unavailable"
            assert answer.headers["Retry-After"] == "5"
        assert (ready.status_code, alive.status_code) == (503, 200)
        assert ready.json()["checks"]["database"] == "does not answer"
        assert again.status_code == 201, again.text
