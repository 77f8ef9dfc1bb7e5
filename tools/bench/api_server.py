"""A server for `lifelong bench api`, in a process of its own: `python -m tools.bench.api_server stored|null`.

Served as `lifelong serve` does it; `null` differs in nothing but the log behind the application.
"""

import os
import sys
from dataclasses import replace

from api import logs
from api.app import create_app
from api.service import open_service
from domain.application import Records
from projections.record_view import RecordRender
from store.event_log import StoredLog
from store.settings import Settings
from store.settling import settle
from tools.bench.null_log import NullLog
from tools.listening import address, configure, listen, serve
from tools.runtime import stop_in_order

HOST = "127.0.0.1"


def main(log: str) -> None:
    """Serve until SIGTERM; the address is the first line."""
    stop_in_order()
    with listen(HOST, 0) as listening, open_service(Settings.from_environment(os.environ)) as service:
        if log == "null":
            forgetful = NullLog(StoredLog(service.opened))
            service = replace(service, records=Records(forgetful, RecordRender()))
        logs.take_over()
        app = create_app(service)
        settle()
        print(address(HOST, listening), flush=True)
        serve(configure(app), listening)


if __name__ == "__main__":
    main(sys.argv[1])
