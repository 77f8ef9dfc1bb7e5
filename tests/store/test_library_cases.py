"""The library's own test cases, unmodified, on our factory.

Left out of `eventsourcing.tests`, with reasons:
TrackingRecorderTestCase, ProcessRecorderTestCase — our projections track positions themselves;
InfrastructureFactoryTestCase — it demands those recorders, and recorders without a log;
ApplicationTestCase — it builds `Application()` without an environment, on the library's own memory recorder:
    only the cases that read the process's environment run on ours, and those are run here;
    its persistence-topic case asserts on the library's own modules.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar
from unittest import TestCase
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder
from eventsourcing.tests import application, persistence
from eventsourcing.utils import EnvType, get_topic

from store.database import APPENDER, Database
from store.persistence import Factory
from store.recorder import LogAggregateRecorder, LogRecorder
from store.snapshots import SnapshotRecorder
from tests.store.logs import origin_of, unused_log_no


@pytest.fixture(autouse=True)
def environment(request: pytest.FixtureRequest, database: Database) -> Iterator[None]:
    """The library finds its factory by the process's environment; each test has a log of its own."""
    with TemporaryDirectory(prefix="lifelong-keys-") as keys, pytest.MonkeyPatch.context() as patch:
        log_no = unused_log_no()
        patch.setenv("PERSISTENCE_MODULE", "store.persistence")
        patch.setenv("LIFELONG_DSN", database.dsn(APPENDER))
        patch.setenv("LIFELONG_KEYS", keys)
        patch.setenv("LIFELONG_LOG_NO", str(log_no))
        patch.setenv("LIFELONG_ORIGIN", origin_of(log_no))
        yield


class OnOurFactory(TestCase):
    """Opens the factory that the environment names, once for each test."""

    def setUp(self) -> None:
        super().setUp()
        self.factory = Factory.construct(dict(os.environ))
        self.addCleanup(self.factory.close)
        assert type(self.factory) is Factory


class AggregateRecorderCase(OnOurFactory, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        recorder = self.factory.aggregate_recorder()
        assert type(recorder) is LogAggregateRecorder
        return recorder


class ApplicationRecorderCase(OnOurFactory, persistence.ApplicationRecorderTestCase[ApplicationRecorder]):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = True

    def create_recorder(self) -> ApplicationRecorder:
        recorder = self.factory.application_recorder()
        assert type(recorder) is LogRecorder
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    def close_db_connection(self, *args: object) -> None:
        """Each of our connections closes with the factory."""


class NonInterleavingCase(OnOurFactory, persistence.NonInterleavingNotificationIDsBaseCase):
    insert_num = 1000

    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class ExampleApplicationCase(application.ExampleApplicationTestCase):
    expected_factory_topic: ClassVar[str] = get_topic(Factory)  # type: ignore[misc]  # the base declares no ClassVar

    def setUp(self) -> None:
        super().setUp()
        constructed = Factory.construct

        def construct(*args: object, **kwargs: object) -> Factory:
            factory = constructed(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
            self.addCleanup(factory.close)
            return factory

        patch = pytest.MonkeyPatch()
        patch.setattr(Factory, "construct", construct)
        self.addCleanup(patch.undo)


APPLICATION_CASES = (  # those that use whatever factory the environment names
    "test_as_context_manager",
    "test_save_returns_recording_event",
    "test_take_snapshot_raises_assertion_error_if_snapshotting_not_enabled",
    "test_application_with_cached_aggregates_and_fastforward",
    "test_check_aggregate_fastforwarding_nonblocking",
    "test_check_aggregate_fastforwarding_blocking",
    "test_application_with_cached_aggregates_not_fastforward",
    "test_application_with_deepcopy_from_cache_arg",
    "test_application_with_deepcopy_from_cache_attribute",
    "test_application_log",
)


# One case asks for the log by its old name, and looks for the warning.
@pytest.mark.filterwarnings("always:'log' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("case", APPLICATION_CASES)
def test_application_case(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Application[UUID]] = []
    made = Application.__init__

    def init(self: Application[UUID], env: EnvType | None = None) -> None:
        made(self, env)
        loaded.append(self)

    monkeypatch.setattr(Application, "__init__", init)
    try:
        getattr(application.ApplicationTestCase(case), case)()
    finally:
        for app in loaded:
            app.close()

    assert loaded and {type(app.factory) for app in loaded} == {Factory}


def test_the_factory_gives_the_librarys_snapshots_to_the_encrypted_cache() -> None:
    factory = Factory.construct(dict(os.environ))

    recorder = factory.aggregate_recorder("snapshots")

    assert type(recorder) is SnapshotRecorder
    assert list(recorder.select_events(uuid4())) == []
    factory.close()


def test_the_keys_lie_outside_the_database(database: Database) -> None:
    factory = Factory.construct(dict(os.environ))

    assert (Path(os.environ["LIFELONG_KEYS"]) / "keys.sqlite").exists()
    factory.close()
