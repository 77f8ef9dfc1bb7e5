"""Asks somebody else over HTTP who may be slow, or hostile: an answer comes in time, or is cut off."""

import threading
import time
from collections.abc import Mapping

import httpx


def post(
    address: str, body: bytes, *, timeout_s: float, most: int, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body, of at most so many bytes. Raises httpx.HTTPError, httpx.InvalidURL.

    The client's own timeout is of one read. Whoever drips a byte at a time, of the body or of the headers
    before it, would be waited for without end: so the connection is closed under it.
    """
    until, said = time.monotonic() + timeout_s, b""
    with httpx.Client(timeout=timeout_s) as client:
        cut_off = threading.Timer(timeout_s, client.close)
        cut_off.daemon = True
        cut_off.start()
        try:
            with client.stream("POST", address, content=body, headers=headers) as answer:
                for chunk in answer.iter_bytes():
                    said += chunk
                    if len(said) > most or time.monotonic() > until:
                        raise httpx.ReadTimeout("more, or slower, than any answer")
            return answer.status_code, said
        except (OSError, RuntimeError, ValueError) as error:  # as the connection was closed under it
            raise httpx.ReadTimeout(type(error).__name__) from None
        finally:
            cut_off.cancel()
