"""However many services start at once, the log adopts their policy once, and at the next start not again."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from domain.adoption import adopt_policy, adopted
from domain.application import Records
from domain.log_commands import OWN_STREAM
from domain.policy import Policy
from projections.record_view import RecordRender
from store.database import Database
from store.event_log import StoredLog
from tests.store.logs import opened, unused_log_no

SERVICES = 8


def test_services_that_start_at_once_adopt_their_policy_once(database: Database, tmp_path: Path) -> None:
    number = unused_log_no()
    with opened(database, number, tmp_path) as parts:
        log = StoredLog(parts)
        gates = [Records(log, RecordRender()).gate for _ in range(SERVICES)]
        with ThreadPoolExecutor(SERVICES) as pool:
            adoptions = list(pool.map(adopt_policy, gates))

    with opened(database, number, tmp_path) as parts:
        log = StoredLog(parts)
        gate = Records(log, RecordRender()).gate
        again = adopt_policy(gate)
        stream = log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)
        assert stream is not None
        assert sum(one is not None for one in adoptions) == 1 and again is None
        assert len(log.read(stream)) == 1
        (kept,) = adopted(log).values()
        assert Policy.parse(kept) == gate.policy
