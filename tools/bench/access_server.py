"""A server for `lifelong bench access`, in a process of its own: `python -m tools.bench.access_server`.

It serves the application twice in one process: under /recorded as it is, and under /unrecorded with a log
that stores nothing of what is read. Both read the same records from the same database, through the same gate.
"""

import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from eventsourcing.domain import DomainEvent
from fastapi import FastAPI

from api import logs
from api.app import create_app
from api.service import Service, open_service
from domain.application import Records
from domain.ports import NO_CONDITIONS, Answer, Claim, RequestKey
from projections.record_view import RecordRender
from store.event_log import StoredLog
from store.settings import Settings
from store.settling import settle
from tools.bench.api_server import HOST
from tools.listening import address, configure, listen, serve
from tools.runtime import stop_in_order


class Unrecorded(StoredLog):
    """Reads as ever, and takes whatever is to be recorded without storing it."""

    def append(
        self,
        events: Sequence[DomainEvent],
        *,
        at_end: Collection[UUID] = (),
        conditions: Mapping[UUID, int] = NO_CONDITIONS,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        key: RequestKey | None = None,
        confirms_clock: bool = False,
    ) -> Answer:
        return Answer((), repeated=False)


def twice(service: Service) -> FastAPI:
    """The application as it is, and beside it the one that records nothing."""
    bodies = service.records.bodies
    silent = replace(service, records=Records(Unrecorded(service.opened), RecordRender(), bodies=bodies))
    apps = {"/recorded": create_app(service), "/unrecorded": create_app(silent)}

    @asynccontextmanager
    async def lifespan(outer: FastAPI) -> AsyncIterator[None]:
        recorded = apps["/recorded"]
        async with recorded.router.lifespan_context(recorded):
            yield

    both = FastAPI(lifespan=lifespan)
    for path, app in apps.items():
        both.mount(path, app)
    return both


def main() -> None:
    """Serve until SIGTERM; the address is the first line."""
    stop_in_order()
    with listen(HOST, 0) as listening, open_service(Settings.from_environment(os.environ)) as service:
        logs.take_over()
        app = twice(service)
        settle()
        print(address(HOST, listening), flush=True)
        serve(configure(app), listening)


if __name__ == "__main__":
    main()
