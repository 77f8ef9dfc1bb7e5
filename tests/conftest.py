"""Real PostgreSQL servers for the tests, with durability at its defaults; none of them outlives the run.

cluster           one server for the whole run
database          a migrated database of its own for each test module that asks
empty_database    a database with nothing in it, for one test
private_server    a server for one test, which the test may kill and start again
private_database  a migrated database on it
older_database    an empty database on PostgreSQL 15; the test is skipped where that is not installed
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from store.database import Database, embedded_database
from store.embedded.binaries import DISTRIBUTION
from store.migrate import migrate
from store.postgres import EmbeddedServer
from store.settings import Settings

TEMPLATE = "template_lifelong"
OLDEST_BINARIES = DISTRIBUTION / "15" / "bin"

# The programs under test may be chosen; every other setting of the caller's shell stays outside.
PG_BIN = Settings.from_environment(os.environ).pg_bin
for variable in [name for name in os.environ if name.startswith("LIFELONG_")]:
    del os.environ[variable]

# Two cores shared with a server make time a poor judge. A failure prints what reproduces it.
settings.register_profile(
    "lifelong", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("lifelong")


@contextmanager
def temporary_data() -> Iterator[Path]:
    """A data folder that goes with its server. Short: the path of a socket is limited."""
    with tempfile.TemporaryDirectory(prefix="lifelong-test-") as folder:
        yield Path(folder) / "data"


names = (f"test_{number}" for number in count(1))


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedServer]:
    with temporary_data() as data, EmbeddedServer(data, binaries=PG_BIN) as server:
        yield server


@pytest.fixture(scope="session")
def template(cluster: EmbeddedServer) -> str:
    """Name of a database with every migration applied, and nobody connected to it."""
    migrate(embedded_database(cluster, TEMPLATE).admin, login=True)
    return TEMPLATE


@pytest.fixture(scope="module")
def database(cluster: EmbeddedServer, template: str) -> Database:
    database = embedded_database(cluster, next(names), template=template)
    migrate(database.admin, login=True)  # rights on a database itself are not copied with it
    return database


@pytest.fixture
def empty_database(cluster: EmbeddedServer) -> Database:
    return embedded_database(cluster, next(names))


@pytest.fixture
def private_server() -> Iterator[EmbeddedServer]:
    """`kill()` crashes it, `start()` starts it again; until then it stays away."""
    with temporary_data() as data, EmbeddedServer(data, binaries=PG_BIN, restart=False) as server:
        yield server


@pytest.fixture
def private_database(private_server: EmbeddedServer) -> Database:
    database = embedded_database(private_server)
    migrate(database.admin, login=True)
    return database


@pytest.fixture(scope="session")
def older_cluster() -> Iterator[EmbeddedServer]:
    if not (OLDEST_BINARIES / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    with temporary_data() as data, EmbeddedServer(data, binaries=OLDEST_BINARIES) as server:
        yield server


@pytest.fixture
def older_database(older_cluster: EmbeddedServer) -> Database:
    return embedded_database(older_cluster, next(names))
