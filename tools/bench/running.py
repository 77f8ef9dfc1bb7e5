"""Runs a bench on an embedded server of its own, on the disk of the data folder, and tells the figures."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias, cast

from store.database import Database, embedded_database
from store.migrate import migrate
from store.postgres import EmbeddedServer
from store.settings import Settings
from tools.output import result

Measured: TypeAlias = Mapping[str, object]  # bench, machine, results, ratios


def run(settings: Settings, measure: Callable[[Database, Path], Measured], *, as_json: bool) -> None:
    """Measure in an empty, migrated database and a folder beside it; all of it is removed at the end."""
    folder = settings.data / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with EmbeddedServer(folder, binaries=settings.pg_bin) as server:
            database = embedded_database(server)
            migrate(database.admin, login=True)
            measured = measure(database, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result(measured, _table(measured), as_json=as_json)


def _table(measured: Measured) -> str:
    ratios = cast("Mapping[str, float]", measured["ratios"])
    results = cast("Mapping[str, Mapping[str, float]]", measured["results"])
    figures = [
        f"{name:<16} " + "  ".join(f"{value:,.10g} {_unit(of)}" for of, value in cell.items())
        for name, cell in results.items()
    ]
    return "\n".join([*figures, "", *(f"{name:<16} {ratio:6.2f} ×" for name, ratio in ratios.items())])


def _unit(of: str) -> str:
    """rate_per_s: /s; p50_ms: ms p50; anything else in its own words."""
    if of == "rate_per_s":
        return "/s"
    return f"ms {of.removesuffix('_ms')}" if of.endswith("_ms") else of.replace("_", " ")
