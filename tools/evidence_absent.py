"""`lifelong evidence absent`: that a log has no such stream, shown by the newest head list that it tells."""

import os
from contextlib import closing
from pathlib import Path
from uuid import UUID

from evidence import canonical
from evidence.package.completeness import absence
from store.connect import Reads
from store.database import APPENDER, READER, open_database
from store.keys import open_key_store
from store.proof import checkpoints
from store.proof.gathering import Gathering
from store.proof.serving import PublishedLog
from store.settings import Settings
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result
from tools.publishing import Publishing
from tools.ready import make_ready


def run(settings: Settings, stream: UUID, out: Path | None, *, as_json: bool) -> int:
    """Exit status: 0 there is none, 1 there is one. Raises CommandFailed where no list is told yet."""
    if out is not None and out.exists():
        raise CommandFailed(f"{out}: there is such a file already", USAGE)
    with open_database(settings) as database:
        make_ready(Publishing.of(settings, database))
        with (
            closing(Reads(database.dsn(READER), 1)) as public,
            closing(Reads(database.dsn(APPENDER), 1)) as contents,
            closing(open_key_store(settings.keys, begin=False)) as keys,
        ):
            log_no, origin = settings.log_no, settings.origin
            row = checkpoints.published(public.rows, log_no)
            read = Gathering(public.rows, contents.rows, log_no, origin, keys, row) if row else None
            listed = read.listed([stream]) if read else None
            if row is None or listed is None:
                raise CommandFailed("the log has told no head list yet", UNAVAILABLE)
            note = PublishedLog(public.rows, log_no).cosigned(row)
    head = listed.proofs[str(stream)].verify(stream, listed.root)
    if head is not None:
        told = {"stream": str(stream), "events": head.events, "listed_size": listed.size}
        result(told, f"there is such a stream: {head.events} events up to {listed.size}", as_json=as_json)
        return FINDING
    proved = absence(origin, stream, listed, note)
    if out is not None:
        _write(out, canonical.encode(proved))
    text = f"no such stream up to event {listed.size} of {origin}, as event {listed.event.index + 1} tells"
    result(proved, text, as_json=as_json)
    return OK


def _write(out: Path, data: bytes) -> None:
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
