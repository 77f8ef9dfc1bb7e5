"""`lifelong bench append`: how fast sealed appends are, on an embedded server of its own."""

import shutil
from collections.abc import Mapping, Sequence
from typing import cast

from store.database import embedded_database
from store.migrate import migrate
from store.postgres import EmbeddedServer
from store.settings import Settings
from tools.bench import append
from tools.output import result, say


def run(settings: Settings, *, rounds: int, threads: Sequence[int], seconds: float, as_json: bool) -> None:
    """Measure on the disk of the data folder; what was written for it is removed at the end."""
    folder = settings.data / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with EmbeddedServer(folder, binaries=settings.pg_bin) as server:
            database = embedded_database(server)
            migrate(database.admin, login=True)
            say(f"{rounds} rounds of {seconds:g} s each, with {', '.join(map(str, threads))} threads")
            measured = append.run(database, folder / "keys", rounds, threads, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result(measured, _table(measured), as_json=as_json)


def _table(measured: Mapping[str, object]) -> str:
    ratios = cast("Mapping[str, float]", measured["ratios"])
    width = max(map(len, ratios))
    return "\n".join(f"{name:<{width}}  {ratio:6.2f} ×" for name, ratio in ratios.items())
