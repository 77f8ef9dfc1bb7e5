"""`lifelong bench views`: what it costs to read the current record, and to find people by part of a name.

`current_record`: the whole body of a life of 500 events, taken from where rendered records are kept, its
version compared with the record's newest and the body decrypted, against one read by primary key of a row of
the same size in the same server. `read` in the results is the same through the gate, the access recorded
and flushed to disk, which no ratio is made of.

`search_2000`: by the beginning of a common name in one clinic of 2,000 residents and in one of 200,000, each
in a log of its own; a page of 20 from the view, which holds tokens only.
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid4

from domain.application import Records
from domain.record import Record
from domain.view_scope import Scope
from domain.views import ListAsked
from projections import generations
from projections.projection import Row
from projections.reading import ViewReader
from projections.record_view import EDITION, RecordRender
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from projections.views import search
from store import connect
from store.bodies import KeptBodies
from store.database import APPENDER, PROJECTOR, READER, Database
from store.event_log import StoredLog
from store.settling import settle
from store.wiring import OpenLog, open_log
from tools.bench import county
from tools.bench.measure import Cell, machine, ratio
from tools.output import say

EVENTS = 500
RECORDS = 10
READS = 100  # of each contestant in each round
FEW, MANY = 2_000, 200_000
LOG_NO = 9010
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
PREFIX = "王"
PAGE = ListAsked(limit=20)

_PLAIN = "SELECT body FROM bench_row WHERE record_id = %s"


def run(database: Database, folder: Path, rounds: int) -> dict[str, object]:
    """Measure in interleaved rounds; a ratio is the rate of what is asked for to that of its comparison."""
    with ExitStack() as stack:
        opened = stack.enter_context(closing(_open(database, folder / "keys", LOG_NO)))
        cells = _current(database, opened, stack, rounds)
        cells |= _searches(database, opened, stack, rounds)
    return {
        "bench": "views",
        "machine": machine(),
        "results": {name: cell.summary() for name, cell in cells.items()},
        "ratios": {
            "current_record": ratio(cells["body"].rates, cells["row"].rates),
            "search_2000": ratio(cells[f"search_{MANY}"].rates, cells[f"search_{FEW}"].rates),
        },
    }


def _open(database: Database, keys: Path, log_no: int) -> OpenLog:
    return open_log(
        dsn=database.dsn(APPENDER), keys=keys, origin=f"lifelong.example/bench/{log_no}", log_no=log_no
    )


def _current(database: Database, opened: OpenLog, stack: ExitStack, rounds: int) -> dict[str, Cell]:
    """The body that is kept, a row of its size, and the read through the gate."""
    bodies = stack.enter_context(closing(KeptBodies(opened.snapshots, EDITION)))
    log = StoredLog(opened)
    records = Records(log, RecordRender(), bodies=bodies)
    county.found(records)
    lives = [county.open_record(records) for _ in range(RECORDS)]
    for life in lives:
        county.fill(records, life, EVENTS)
        records.read_record(county.request(), life)
        bodies.settle()
    reads = stack.enter_context(closing(connect.Reads(_rows(database, bodies, lives), 2)))
    turn = cycle(lives)
    contestants = {
        "body": lambda: _body(log, bodies, next(turn)),
        "row": lambda: reads.row(_PLAIN, [next(turn)]),
        "read": lambda: records.read_record(county.request(), next(turn)),
    }
    settle()
    cells = {name: Cell() for name in contestants}
    for _ in range(rounds):
        for name in random.sample(list(contestants), k=len(contestants)):
            cells[name].run(contestants[name], READS)
    return cells


def _body(log: StoredLog, bodies: KeptBodies, record: UUID) -> bytes:
    """The record's newest version, and its body."""
    newest = log.load(Record, record)
    found = bodies.get(record, newest.version) if newest else None
    if found is None:
        raise AssertionError("a record that was read is kept")
    return found[1].body


def _rows(database: Database, bodies: KeptBodies, lives: list[UUID]) -> str:
    """A table with a row of each record's size, kept as the bodies are; the DSN to read it by."""
    with connect.plain(database.admin) as db:
        db.execute("CREATE TABLE bench_row (record_id uuid PRIMARY KEY, body bytea NOT NULL)")
        db.execute("ALTER TABLE bench_row ALTER COLUMN body SET STORAGE EXTERNAL")
        for life in lives:
            found = bodies.get(life, EVENTS)
            size = len(found[1].body) if found else 0
            db.execute("INSERT INTO bench_row VALUES (%s, %b)", [life, os.urandom(size)])
    return database.admin


def _searches(database: Database, opened: OpenLog, stack: ExitStack, rounds: int) -> dict[str, Cell]:
    """A page of the same search among few residents and among many."""
    clinic, tokens = uuid4(), KeyedTokens(opened.keys)
    contestants = {}
    for number, residents in enumerate((FEW, MANY), LOG_NO + 1):
        say(f"making the tokens of {residents:,} residents")
        _fill(database, number, residents, clinic, tokens)
        reader = stack.enter_context(closing(ViewReader(database.dsn(READER), number)))
        views = LogViews(reader, number, tokens)
        contestants[f"search_{residents}"] = partial(
            views.find, search.NAME_PREFIX, PREFIX, clinic, PAGE, Scope(clinic)
        )
    if any(len(find().rows) != PAGE.limit for find in contestants.values()):
        raise AssertionError("both find a whole page")
    settle()
    cells = {name: Cell() for name in contestants}
    for _ in range(rounds):
        for name in random.sample(list(contestants), k=len(contestants)):
            cells[name].run(contestants[name], READS)
    return cells


def _fill(database: Database, log_no: int, residents: int, clinic: UUID, tokens: KeyedTokens) -> None:
    """A live generation of the search with that many residents, all at one clinic."""
    projection = search.PROJECTION
    with connect.plain(database.dsn(PROJECTOR)) as db:
        asked = generations.ask(db, projection, log_no)
        building = generations.prepare(db, projection, asked, 0, 1)
        with db.transaction():
            generations.load(db, building, search.SEARCH, _tokens(residents, clinic, tokens))
        generations.index(db, projection, building)
        generations.switch(db, building, "first", lambda position: None)


def _tokens(residents: int, clinic: UUID, tokens: KeyedTokens) -> Iterator[Row]:
    draw = random.Random(residents)  # noqa: S311  # a workload, not a secret
    known: dict[tuple[str, str], bytes] = {}
    for _ in range(residents):
        name = draw.choice(FAMILY) + "".join(draw.choices(GIVEN, k=2))
        record, born = uuid4(), f"{draw.randrange(1940, 2020)}-{draw.randrange(1, 13):02d}-01"
        said = {*search.searched(search.NAME, name), *search.searched(search.BIRTH_DATE, born)}
        for kind, text in {*said, (search.VILLAGE, f"110101001{draw.randrange(1, 30):03d}")}:
            if (kind, text) not in known:
                known[kind, text] = search.token(tokens, kind, text)
            yield (record, clinic, known[kind, text], False)
