"""The server killed in the middle of uploads: each goes on where it stands, and no half is shown."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from store.database import Database
from tests.api.served import Served, serving
from tests.api.test_crash import killed_in_the_end
from tests.api.uploading import PIECE, Uploader, some_bytes, variables_of

pytestmark = pytest.mark.slow

ROUNDS = 5
UPLOADS = 4
SIZE = 60 * PIECE + 321
REQUEST = 5 * PIECE + 11  # bytes sent with one request, so that acknowledged and unfinished ones are met
KILLED_AFTER = 12 * PIECE  # bytes acknowledged in a round, of all uploads together


class Sender:
    """Uploads one document, and remembers the last byte that was acknowledged."""

    def __init__(self, blob: str, content: bytes) -> None:
        self.blob = blob
        self.content = content
        self.acknowledged = 0

    def go_on(self, uploader: Uploader) -> None:
        """Until it is whole, or the server dies."""
        try:
            stands = int(uploader.head(self.blob).headers["Upload-Offset"])
            assert self.acknowledged <= stands <= SIZE
            while stands < SIZE:
                answer = uploader.patch(self.blob, stands, self.content[stands : stands + REQUEST])
                assert answer.status_code == 204, answer.text
                stands = self.acknowledged = int(answer.headers["Upload-Offset"])
        except httpx.TransportError:
            return


@contextmanager
def reached(county: Served, base: str) -> Iterator[Uploader]:
    """The same county, at the address of another server."""
    with httpx.Client(base_url=base, timeout=60) as client:
        yield Uploader(replace(county, client=client))


def test_killing_the_server_in_mid_upload_loses_no_acknowledged_byte(
    database: Database, tmp_path: Path
) -> None:
    with serving(database, tmp_path) as county:
        record = county.open_record()
        contents = [some_bytes(SIZE) for _ in range(UPLOADS)]
        senders = [Sender(Uploader(county).begun(record, SIZE), content) for content in contents]
    variables = variables_of(county, database)

    for number in range(1, ROUNDS + 1):
        enough = number * KILLED_AFTER
        with ExitStack() as clients:
            with killed_in_the_end(tmp_path, variables) as base:
                uploader = clients.enter_context(reached(county, base))
                threads = [threading.Thread(target=sender.go_on, args=(uploader,)) for sender in senders]
                for thread in threads:
                    thread.start()
                while sum(sender.acknowledged for sender in senders) < enough:
                    time.sleep(0.002)
            for thread in threads:
                thread.join()
    with killed_in_the_end(tmp_path, variables) as base, reached(county, base) as uploader:
        half = uploader.attach(record, senders[0].blob, senders[0].content)
        for sender in senders:
            sender.go_on(uploader)
        entries = [uploader.attach(record, one.blob, one.content).json()["entry"] for one in senders]

        assert half.status_code == 409, half.text
        for entry, content in zip(entries, contents, strict=True):
            assert uploader.content(record, entry).content == content
