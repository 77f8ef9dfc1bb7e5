"""Writes `migrations/schema.sql`: what all migrations make together, to be read and compared.

python -m tools.schema
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from store.database import embedded_database
from store.migrate import migrate, migrations_folder
from store.postgres import EmbeddedServer

HEADER = "-- What all migrations make together. Written by `make schema`; never applied, never edited.\n\n"
# Comments, settings of the session, and the token that pg_dump makes anew for each run.
NOISE = re.compile(r"^(?:--|SET |SELECT pg_catalog\.set_config|\\(?:un)?restrict ).*\n", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


def dump_schema(pg_dump: Path, dsn: str) -> str:
    """The schema of a database as SQL that depends on its migrations alone.

    pg_dump: the program, of the server's major version or a newer one.
    Raises subprocess.CalledProcessError when it fails.
    """
    # The program is PostgreSQL's own and the connection string ours.
    command = [str(pg_dump), "--schema-only", "--dbname", dsn]
    dumped = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603
    return HEADER + BLANK_LINES.sub("\n\n", NOISE.sub("", dumped)).strip() + "\n"


def main() -> int:
    target = migrations_folder() / "schema.sql"
    with tempfile.TemporaryDirectory(prefix="lifelong-schema-") as data, EmbeddedServer(Path(data)) as server:
        database = embedded_database(server)
        migrate(database.admin, login=True)
        target.write_text(dump_schema(server.bin / "pg_dump", database.admin), encoding="utf-8")
    print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
