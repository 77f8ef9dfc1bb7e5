"""What the log tells of its heads is held against what is stored, and both against the events."""

from uuid import uuid4

from domain.adoption import STARTING
from domain.application import utc_now
from domain.gate import Gate
from domain.log_commands import tell_heads
from store.event_log import StoredLog
from store.proof.keys import checkpoint_verifiers
from store.proof.verify.running import Task, verify
from tests.api.served import Served
from tools.heads import list_heads
from tools.publishing import Publishing, publish_once


def found(served: Served) -> list[tuple[str, int | None]]:
    """What a whole verification finds."""
    told, opened = Publishing.of(served.service.settings, served.service.database), served.service.opened
    verifiers = checkpoint_verifiers(opened.origin, opened.keys)
    verified = verify(Task(told.dsn, told.log_no, told.origin, verifiers, keys=told.keys))
    return [(one.kind, one.size) for one in verified.findings]


def test_lists_and_second_legs_that_the_log_tells_falsely_are_found(served: Served) -> None:
    told = Publishing.of(served.service.settings, served.service.database)
    stored = StoredLog(served.service.opened)
    gate = Gate(stored, utc_now, uuid4)
    wrong = list[tuple[str, int | None]]()
    for falsely in ({"root": "00" * 32}, {"root_512": "00" * 64}):
        publish_once(told)
        made = list_heads(told)
        assert made is not None and found(served) == wrong

        root, leg = falsely.get("root", made.root.hex()), falsely.get("root_512")
        tell_heads(stored, gate, STARTING, size=made.size, streams=made.streams, root=root, root_512=leg)

        wrong.append(("head-list", made.size))
        assert found(served) == wrong
