"""`lifelong keys …`: the commands, and nothing of what they do."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tools.options import Json, group, settings
from tools.output import USAGE, CommandFailed

keys = group("keys", "The keys that sign, encrypt and wrap: replaced without losing what they did.")


@keys.command()
def rotate(
    purpose: Annotated[str, typer.Argument(metavar="checkpoint|receipt", help="What the keys sign.")],
    json: Json = False,
) -> None:
    """Let new keys sign: told in the log, by old and new. What the old ones signed stays good."""
    from store.proof.rotation import PURPOSES
    from tools import keys as command

    chosen = next((one for one in PURPOSES if one == purpose), None)
    if chosen is None:
        raise CommandFailed("expected checkpoint or receipt", USAGE)
    command.rotate(settings(), chosen, as_json=json)


@keys.command()
def rewrap(
    new_kek: Annotated[
        Path,
        typer.Option(metavar="FILE", help="32 random bytes; made if it is not there. Keep it elsewhere."),
    ],
    json: Json = False,
) -> None:
    """Wrap every key with another key-encryption key: copies under the old one open to nobody without it."""
    from tools import keys as command

    command.rewrap(settings(), new_kek, as_json=json)


@keys.command()
def reencrypt(
    record: Annotated[UUID | None, typer.Argument(metavar="RECORD", help="Whose content; or --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Of every stream of the log.")] = False,
    wait: Annotated[
        int, typer.Option(min=0, help="Seconds before the old keys go; less only where nothing else runs.")
    ] = 150,
    json: Json = False,
) -> None:
    """Seal content again under new keys, in place. Proofs stay as they are, and readers go on."""
    from tools import keys as command

    if (record is None) is not everything:
        raise CommandFailed("expected a record, or --all", USAGE)
    command.reencrypt(settings(), record, wait_s=wait, as_json=json)


@keys.command("erase-again")
def erase_again(json: Json = False) -> None:
    """After the key store was restored from a copy: destroy what the log says was erased."""
    from tools import keys as command

    command.erase_again(settings(), as_json=json)
