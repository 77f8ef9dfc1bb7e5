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


def run(
    settings: Settings,
    *,
    rounds: int,
    threads: Sequence[int],
    seconds: float,
    open_snapshot_s: float,
    as_json: bool,
) -> None:
    """Measure on the disk of the data folder; what was written for it is removed at the end."""
    folder = settings.data / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with EmbeddedServer(folder, binaries=settings.pg_bin) as server:
            database = embedded_database(server)
            migrate(database.admin, login=True)
            say(f"rounds: {rounds}; threads: {', '.join(map(str, threads))}; {seconds:g} s each")
            measured = append.run(database, folder / "keys", rounds, threads, seconds, open_snapshot_s)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result(measured, _table(measured), as_json=as_json)


def _table(measured: Mapping[str, object]) -> str:
    ratios = cast("Mapping[str, float]", measured["ratios"])
    results = cast("Mapping[str, Mapping[str, float]]", measured["results"])
    rates = [
        f"{name:<12} {cell['rate_per_s']:8,.0f} /s p50 {cell['p50_ms']:8.3f} ms  p99 {cell['p99_ms']:8.3f} ms"
        for name, cell in results.items()
    ]
    return "\n".join([*rates, "", *(f"{name:<12} {ratio:6.2f} ×" for name, ratio in ratios.items())])
