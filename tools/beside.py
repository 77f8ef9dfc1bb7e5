"""The process that keeps the views and publishes: beside the one that serves, which never waits for it."""

import multiprocessing
import os
import threading
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from multiprocessing.process import BaseProcess

import psycopg

from api import logs
from projections.service import Service
from projections.source import Place, refuse_unknown_topics
from store.database import Database, open_database
from store.ending import end_with_parent
from store.keys import KeyMissing
from store.settings import Settings
from store.settling import settle
from tools.heads import HeadsThread
from tools.output import say
from tools.publishing import Publishing, publisher
from tools.runtime import stop_in_order

NICE = 5
AGAIN_S = 1.0
STOP_S = 20.0


def run(settings: Settings) -> None:
    """Keep the views in this process until SIGINT or SIGTERM."""
    stop_in_order()
    with open_database(settings) as database:
        refuse_unknown_topics(database, settings.log_no)
        say("keeping the views; Ctrl-C stops")
        with suppress(KeyboardInterrupt):
            keep(Place.of(settings, database), None)


def keep(place: Place | None, publishing: Publishing | None) -> None:
    """Keep the views, publish, or both, until interrupted. Waits for a log that nobody has begun yet."""
    while True:
        try:
            with ExitStack() as stack:
                if place is not None:
                    stack.enter_context(Service(place))
                if publishing is not None:
                    stack.enter_context(publisher(publishing))
                    stack.enter_context(HeadsThread(publishing))
                threading.Event().wait()
        except (KeyMissing, psycopg.OperationalError):
            time.sleep(AGAIN_S)


def views(settings: Settings, database: Database) -> AbstractContextManager[object]:
    """What keeps the views and publishes while a deployment serves, unless both are switched off.

    Raises UnknownTopics in any case: this release would serve a log that it cannot read.
    """
    refuse_unknown_topics(database, settings.log_no)
    place = Place.of(settings, database) if settings.projections else None
    publishing = Publishing.of(settings, database) if settings.publish else None
    return BesideProcess(place, publishing) if place or publishing else nullcontext()


class BesideProcess:
    """Runs inside `with`; started again when it ends by itself, ended with us however we end."""

    def __init__(self, place: Place | None, publishing: Publishing | None = None) -> None:
        self._told = (place, publishing)
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="beside keeper", daemon=True)

    def __enter__(self) -> "BesideProcess":
        self._keeper.start()
        return self

    def __exit__(self, *told: object) -> None:
        self._stopping.set()
        self._keeper.join(2 * STOP_S)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = multiprocessing.get_context("spawn").Process(target=_main, args=self._told)
            process.start()
            while process.is_alive() and not self._stopping.wait(0.2):
                pass
            _end(process)
            self._stopping.wait(AGAIN_S)


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(STOP_S)
    if process.is_alive():
        process.kill()  # whatever it was writing is a transaction: nothing of it is left
        process.join()


def _main(place: Place | None, publishing: Publishing | None) -> None:
    stop_in_order()
    end_with_parent()
    os.nice(NICE)
    logs.take_over()
    settle()
    with suppress(KeyboardInterrupt):
        keep(place, publishing)
