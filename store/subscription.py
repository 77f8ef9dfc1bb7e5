"""A subscription follows the log for as long as it is wanted, whatever happens to its connection.

Positions have no gaps and follow the order of commits, so "greater than the last one seen" misses
nothing. A notification only shortens the wait; a poll every second stands behind it.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

POLL_S = 1.0
PAGE = 500
LONGEST_PAUSE_S = 5.0


class LogSubscription(Subscription[ApplicationRecorder]):
    """Iterates over notifications after `gt`, for ever, until `stop` is called from any thread.

    A waiting iterator notices within a second.
    """

    def __init__(
        self,
        recorder: ApplicationRecorder,
        gt: int | None,
        topics: Sequence[str],
        listen: Callable[[], psycopg.Connection[tuple[object, ...]]],
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._listen = listen
        self._listener: psycopg.Connection[tuple[object, ...]] | None = None
        self._page: deque[Notification] = deque()
        self._seen = gt or 0
        self._pause_s = 0.05

    def __next__(self) -> Notification:
        while not self._page and not self._has_been_stopped:
            self._advance()
        if self._has_been_stopped:
            self._close()
            raise StopIteration
        notification = self._page.popleft()
        self._last_notification_id = notification.id
        return notification

    def __exit__(self, *args: object, **kwargs: object) -> None:
        super().__exit__(*args, **kwargs)
        self._close()

    def _advance(self) -> None:
        try:
            if not self._pull():
                self._wait()
            self._pause_s = 0.05
        except psycopg.OperationalError:
            self._close()
            time.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _pull(self) -> bool:
        """Read the next page, up to the log's end, so that a quiet topic does not read the log again."""
        end = self._recorder.max_notification_id() or 0
        if end <= self._seen:
            return False
        page = self._recorder.select_notifications(
            self._seen, PAGE, stop=end, topics=self._topics, inclusive_of_start=False
        )
        self._seen = page[-1].id if len(page) == PAGE else end
        self._page.extend(page)
        return True

    def _wait(self) -> None:
        if self._listener is None:
            self._listener = self._listen()
            return  # something may have been stored before we listened: look once more
        for _ in self._listener.notifies(timeout=POLL_S, stop_after=1):
            return

    def _close(self) -> None:
        listener, self._listener = self._listener, None
        if listener:
            listener.close()
