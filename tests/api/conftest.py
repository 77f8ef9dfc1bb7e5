"""A county served over HTTP by a real server on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database
from tests.api.served import Served, serving


@pytest.fixture(scope="module")
def served(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for each test module."""
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(database, folder) as county:
        yield county
