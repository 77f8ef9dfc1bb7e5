"""`lifelong verify`: everything re-read, or the static files of a mirror alone."""

import json
from collections.abc import Callable, Iterator, Sequence
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
from store.proof.verify.findings import MOST
from store.proof.verify.running import Task, Verified, verify
from store.proof.verify.tree import NOTHING_HELD, Held
from store.settings import Settings
from store.settling import settle
from tools.output import FINDING, OK, USAGE, CommandFailed, result

SHOWN = 20  # findings in words; --json has more


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
    if asked.resume is not None:
        _refuse_what_others_keep(asked.resume)
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
    passed_over = list(_passed_over(verified, has_content=asked.content, has_roots=settings.tsa is not None))
    return _tell(verified, exported, passed_over, as_json=as_json)


def _refuse_what_others_keep(path: Path) -> None:
    """What is resumed is replaced on the way and removed at the end. Raises CommandFailed, OSError."""
    try:
        told = _first_line(path) if path.exists() else {"log": None, "reached": 0}
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"log", "reached"} <= told.keys():
        raise CommandFailed(f"--resume {path}: not of a verification; it was left as it is", USAGE)


def _first_line(path: Path) -> object:
    """Raises ValueError for one that is no JSON."""
    with path.open("rb") as file:
        told: object = json.loads(file.readline())
    return told


def _passed_over(verified: Verified, *, has_content: bool, has_roots: bool) -> Iterator[str]:
    """What "nothing is wrong" does not say, so that nobody reads it into it."""
    if not has_content:
        yield "the content, which was not opened"
    if unknown := verified.tree.unknown_cosignatures:
        yield f"{unknown:,} cosignatures of witnesses that LIFELONG_WITNESSES does not name"
    if verified.tokens and not has_roots:
        yield "who stands behind the time-stamps: LIFELONG_TSA and LIFELONG_TSA_CHAIN say whom you trust"


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


def _tell(verified: Verified, exported: int | None, passed_over: Sequence[str], *, as_json: bool) -> int:
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
        "not_checked": passed_over,
        "findings": [one.told() for one in verified.findings],
        "more": verified.more,
    }
    result(told, _words(verified, passed_over), as_json=as_json)
    return FINDING if verified.findings else OK


def _words(verified: Verified, passed_over: Sequence[str]) -> str:
    tree, shown = verified.tree, verified.findings[:SHOWN]
    wrong = len(verified.findings) + sum(verified.more.values())
    lines = [f"wrong: {one.words}" for one in shown]
    if wrong > len(shown):
        all_told = f"the first {MOST:,} of each kind" if verified.more else "them all"
        lines.append(f"and {wrong - len(shown):,} more: --json tells {all_told}")
    lines += [f"not checked: {one}" for one in passed_over]
    looked = (
        f"{verified.events:,} events ({verified.erased:,} erased), {tree.checkpoints:,} checkpoints, "
        f"{tree.cosignatures:,} cosignatures, {tree.tiles:,} tiles, {tree.head_lists:,} head lists, "
        f"{verified.tokens:,} time-stamps"
    )
    return "\n".join([*lines, f"{looked}: {_verdict(wrong)}"])


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
