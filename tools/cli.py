"""`lifelong`: the command line. Each command imports what it needs when it runs, so that help is instant.

Exit status: 0 done, 1 the answer is no (refused, or something was found), 2 wrong usage, 3 not available.
"""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias
from uuid import UUID

import typer

from tools.audit_commands import audit
from tools.bench_commands import bench
from tools.evidence_commands import evidence
from tools.keys_commands import keys
from tools.options import Json, group, settings
from tools.output import USAGE, CommandFailed, end
from tools.projections_commands import projections
from tools.publish_commands import publish

app = group(
    "lifelong", "Residents' health records, kept for a whole life. Settings are LIFELONG_* variables."
)
importing = group("import", "Bring in records from elsewhere.")
institutions = group("institution", "Institutions of the county.")
clock = group("clock", "The clock by which events are recorded.")
for part in (importing, institutions, clock, projections, publish, audit, evidence, bench, keys):
    app.add_typer(part)

Host: TypeAlias = Annotated[str | None, typer.Option(help="Address to listen on. [default: LIFELONG_HOST]")]
Port: TypeAlias = Annotated[
    int | None, typer.Option(min=0, max=65535, help="0 takes a free one. [default: LIFELONG_PORT]")
]


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"lifelong {version('lifelong')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Show the release.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """What may stand before a command."""


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that serve.")] = 1,
    host: Host = None,
    port: Port = None,
) -> None:
    """Serve the API until Ctrl-C, on LIFELONG_DSN or the embedded server."""
    from tools import serve as command

    chosen = settings()
    command.run(chosen, host=host or chosen.host, port=chosen.port if port is None else port, workers=workers)


@app.command()
def demo(host: Host = None, port: Port = None) -> None:
    """Serve a made-up county with a token for each role, and say what to try."""
    from tools import demo as command

    chosen = settings(for_demo=True)
    command.run(chosen, host=host or chosen.host, port=chosen.port if port is None else port)


@app.command()
def verify(
    held: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Static files kept elsewhere, to compare with."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write the log's static files, for a mirror.")
    ] = None,
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Verify these static files alone, without a database.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is done here, and go on from it.")
    ] = None,
    content: Annotated[bool, typer.Option(help="Also open the content and check its commitments.")] = True,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that check.")] = 1,
    json: Json = False,
) -> None:
    """Read everything again: content, envelopes, chains, tree, checkpoints, signatures, head lists."""
    from tools import verify as command

    asked = command.Asked(held, export, resume, content, jobs)
    if files is not None:
        if asked != command.Asked():
            raise CommandFailed("--files goes with --json alone: nothing else is looked at", USAGE)
        raise typer.Exit(command.run_files(files, as_json=json))
    raise typer.Exit(command.run(settings(), asked, as_json=json))


@app.command()
def witness(
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where its keys and state lie, together.")],
    name: Annotated[str, typer.Option(help="Its name in signatures: an address without a scheme.")],
    log: Annotated[
        list[str], typer.Option(metavar="VKEY", help="A key of a log to witness; once for each key.")
    ],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8200,
) -> None:
    """Witness other people's logs: sign each checkpoint that grew from the one before, and no other."""
    from tools import witness as command

    command.run(folder=folder, name=name, logs=log, host=host, port=port)


@app.command()
def migrate(json: Json = False) -> None:
    """Bring the database up to this release."""
    from tools import migrate as command

    command.run(settings(), as_json=json)


@app.command()
def simulate(
    residents: Annotated[int, typer.Option(min=1, max=600_000, help="How many people live there.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same county.")] = 1,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="The county's today.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, max=64, help="Processes beside this one. [default: as it pays]")
    ] = None,
    digest: Annotated[bool, typer.Option(help="Also read it all back: a digest in log order.")] = False,
    json: Json = False,
) -> None:
    """Make up a county of whole lives. Running it again adds nothing; interrupted, it goes on."""
    from tools.simulate import command
    from tools.simulate.run import Simulation

    asked = Simulation(residents, seed, _day(until)) if until else Simulation(residents, seed)
    command.run(settings(), asked, workers=workers, with_digest=digest, as_json=json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandFailed("--until: expected a day such as 2026-06-30", USAGE) from None


@importing.command()
def fhir(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folder of FHIR R4 bundles.")
    ],
    institution: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Institution that keeps them. [default: one of its own]")
    ] = None,
    area: Annotated[str, typer.Option(help="Area code of 12 digits to number them in.")] = "110101199000",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Lives imported at once.")] = 4,
    json: Json = False,
) -> None:
    """Import whole lives as FHIR R4 bundles. Running it again adds nothing."""
    from tools import import_fhir as command

    status = command.run(settings(), folder, institution=institution, area=area, jobs=jobs, as_json=json)
    raise typer.Exit(status)


@institutions.command("open")
def open_bureau(
    name: Annotated[str, typer.Option(help="Name of the county bureau.")],
    code: Annotated[str, typer.Option(help="Unified social credit code, or WS 218 code.")],
    area: Annotated[str, typer.Option(help="Area code of 12 digits.")],
    administrator: Annotated[str, typer.Option(help="Name of the first administrator.")],
    issuer: Annotated[str, typer.Option(help="Issuer of the administrator's tokens.")],
    subject: Annotated[str, typer.Option(help="Subject of the administrator's tokens.")],
    kind: Annotated[str, typer.Option(help="Kind of the institution.")] = "county-bureau",
    json: Json = False,
) -> None:
    """Register the first institution and its administrator: once, in a log that holds none."""
    from domain.requests import NewInstitution
    from tools import institution as command

    bureau = NewInstitution(name, kind, code, area)
    command.run(settings(), bureau, administrator=administrator, issuer=issuer, subject=subject, as_json=json)


@clock.command()
def confirm(
    reason: Annotated[str, typer.Option(help="What was wrong and how you know that the clock is right now.")],
    json: Json = False,
) -> None:
    """Let appends go on although the log is ahead of the clock. It is recorded who said so."""
    from tools import clock as command

    command.run(settings(), reason, as_json=json)


def main() -> None:
    """Run the command line; every foreseen failure is one line and an exit status."""
    try:
        app()
    except (Exception, KeyboardInterrupt) as error:
        end(error, data=_data())


def _data() -> Path:
    """The folder of the deployment, even of one whose other settings are wrong."""
    from store.settings import DEFAULT_DATA

    return Path(os.environ.get("LIFELONG_DATA", "").strip() or DEFAULT_DATA)


if __name__ == "__main__":
    main()
