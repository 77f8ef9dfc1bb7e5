"""`lifelong bench`: one command for each bench. Each imports what it needs when it runs."""

from functools import partial
from typing import Annotated, TypeAlias

import typer

from tools.options import Json, group, settings
from tools.output import USAGE, CommandFailed, say

bench = group("bench", "Measure this machine, next to what it is compared with.")

Rounds: TypeAlias = Annotated[
    int, typer.Option(min=1, max=1000, help="Rounds; the ratios are medians over them.")
]
Seconds: TypeAlias = Annotated[float, typer.Option(min=0.1, max=600, help="Length of one measurement.")]
Rate: TypeAlias = Annotated[int, typer.Option(min=1, max=10_000, help="Appends offered a second.")]


@bench.command("append")
def append(
    rounds: Rounds = 5,
    threads: Annotated[str, typer.Option(help="Numbers of threads, with commas.")] = "1,16,64,256",
    seconds: Seconds = 3.0,
    open_snapshot: Annotated[
        float,
        typer.Option(min=0, max=3600, help="Also measure with a snapshot held open for so many seconds."),
    ] = 0.0,
    json: Json = False,
) -> None:
    """Sealed appends against the library's stock recorder and against a plain INSERT."""
    counts = _threads(threads)
    from tools.bench import append, running

    say(f"rounds: {rounds}; threads: {', '.join(map(str, counts))}; {seconds:g} s each")
    measure = partial(
        append.run, rounds=rounds, threads=counts, seconds=seconds, open_snapshot_s=open_snapshot
    )
    running.run(settings(), measure, as_json=json)


@bench.command("load")
def load(rounds: Rounds = 9, json: Json = False) -> None:
    """Loading a record of 500 events against the library's repository, both decrypting."""
    from tools.bench import load, running

    say(f"rounds: {rounds}; {load.LOADS} loads of each in each")
    running.run(settings(), partial(load.run, rounds=rounds), as_json=json)


@bench.command("growth")
def growth(
    events: Annotated[
        int, typer.Option(min=100, max=1_000_000_000, help="Size of the large log.")
    ] = 1_000_000,
    rounds: Rounds = 15,
    json: Json = False,
) -> None:
    """Append rate and disk use of a log of a million events against one of ten thousand."""
    from tools.bench import growth, running

    say(f"events: {events:,}; rounds: {rounds}, {growth.APPENDS} appends to each log in each")
    running.run(settings(), partial(growth.run, events=events, rounds=rounds), as_json=json)


@bench.command("api")
def api(
    rounds: Rounds = 7,
    seconds: Seconds = 3.0,
    connections: Annotated[int, typer.Option(min=1, max=1024, help="Connections that ask at once.")] = 32,
    json: Json = False,
) -> None:
    """A follow-up over HTTP, against the same application with a log that stores nothing."""
    from tools.bench import api, running

    say(f"rounds: {rounds}; {connections} connections; {seconds:g} s each")
    measure = partial(api.run, rounds=rounds, seconds=seconds, connections=connections)
    running.run(settings(), measure, as_json=json)


@bench.command("views")
def views(rounds: Rounds = 9, json: Json = False) -> None:
    """The current record against a row of its size; a search among many residents against one among few."""
    from tools.bench import running, views

    say(f"rounds: {rounds}; {views.READS} reads of each in each")
    running.run(settings(), partial(views.run, rounds=rounds), as_json=json)


@bench.command("access")
def access(
    rounds: Rounds = 9,
    seconds: Seconds = 3.0,
    connections: Annotated[int, typer.Option(min=1, max=1024, help="Connections that read at once.")] = 32,
    json: Json = False,
) -> None:
    """Decisions against those of Cedar, recorded reads against others, long histories against short ones."""
    from tools.bench import access, running

    say(f"rounds: {rounds}; {connections} connections; {seconds:g} s each")
    measure = partial(access.run, rounds=rounds, seconds=seconds, connections=connections)
    running.run(settings(), measure, as_json=json)


@bench.command("rebuild")
def rebuild(
    rounds: Rounds = 3,
    events: Annotated[
        int, typer.Option(min=1_000, max=100_000_000, help="Size of the log that is rebuilt from.")
    ] = 100_000,
    json: Json = False,
) -> None:
    """Building a view anew, against the library's projection runner and a bare read of the events."""
    from tools.bench import rebuild, running

    say(f"rounds: {rounds}; events: {events:,}")
    running.run(settings(), partial(rebuild.run, rounds=rounds, events=events), as_json=json)


@bench.command("verify")
def verify(
    rounds: Rounds = 3,
    events: Annotated[
        int, typer.Option(min=1_000, max=100_000_000, help="Size of the log that is verified.")
    ] = 500_000,
    json: Json = False,
) -> None:
    """Re-reading a whole log, against hashing its envelopes and nothing else."""
    from tools.bench import running, verify

    say(f"rounds: {rounds}; events: {events:,}")
    running.run(settings(), partial(verify.run, rounds=rounds, events=events), as_json=json)


@bench.command("publish")
def publish(
    rate: Rate = 500,
    rounds: Rounds = 5,
    seconds: Seconds = 10.0,
    json: Json = False,
) -> None:
    """What publishing costs those who append, and how soon an event is in the public tree."""
    from tools.bench import publish, running

    say(f"rounds: {rounds}; {rate} appends a second for {seconds:g} s")
    running.run(settings(), partial(publish.run, rate=rate, rounds=rounds, seconds=seconds), as_json=json)


@bench.command("lag")
def lag(
    rate: Rate = 500,
    seconds: Seconds = 20.0,
    json: Json = False,
) -> None:
    """How far the views lag behind while appends come at a fixed rate."""
    from tools.bench import lag, running

    say(f"{rate} appends a second for {seconds:g} s")
    running.run(settings(), partial(lag.run, rate=rate, seconds=seconds), as_json=json)


def _threads(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 4096 for part in parts):
        raise CommandFailed("--threads: expected whole numbers from 1 to 4096 with commas between", USAGE)
    return [int(part) for part in parts]
