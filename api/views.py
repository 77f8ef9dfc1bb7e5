"""How far the views are, for routes and metrics: asked of the database on a connection of its own."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock

import psycopg
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.service import Service
from projections import generations, status
from projections.catalogue import PROJECTIONS
from projections.generations import Db
from projections.projection import Projection
from projections.status import Building, Status
from store import connect
from store.database import PROJECTOR, READER

KEPT_S = 1.0  # metrics are open to everybody: the database is asked once for all of them

GAUGES = {
    "position": "Position of the log up to which the view is folded",
    "lag_events": "Positions of the log that are not folded yet",
    "lag_seconds": "Seconds since the first event that is not folded yet was recorded",
    "events_per_second": "Events folded a second, lately",
    "running": "Whether a process keeps the view at this moment",
    "stopped": "Whether it stopped at an event that cannot be folded",
    "standing_by": "Processes that would take over",
    "rebuild_ratio": "Share of its buckets that a rebuild has loaded; 1 while there is none",
}


class Views:
    """The views of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.log_no = service.settings.log_no

    def all(self) -> list[Status]:
        """Every view. Raises psycopg.OperationalError."""
        with self._reading() as db:
            return status.statuses(db, PROJECTIONS.values(), self.log_no)

    def one(self, projection: Projection) -> Status:
        """One view."""
        with self._reading() as db:
            return status.status(db, projection, self.log_no)

    def building(self, projection: Projection, generation: int) -> Building | None:
        """How far a generation is, or was."""
        with self._reading() as db:
            return status.building(db, projection, self.log_no, generation)

    def rebuild(self, projection: Projection, jobs: int) -> int:
        """Ask for a new generation; its number. Asked again, it is the one that is being built."""
        dsn = self._service.database.dsn(PROJECTOR)
        with closing(connect.plain(dsn)) as db:
            return generations.ask(db, projection, self.log_no, jobs).generation

    @contextmanager
    def _reading(self) -> Iterator[Db]:
        with closing(connect.plain(self._service.database.dsn(READER))) as db:
            yield db


class ViewMetrics(Collector):
    """The views as gauges; none of them while the database does not answer."""

    def __init__(self, service: Service) -> None:
        self._views = Views(service)
        self._lock = Lock()
        self._found: tuple[float, list[Status]] = (float("-inf"), [])  # guarded by _lock

    def collect(self) -> Iterator[Metric]:
        found = self._statuses()
        for name, about in GAUGES.items():
            gauge = GaugeMetricFamily(f"lifelong_projection_{name}", about, labels=["projection"])
            for one in found:
                gauge.add_metric([one.name], _value(one, name))
            yield gauge

    def describe(self) -> Iterator[Metric]:
        """What there is to collect: said without asking the database when this is registered."""
        return iter(())

    def _statuses(self) -> list[Status]:
        with self._lock:
            at, found = self._found
            if time.monotonic() - at >= KEPT_S:
                try:
                    found = self._views.all()
                except psycopg.Error:
                    found = []
                self._found = time.monotonic(), found
            return found


def _value(one: Status, name: str) -> float:
    built = one.building
    values = {
        "position": one.position,
        "lag_events": one.lag_events,
        "lag_seconds": one.lag_s,
        "events_per_second": one.rate,
        "running": one.state in ("running", "building"),
        "stopped": one.stopped is not None,
        "standing_by": one.standing_by,
        "rebuild_ratio": built.buckets_loaded / max(1, built.buckets) if built else 1,
    }
    return float(values[name])
