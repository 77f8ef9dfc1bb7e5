"""`lifelong bench access`: what deciding and recording cost, and how a long history of accesses reads.

`cedar`, `cedar_batch`, `cedar_text`: decisions per second of our policy to those of Cedar under the same
rules (`tools.bench.access_decisions`).
`unrecorded`: a record read over HTTP as ever, to the same read by the same process without recording it.
`history_20000`, `institution_20000`: the first page of a long history of accesses, to that of a short one
(`tools.bench.access_history`).
"""

import random
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from api.demo_issuer import DemoIssuer
from store.database import Database
from tools.bench import access_decisions, access_history, api, county
from tools.bench.api_load import Readings
from tools.bench.measure import Cell, machine, ratio
from tools.output import say

WAYS = ("recorded", "unrecorded")


def run(database: Database, folder: Path, rounds: int, seconds: float, connections: int) -> dict[str, object]:
    """Measure in interleaved rounds; a ratio is a median of same-round ratios, higher is better."""
    decided = access_decisions.measure(rounds)
    say("reading over HTTP")
    read = _reads(database, folder, rounds, seconds, connections)
    pages, histories = access_history.measure(database, folder, rounds)
    ours = decided["decide"].rates
    return {
        "bench": "access",
        "machine": machine(),
        "results": {name: cell.summary() for name, cell in {**decided, **read, **pages}.items()},
        "ratios": {
            **{name: ratio(ours, cell.rates) for name, cell in decided.items() if name != "decide"},
            "unrecorded": ratio(read["recorded"].rates, read["unrecorded"].rates),
            **histories,
        },
    }


def _reads(
    database: Database, folder: Path, rounds: int, seconds: float, connections: int
) -> dict[str, Cell]:
    """The same reads of the same process, with and without a record of them, in turn."""
    issuer = DemoIssuer(folder / "issuer")
    records = api.make_county(database, folder)
    headers = {"Authorization": f"Bearer {issuer.token(county.DOCTOR)}", "Purpose-Of-Use": "care"}
    with ExitStack() as stack:
        sender = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        server = api.server(("tools.bench.access_server",), database, folder, issuer)
        base = stack.enter_context(server)
        loads = {way: Readings(f"{base}/{way}", records, headers) for way in WAYS}
        cells = {way: Cell() for way in WAYS}
        for load in loads.values():  # every connection opened, every record rendered once
            sender.submit(load.run, connections, 2.0).result()
        for _ in range(rounds):
            for way in random.sample(WAYS, k=len(WAYS)):
                rate, took = sender.submit(loads[way].run, connections, seconds).result()
                cells[way].rates.append(rate)
                cells[way].latencies_s.extend(took)
        return cells
