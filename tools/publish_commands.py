"""`lifelong publish`: the log's publication, and what an operator decides when it has stopped."""

from pathlib import Path
from typing import Annotated

import typer

from tools.options import Json, group, settings

publish = group("publish", "The log's publication, and what to do when it has stopped.")


@publish.command()
def status(json: Json = False) -> None:
    """How far the log is published, witnessed and time-stamped. Exit status 1 if that has stopped."""
    from tools import publish as command

    raise typer.Exit(command.status(settings(), as_json=json))


@publish.command()
def once(json: Json = False) -> None:
    """Publish what is new, ask the witnesses and the time-stamping authority, and end."""
    from tools import publish as command

    command.once(settings(), as_json=json)


@publish.command()
def run() -> None:
    """Publish in this process until Ctrl-C, for deployments that serve elsewhere."""
    from tools import publish as command

    command.run(settings())


@publish.command()
def refill(
    source: Annotated[
        str, typer.Option("--from", metavar="DSN", help="Connection string of a copy that is not behind.")
    ],
    json: Json = False,
) -> None:
    """Bring over what this database lost, if it leads to the tree that was published, and lift the fence."""
    from tools import publish as command

    command.refill(settings(), source, as_json=json)


@publish.command()
def begin_place(json: Json = False) -> None:
    """Begin the second place anew with what this database published last: only where the old one is lost."""
    from tools import publish as command

    command.begin_place(settings(), as_json=json)


@publish.command()
def close(
    next_origin: Annotated[str, typer.Option("--next", metavar="ORIGIN", help="Of the log that goes on.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the record in many years.")],
    json: Json = False,
) -> None:
    """Close the log for ever: nothing is appended any more. Stop serving first."""
    from tools import publish as command

    command.close(settings(), next_origin, reason, as_json=json)


@publish.command()
def adopt(
    checkpoint: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Last one of the closed log.")
    ],
    reason: Annotated[str, typer.Option(help="Why the other log was closed.")],
    json: Json = False,
) -> None:
    """Begin the next log with the last checkpoint of the closed one, as its first event."""
    from tools import publish as command

    command.adopt(settings(), checkpoint, reason, as_json=json)
