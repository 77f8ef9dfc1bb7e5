"""Head lists, made and told in the log: every hour, and before anything is exported."""

import logging
from contextlib import closing
from uuid import UUID

from store.event_log import StoredLog
from store.proof import listing
from store.proof.heads import HeadList
from store.proof.working import Working
from store.wiring import open_log
from tools.publishing import Publishing

EVERY_S = 3600.0

log = logging.getLogger(__name__)


def list_heads(publishing: Publishing) -> HeadList | None:
    """Make the list of the newest published tree and tell it in the log; None before the first checkpoint.

    The list that is there already, if nothing was published since. Raises what opening the log and appending
    raise.
    """
    return listing.list_heads(publishing.dsn, publishing.log_no, lambda made: _told(publishing, made))


def _told(publishing: Publishing, made: HeadList) -> UUID:
    opened = open_log(
        dsn=publishing.appender, keys=publishing.keys, origin=publishing.origin, log_no=publishing.log_no
    )
    with closing(opened):
        return listing.teller(StoredLog(opened))(made)


class HeadsThread(Working):
    """Makes a list every hour, inside `with`; what breaks is told and tried an hour later."""

    def __init__(self, publishing: Publishing, every_s: float = EVERY_S) -> None:
        super().__init__("head lists")
        self._told = publishing
        self._every_s = every_s

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                list_heads(self._told)
            except Exception as error:  # whatever broke: the log itself is not touched by it
                log.error("head list of log %s: %s", self._told.log_no, type(error).__name__)
