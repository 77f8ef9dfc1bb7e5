"""What each process does about erasures, whichever process carried them out: forget, and finish."""

from typing import Final

import anyio
import anyio.to_thread

from api.logs import frames, log
from domain.application import Records

EVERY_S: Final = 10


async def finish_now_and_then(records: Records) -> None:
    """At the start and every few seconds: finish what a crash interrupted, forget what others erased."""
    while True:
        try:
            await anyio.to_thread.run_sync(records.finish_erasures)
        except Exception as error:  # the database is away: the next time
            log.warning("erasures not looked at", error=type(error).__name__, frames=frames(error))
        await anyio.sleep(EVERY_S)
