"""`lifelong audit`: who looked at what, and whether it is what they were shown."""

from typing import Annotated
from uuid import UUID

import typer

from tools.options import Json, group, settings
from tools.output import USAGE, CommandFailed

audit = group("audit", "Who looked at what, and whether it is what they were shown.")


@audit.command("replay")
def replay(
    record: Annotated[UUID | None, typer.Argument(metavar="[RECORD]", help="Id of the record.")] = None,
    practitioner: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Instead: whatever this person looked at.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many accesses, newest first.")] = 100,
    content: Annotated[bool, typer.Option("--content", help="Print what was shown, too.")] = False,
    json: Json = False,
) -> None:
    """Step through a history of accesses: each is made again, compared, decided again, and that is recorded.

    On a terminal the Enter key goes on to the next, q ends. Exit status 1 if one differs.
    """
    if (record is None) == (practitioner is None):
        raise CommandFailed("name a record, or a person by --practitioner", USAGE)
    from tools import audit_replay as command

    asked = command.Asked(record, practitioner, most, content=content)
    raise typer.Exit(command.run(settings(), asked, as_json=json))


@audit.command("unusual")
def unusual(
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    json: Json = False,
) -> None:
    """Look for unusual accesses; what is found waits for an auditor's review. Again, it adds what is new.

    Exit status 1 if something new was found.
    """
    from tools import audit_unusual as command

    raise typer.Exit(command.run(settings(), first, last, as_json=json))
