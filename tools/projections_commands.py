"""`lifelong projections`: a command for each thing done to views. Each imports what it needs when it runs."""

from typing import Annotated, TypeAlias

import typer

from tools.options import Json, group, settings

projections = group("projections", "The views folded from the log: how far they are, and building them anew.")

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="Name of the projection.")]
Names: TypeAlias = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names; or --all.")]
All: TypeAlias = Annotated[bool, typer.Option("--all", help="All of them.")]


@projections.command("list")
def list_(json: Json = False) -> None:
    """The projections of this release, with their versions and tables."""
    from tools import projections_status as command

    command.show_list(as_json=json)


@projections.command("status")
def status(names: Names = None, json: Json = False) -> None:
    """How far each is behind the log. Exit status 1 if one has stopped or nobody runs it."""
    from tools import projections_status as command

    raise typer.Exit(command.show_status(settings(), names or [], as_json=json))


@projections.command("rebuild")
def rebuild(
    names: Names = None,
    every: All = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that fold.")] = 1,
    share: Annotated[
        int, typer.Option(min=5, max=100, help="Percent of the time they work; less spares the clinics.")
    ] = 70,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with what is live, and switch nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Fold anew beside what is live, compare, switch. Interrupted or killed, it goes on when run again.

    Exit status 1 if the same version came to other rows or could not be compared, or an event could not be
    folded; of a check, for whatever is not equal to what is live.
    """
    from projections.rebuild import Options
    from tools import projections_rebuild as command

    options = Options(jobs=jobs, share=share / 100, switch=not check)
    chosen = command.chosen(names or [], every=every)
    if dry_run:
        command.plan(settings(), chosen, options, as_json=json)
    else:
        raise typer.Exit(command.run(settings(), chosen, options, as_json=json))


@projections.command("retry")
def retry(name: Name, json: Json = False) -> None:
    """Let a projection that stopped at an event try it again."""
    from tools import projections_change as command

    command.retry(settings(), name, as_json=json)


@projections.command("skip")
def skip(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why the view may do without the event it stopped at.")],
    json: Json = False,
) -> None:
    """Let a projection go on without the event it stopped at. It is recorded who said so."""
    from tools import projections_change as command

    command.skip(settings(), name, reason, as_json=json)


@projections.command("drop")
def drop(
    name: Name,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Also the generation that is being built.")
    ] = False,
    json: Json = False,
) -> None:
    """Remove the generations that are not live any more."""
    from tools import projections_change as command

    command.drop(settings(), name, unfinished=unfinished, as_json=json)


@projections.command("run")
def run() -> None:
    """Keep the views until Ctrl-C, in this process; `serve` does so by itself unless told otherwise."""
    from tools import beside as command

    command.run(settings())
