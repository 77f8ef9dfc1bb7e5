"""The infrastructure factory that `eventsourcing` loads with PERSISTENCE_MODULE=store.persistence.

Environment: LIFELONG_DSN (as the appender), LIFELONG_KEYS (folder of the keys), LIFELONG_ORIGIN,
LIFELONG_LOG_NO. Projections have a runner of their own, so there is no tracking or process recorder.
"""

from pathlib import Path
from typing import NoReturn

from eventsourcing import persistence
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, TrackingRecorder
from eventsourcing.utils import Environment, EnvType

from store.recorder import LogAggregateRecorder
from store.settings import DEFAULT_ORIGIN
from store.snapshots import SnapshotRecorder
from store.wiring import OpenLog, open_log


class Factory(persistence.InfrastructureFactory[TrackingRecorder]):
    """One log behind the library's interfaces."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.log: OpenLog = open_log(
            dsn=self._required("LIFELONG_DSN"),
            keys=Path(self._required("LIFELONG_KEYS")),
            origin=self.env.get("LIFELONG_ORIGIN") or DEFAULT_ORIGIN,
            log_no=int(self.env.get("LIFELONG_LOG_NO") or 1),
        )

    def application_recorder(self) -> ApplicationRecorder:
        return self.log.recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose == "snapshots":
            return SnapshotRecorder(self.log.snapshots)
        return LogAggregateRecorder(self.log.recorder)

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> NoReturn:
        raise persistence.InfrastructureFactoryError("the log's projections track their own positions")

    def process_recorder(self) -> NoReturn:
        raise persistence.InfrastructureFactoryError("the log has no process recorder")

    def close(self) -> None:
        self.log.close()

    def _required(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            raise persistence.InfrastructureFactoryError(f"set {name}")
        return value
