"""`lifelong demo`: the demo county, served with a token for each role, and what to try with them."""

import os
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from api import logs
from api.app import create_app
from api.demo_issuer import ISSUER, DemoIssuer
from api.service import open_service
from store.settings import Settings
from tools.county import INSTITUTIONS, PEOPLE, DemoCounty, Settled
from tools.county_lives import identity_number
from tools.opening import operator
from tools.runtime import settle, stop_in_order
from tools.serve import address, configure, listen, serve

RESIDENTS = {
    "resident": "王建国，居民：自己的档案",
    "zhou": "周晓雯，居民：建档见 README",
}
WANG = identity_number("1968-07-19", 997)
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
        settled = DemoCounty(service.records, ISSUER, operator().principal).settle()
        tokens = {subject: issuer.token(subject) for subject in (*roles(), *RESIDENTS)}
        variables = {name(subject): token for subject, token in tokens.items()}
        variables["BASE"] = base
        script = folder / "demo.sh"
        write(script, variables)
        logs.take_over()
        app = create_app(service)
        settle()
        print(welcome(base, script, variables, settled, service.records.gate.log.position()), flush=True)
        serve(configure(app), listening)


def roles() -> dict[str, str]:
    """What each login of the county is, in words."""
    return {one.subject: f"{one.name}，{INSTITUTIONS[one.works_at].name}：{one.role}" for one in PEOPLE}


def name(subject: str) -> str:
    """The shell variable that holds a login's token."""
    return subject.upper().replace("-", "_")


def write(script: Path, variables: Mapping[str, str]) -> None:
    """Shell assignments, readable by their owner only: a token is as good as a password until it expires."""
    text = "".join(f"{variable}={shlex.quote(value)}\n" for variable, value in variables.items())
    script.unlink(missing_ok=True)
    with open(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def welcome(base: str, script: Path, variables: Mapping[str, str], settled: Settled, position: int) -> str:
    """What stands on the screen: the tokens first, since they are long; what to try where the eye ends."""
    known = {**roles(), **RESIDENTS}
    tokens = [f"# {about}\n{name(subject)}={variables[name(subject)]}" for subject, about in known.items()]
    auth = '-H "Authorization: Bearer $DOCTOR" -H "Purpose-Of-Use: care"'
    asked = f'{{"kind": "identity-card", "value": "{WANG}"}}'
    return "\n".join(
        [
            "",
            *tokens,
            RULE,
            f"Lifelong demo county: {base}    API: {base}/docs    {_state(settled, position)}",
            "",
            "Try, in another terminal (the tour in README.md goes on from here):",
            f"  . {shlex.quote(str(script))}",
            f"  curl -s {base}/readyz",
            f"  curl -s {auth} -H 'Content-Type: application/json' -d '{asked}' {base}/v1/search",
            "",
            "The tokens hold for 12 hours. Ctrl-C stops everything; what was written stays.",
            RULE,
        ]
    )


def _state(settled: Settled, position: int) -> str:
    if settled.foreign:
        return "(the log holds another county; nothing was added to it)"
    return f"({position} events, {settled.added} of them new)"
