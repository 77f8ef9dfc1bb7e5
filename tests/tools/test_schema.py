"""`migrations/schema.sql` is for reading: it must be what the migrations really make."""

import pytest

from store.database import Database
from store.embedded.binaries import find_binaries
from store.migrate import migrations_folder
from store.postgres import EmbeddedServer
from tools.schema import dump_schema

WRITTEN_WITH = 18  # other versions of pg_dump say the same in other words


def test_schema_sql_equals_all_migrations_applied_to_an_empty_database(
    cluster: EmbeddedServer, database: Database
) -> None:
    pg_dump = cluster.bin / "pg_dump"
    if not pg_dump.exists():
        pytest.skip("this PostgreSQL comes without pg_dump")
    if find_binaries(cluster.bin).major != WRITTEN_WITH:
        pytest.skip(f"schema.sql is written with PostgreSQL {WRITTEN_WITH}")

    written = (migrations_folder() / "schema.sql").read_text(encoding="utf-8")

    assert dump_schema(pg_dump, database.admin) == written, "run `make schema` and look at the difference"
