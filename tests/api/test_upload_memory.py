"""Two hundred uploads at the same time, slow and fast: memory stays bounded, and nobody waits for another."""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from domain.document_port import LARGEST_UPLOAD
from store.database import Database
from tests.api.served import serving
from tests.api.uploading import PIECE, Uploader, some_bytes, variables_of
from tests.tools.processes import Running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

UPLOADS = 200
STALLED = 20  # of them send a part and then nothing, and hold the connection until all others are done
SENT = 12 * PIECE  # bytes of each, which are whole chunks; 25 MB are announced
MOST_MEMORY = 300 << 20
MOST_WAIT_S = 3.0  # for somebody who reads a record meanwhile, on a machine that is busy with all this


@dataclass
class Sender:
    """One connection with a request for the whole document, of which a part is sent."""

    address: tuple[str, int]
    headers: dict[str, str]
    blob: str

    async def send(self, content: bytes) -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection(*self.address)
        announced = {"Host": "test", "Upload-Offset": "0", "Content-Length": str(LARGEST_UPLOAD)}
        told = {**self.headers, **announced, "Content-Type": "application/offset+octet-stream"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"PATCH /v1/uploads/{self.blob} HTTP/1.1\r\n{lines}\r\n".encode())
        for at in range(0, len(content), PIECE):
            writer.write(content[at : at + PIECE])
            await writer.drain()
        return writer


async def send_all(senders: list[Sender], base: str, path: str) -> float:
    """Send at the same time, until all of it is stored, and read a record again and again.

    Returns the longest time that a read took, in seconds.
    """
    content, longest = some_bytes(SENT), 0.0
    stalled = [await one.send(content[: PIECE + 7]) for one in senders[:STALLED]]
    sending = asyncio.gather(*(one.send(content) for one in senders[STALLED:]))
    headers = {**senders[0].headers, "Purpose-Of-Use": "care"}
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:

        async def stands(sender: Sender) -> int:
            answer = await client.head(f"/v1/uploads/{sender.blob}", headers=sender.headers)
            return int(answer.headers["Upload-Offset"])

        while not sending.done() or min([await stands(one) for one in senders[STALLED:]]) < SENT:
            began = time.monotonic()
            assert (await client.get(path, headers=headers)).status_code == 200
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(0.2)
    for writer in stalled + await sending:
        writer.close()
        await writer.wait_closed()
    return longest


def test_200_uploads_stay_under_300_mb_and_hold_up_nobody(database: Database, tmp_path: Path) -> None:
    with serving(database, tmp_path) as county:
        nurse, record = Uploader(county), county.open_record()
        blobs = [nurse.begun(record, LARGEST_UPLOAD) for _ in range(UPLOADS)]
    variables = variables_of(county, database)
    with Running("serve", "--port", "0", data=tmp_path, **variables) as server:
        url = urlsplit(server.base)
        senders = [Sender((str(url.hostname), url.port or 0), nurse.headers(), blob) for blob in blobs]

        longest = asyncio.run(send_all(senders, server.base, f"/v1/records/{record}"))

        print(f"VmHWM {server.largest_memory >> 20} MiB, longest wait {longest:.2f} s")
        assert server.largest_memory < MOST_MEMORY
        assert longest < MOST_WAIT_S
