"""A deployment as the operator's commands use it: the application on the log, without any token."""

import os
import pwd
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from domain.adoption import adopt_policy
from domain.application import Records
from domain.errors import ClockWrong
from domain.requests import Principal, Request
from projections.record_view import RecordRender
from store.database import APPENDER, open_database
from store.event_log import StoredLog
from store.settings import Settings
from store.wiring import OpenLog, open_log

OPERATOR_ISSUER = "urn:lifelong:operating-system"


@dataclass(frozen=True)
class Opened:
    """The log, the application on it, the parts that the log is made of, and the appender's DSN."""

    log: StoredLog
    records: Records
    parts: OpenLog
    dsn: str = field(repr=False)  # may hold a password


@contextmanager
def open_records(settings: Settings) -> Iterator[Opened]:
    """Open the deployment, migrated. Raises what `open_database` and `open_log` raise."""
    with open_database(settings) as database:
        dsn = database.dsn(APPENDER)
        opened = open_log(
            dsn=dsn,
            keys=settings.keys,
            origin=settings.origin,
            log_no=settings.log_no,
        )
        with closing(opened):
            log = StoredLog(opened)
            records = Records(log, RecordRender(), schemes=settings.number_schemes)
            with suppress(ClockWrong):  # confirming the clock comes first; a service adopts it then
                adopt_policy(records.gate)
            yield Opened(log, records, opened, dsn)


def operator() -> Request:
    """Who acts: the account of the operating system that runs the command. It is recorded with the act."""
    return Request(Principal(OPERATOR_ISSUER, _account(), "local-account", "lifelong"), "management")


def _account() -> str:
    """By number where the account has no name, as in some containers."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
