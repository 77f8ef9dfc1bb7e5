"""`lifelong verify`: everything re-read, or the static files of a mirror alone."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evidence.errors import ProofError
from evidence.static import StaticLog, check
from evidence.timestamp import certificates
from evidence.trust import parse
from store import connect
from store.database import PUBLISHER, open_database
from store.keys import open_key_store
from store.proof import fence
from store.proof.export import export
from store.proof.keys import checkpoint_verifiers
from store.proof.rows import over
from store.proof.verify.running import Task, Verified, verify
from store.proof.verify.tree import NOTHING_HELD, Held
from store.settings import Settings
from tools.output import FINDING, OK, USAGE, CommandFailed, result
from tools.runtime import settle

SHOWN = 20  # findings in words; --json has all


@dataclass(frozen=True)
class Asked:
    """held: a folder of static files that somebody else kept. export: where to write them. no content: the
    commitments are not checked, and the key store's content keys not needed."""

    held: Path | None = None
    export: Path | None = None
    resume: Path | None = None
    content: bool = True
    jobs: int = 1


def run(settings: Settings, asked: Asked, *, as_json: bool) -> int:
    """Verify the log. Exit status: 1 if anything is wrong."""
    settle()
    with open_database(settings) as database:
        dsn = database.dsn(PUBLISHER)
        with closing(open_key_store(settings.keys, begin=False)) as keys:
            verifiers = checkpoint_verifiers(settings.origin, keys)
        trust = parse(settings.witnesses.read_bytes()) if settings.witnesses else None
        task = Task(
            dsn,
            settings.log_no,
            settings.origin,
            verifiers,
            keys=settings.keys if asked.content else None,
            witnesses=[one.verifier for one in trust.witnesses.values()] if trust else (),
            place=settings.measured_by,
            held=_held(asked.held) if asked.held else NOTHING_HELD,
            jobs=asked.jobs,
            progress_file=asked.resume,
            time_roots=certificates(settings.tsa.chain.read_bytes()) if settings.tsa else None,
        )
        with closing(connect.plain(dsn)) as db:
            events = fence.head(db, settings.log_no)
            exported = export(over(db), settings.log_no, asked.export, verifiers) if asked.export else None
        with _bar(events) as bar:
            verified = verify(task, bar)
    return _tell(verified, exported, as_json=as_json)


def run_files(folder: Path, *, as_json: bool) -> int:
    """Verify static files alone. Exit status: 1 if anything is wrong."""
    log = StaticLog(folder)
    try:
        faults = list(check(log, log.verifiers()))
        newest = max(log.notes(), default=0)
    except (OSError, ProofError) as wrong:
        raise CommandFailed(f"{folder} holds no log's files: {type(wrong).__name__}", USAGE) from None
    lines = [f"wrong: {one.what} {one.tile or ''}{one.size or ''}".rstrip() for one in faults]
    words = "\n".join([*lines, f"{newest:,} events by their hashes: {_verdict(len(faults))}"])
    told = [{"what": one.what, "size": one.size, "tile": one.tile} for one in faults]
    result({"size": newest, "findings": told}, words, as_json=as_json)
    return FINDING if faults else OK


def _held(folder: Path) -> Held:
    """Raises CommandFailed for a folder that is none."""
    log = StaticLog(folder)
    try:
        checkpoints = log.checkpoints()
        return Held(checkpoints, log.leaves(max(checkpoints, default=0)))
    except (OSError, ProofError) as wrong:
        raise CommandFailed(f"{folder} holds no log's files: {type(wrong).__name__}", USAGE) from None


def _tell(verified: Verified, exported: int | None, *, as_json: bool) -> int:
    tree = verified.tree
    told = {
        "upto": verified.upto,
        "events": verified.events,
        "erased": verified.erased,
        "checkpoints": tree.checkpoints,
        "cosignatures": tree.cosignatures,
        "unknown_cosignatures": tree.unknown_cosignatures,
        "tiles": tree.tiles,
        "head_lists": tree.head_lists,
        "tokens": verified.tokens,
        "exported": exported,
        "findings": [one.told() for one in verified.findings],
    }
    result(told, _words(verified), as_json=as_json)
    return FINDING if verified.findings else OK


def _words(verified: Verified) -> str:
    tree, found = verified.tree, verified.findings
    lines = [f"wrong: {one.words}" for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN:,} more: --json tells them all")
    looked = (
        f"{verified.events:,} events ({verified.erased:,} erased), {tree.checkpoints:,} checkpoints, "
        f"{tree.cosignatures:,} cosignatures, {tree.tiles:,} tiles, {tree.head_lists:,} head lists, "
        f"{verified.tokens:,} time-stamps"
    )
    return "\n".join([*lines, f"{looked}: {_verdict(len(found))}"])


def _verdict(findings: int) -> str:
    return f"{findings:,} wrong" if findings else "nothing is wrong"


@contextmanager
def _bar(events: int) -> Iterator[Callable[[int], None]]:
    """Tells how far it is, on stderr while there is a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("verifying", total=events)
        yield lambda done: bars.advance(bar, done)
