"""Results wait for a late reader in a file, in their order."""

import asyncio
from pathlib import Path

import pytest

from api import spool
from api.spool import Spool


@pytest.mark.parametrize("in_memory", [1, 1_000_000])
def test_everything_is_read_in_order_however_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    monkeypatch.setattr(spool, "PIECE", 7)

    async def story() -> tuple[bytes, list[bytes]]:
        with Spool(tmp_path) as held:
            for number in range(100):
                held.put(f"{number}\n".encode())
            pieces = held.pieces()
            early = b"".join([await anext(pieces) for _ in range(3)])
            held.put(b"more\n")
            held.end()
            return early, [piece async for piece in pieces]

    early, rest = asyncio.run(story())

    assert early + b"".join(rest) == b"".join(f"{number}\n".encode() for number in range(100)) + b"more\n"
    assert max(map(len, rest)) <= 7


def test_a_reader_who_is_faster_waits(tmp_path: Path) -> None:
    async def story() -> list[bytes]:
        with Spool(tmp_path) as held:
            reading = asyncio.create_task(collect(held))
            for piece in (b"a", b"b"):
                await asyncio.sleep(0)
                held.put(piece)
            held.end()
            return await reading

    async def collect(held: Spool) -> list[bytes]:
        return [piece async for piece in held.pieces()]

    assert b"".join(asyncio.run(story())) == b"ab"


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    with Spool(tmp_path) as held:
        held.put(b"x" * 2 * spool.IN_MEMORY)

    assert list(tmp_path.iterdir()) == []
