"""What the groups of commands share: how a group is made, the options that many have, the settings."""

import os
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from store.settings import Settings

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")]


def group(name: str, about: str) -> typer.Typer:
    """rich takes longer to load than all the rest of a help page; its tracebacks print local variables."""
    return typer.Typer(
        name=name,
        help=about,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def settings(*, for_demo: bool = False) -> "Settings":
    """The deployment, from the environment. Raises SettingsError."""
    from store.settings import Settings

    return Settings.from_environment(os.environ, for_demo=for_demo)
