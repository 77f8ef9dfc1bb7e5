"""`lifelong demo`: the demo county, served with a token for each role, and what to try with them."""

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from api import logs
from api.app import create_app
from api.demo_issuer import HOURS, ISSUER, DemoIssuer
from api.service import open_service
from store.embedded.file_lock import FileLock
from store.proof.timestamping import Authority
from store.settings import Settings
from store.settling import settle
from tools import authority
from tools.beside import views
from tools.county import DemoCounty, Settled, people
from tools.county_lives import WANG_NUMBER
from tools.listening import address, configure, listen, serve
from tools.opening import operator
from tools.runtime import stop_in_order

RESIDENTS = {
    "resident": "王建国，居民：自己的档案",
    "zhou": "周晓雯，居民：建档见 README",
}
RULE = "─" * 72


def run(settings: Settings, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM. Everything stays in the data folder for the next time."""
    stop_in_order()
    with ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        base = address(host, listening)
        folder = settings.data / "demo"
        issuer = DemoIssuer(folder)
        service = stack.enter_context(open_service(issuer.settings(settings)))
        county = DemoCounty(service.records, ISSUER, operator().principal)
        with settling(folder):
            settled = county.settle()
        variables = {name(subject): issuer.token(subject) for subject in known()}
        held = {name(one): str(institution) for one, institution in county.institutions().items()}
        script = stack.enter_context(script_of(folder, listening.getsockname()[1]))
        write(script, {"BASE": base, **held, **variables})
        logs.take_over()
        stack.enter_context(views(_time_stamped(settings, folder), service.database))
        app = create_app(service)
        settle()
        position = service.records.gate.log.position()
        print(welcome(base, script, variables, settled, position), flush=True)
        serve(configure(app), listening)


def _time_stamped(settings: Settings, folder: Path) -> Settings:
    """With an authority of the demo's own, if openssl is there and nobody named another."""
    if settings.tsa is not None or shutil.which("openssl") is None:
        return settings
    made = authority.begin(folder / "time-stamps")
    return replace(settings, tsa=Authority(None, made.command, made.chain, made.revocation))


@contextmanager
def script_of(folder: Path, port: int) -> Iterator[Path]:
    """The script for this demo's tokens, gone at its end: demo.sh, or while another demo has that one
    (on the same data, at another port), one that is named by the port."""
    lock = FileLock(folder / "demo.lock")
    script = folder / ("demo.sh" if lock.take() else f"demo-{port}.sh")
    try:
        yield script
    finally:
        script.unlink(missing_ok=True)
        lock.release()


@contextmanager
def settling(folder: Path) -> Iterator[None]:
    """Of two demos that start at once, one settles the county and the other finds it there."""
    lock = FileLock(folder / "settling.lock")
    while not lock.take():
        time.sleep(0.1)
    try:
        yield
    finally:
        lock.release()


def known() -> dict[str, str]:
    """Who has a token, in words."""
    return {**roles(), **RESIDENTS}


def roles() -> dict[str, str]:
    """What each login of the county is, in words."""
    return {
        staff.login: f"{staff.name}，{post.institution.name}：{'、'.join(staff.roles)}"
        for post, staff in people()
    }


def name(subject: str) -> str:
    """The shell variable that holds a login's token, or an institution's id."""
    return subject.upper().replace("-", "_")


def write(script: Path, variables: Mapping[str, str]) -> None:
    """Shell assignments, readable by their owner only: a token is as good as a password until it expires."""
    text = "".join(f"{variable}={shlex.quote(value)}\n" for variable, value in variables.items())
    script.unlink(missing_ok=True)
    with open(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def welcome(base: str, script: Path, variables: Mapping[str, str], settled: Settled, position: int) -> str:
    """What stands on the screen: what to try and for whom there is a token; the long tokens below that."""
    first = [
        RULE,
        f"Lifelong demo county: {base}    API: {base}/docs",
        _state(settled, position),
        "",
        "Try, in another terminal (the tour in README.md goes on from here):",
        f"  . {shlex.quote(str(script))}",
        *_questions(base, settled),
        "",
        f"That file holds a token for each role; they hold for {HOURS} hours:",
        *(f"  {'$' + name(subject):<16} {about}" for subject, about in known().items()),
        RULE,
    ]
    tokens = [f"{variable}={token}" for variable, token in variables.items()]
    last = f"Serving {base}: see above the tokens. Ctrl-C stops everything; what was written stays."
    return "\n".join(["", *first, *tokens, RULE, last])


def _questions(base: str, settled: Settled) -> list[str]:
    """Requests that can be pasted, as far as the log has answers to them."""
    auth = '-H "Authorization: Bearer $DOCTOR" -H "Purpose-Of-Use: care"'
    asked = f'{{"kind": "identity-card", "value": "{WANG_NUMBER}"}}'
    search = f"  curl -s {auth} -H 'Content-Type: application/json' -d '{asked}' {base}/v1/search"
    return [f"  curl -s {base}/readyz", *([] if settled.foreign else [search])]


def _state(settled: Settled, position: int) -> str:
    if settled.foreign:
        return (
            "The log holds another county: nothing was added, and the demo's tokens open nothing in it.\n"
            "For the demo county, start with a data folder of its own: LIFELONG_DATA=demo-data make run\n"
            "(with LIFELONG_DSN: and a database of its own)."
        )
    return f"({position} events, {settled.added} of them new)"
