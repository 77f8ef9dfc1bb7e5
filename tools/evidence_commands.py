"""`lifelong evidence`: packages that prove what a record holds, and receipts held against the log."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tools.options import Json, group, settings

evidence = group("evidence", "Packages that prove what a record holds; receipts held against the log.")
KEYS = "Keys of the log, one a line, as you got them by another way."


@evidence.command("export")
def export(
    record: Annotated[UUID, typer.Argument(metavar="RECORD", help="Id of the record.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The zip to write; not one that is there.")],
    first: Annotated[int | None, typer.Option(min=1, help="From this version on.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Up to this version.")] = None,
    section: Annotated[list[str] | None, typer.Option(help="Show content of these sections only.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Content from this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Content up to this day.")
    ] = None,
    withhold: Annotated[list[str] | None, typer.Option(help="Never show this part: body or who.")] = None,
    accesses: Annotated[bool, typer.Option(help="With the history of accesses.")] = True,
    json: Json = False,
) -> None:
    """Write an evidence package of a record: the operator's act, recorded with its digest.

    Without what the resident restricted and what is sensitive: those go through the API, by who may see them.
    """
    from domain.evidence_port import Selection
    from tools import evidence_export as command

    selection = Selection(
        first,
        last,
        frozenset(section or ()),
        since.date() if since else None,
        until.date() if until else None,
        frozenset(withhold or ()),
        accesses,
    )
    raise typer.Exit(command.run(settings(), record, out, selection, as_json=json))


@evidence.command("verify")
def verify(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="A zip, or its folder unpacked.")],
    keys: Annotated[Path | None, typer.Option(metavar="FILE", help=KEYS)] = None,
) -> None:
    """Check a package by verify.py in a bare interpreter: ours, not the one that lies in the package."""
    from tools import evidence_verify as command

    raise typer.Exit(command.run(package, keys))


@evidence.command("absent")
def absent(
    stream: Annotated[UUID, typer.Argument(metavar="STREAM", help="Id of a stream, such as a record.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the proof; to a new file.")] = None,
    json: Json = False,
) -> None:
    """Prove that the log has no such stream. Exit status 0: it has none; 1: it has one."""
    from tools import evidence_absent as command

    raise typer.Exit(command.run(settings(), stream, out, as_json=json))


@evidence.command("check-receipt")
def check_receipt(
    receipt: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt, or the answer it came in.")],
    api: Annotated[str | None, typer.Option(metavar="URL", help="Ask this API; else the database.")] = None,
    log: Annotated[int, typer.Option(min=1, help="Number of the log at that API.")] = 1,
    keys: Annotated[Path | None, typer.Option(metavar="FILE", help=KEYS)] = None,
    json: Json = False,
) -> None:
    """Was a receipt honoured? Exit status 0: its event is in the log; 3: not yet; 1: the log is convicted."""
    from tools import receipt_check as command

    asked = command.Asked(receipt, api, log, keys)
    raise typer.Exit(command.run(settings if api is None else None, asked, as_json=json))
