"""`lifelong migrate`: bring the database up to this release."""

from pathlib import Path

from store.database import embedded_database
from store.migrate import Migration, migrate
from store.postgres import EmbeddedServer
from store.settings import Settings
from tools.output import result


def run(settings: Settings, *, as_json: bool) -> None:
    """Apply what is missing and say what that was."""
    applied = [f"{one.number:04}_{one.name}" for one in _apply(settings)]
    text = "\n".join([f"applied {name}" for name in applied]) or "nothing to apply"
    result({"applied": applied}, text, as_json=as_json)


def _apply(settings: Settings) -> list[Migration]:
    if settings.dsn is not None:
        return migrate(settings.dsn)
    with EmbeddedServer(Path(settings.data), binaries=settings.pg_bin) as server:
        return migrate(embedded_database(server).admin, login=True)
