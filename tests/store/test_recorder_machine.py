"""Whatever is appended, and by whomever, the log equals a plain list of what was accepted."""

import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.errors import ClaimTaken, KeyReused, RecordError, StaleVersion
from store.append import ClaimHash, RequestHash
from store.database import Database
from store.recorder import PLAIN, Terms
from tests.store.audit import audited
from tests.store.logs import opened, unused_log_no

STREAMS = [UUID(int=number + 1) for number in range(4)]
streams = st.sampled_from(STREAMS)
claims = st.sampled_from([ClaimHash("identity", sha256(bytes([n])).digest()) for n in range(3)])
keys = st.sampled_from(["a", "b", "c"])


def events(stream: UUID, first: int, count: int) -> list[StoredEvent]:
    return [StoredEvent(stream, first + n, "record.created.v1", str(uuid4()).encode()) for n in range(count)]


class OneLog(RuleBasedStateMachine):
    """The model: the accepted events in order, who holds each claim, and the first answer to each key."""

    database: Database

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory(prefix="lifelong-keys-")
        number = unused_log_no()
        # Stream ids stand in the log's own tables under its number, so every run may use the same ones.
        self.contexts = [opened(self.database, number, Path(self.folder.name)) for _ in range(2)]
        self.logs = [context.__enter__() for context in self.contexts]
        self.accepted: list[tuple[UUID, int, bytes]] = []
        self.claims: dict[ClaimHash, UUID] = {}
        self.answers: dict[str, tuple[bytes, int]] = {}

    def teardown(self) -> None:
        for context in getattr(self, "contexts", []):
            context.__exit__(None, None, None)
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def head(self, stream: UUID) -> int:
        return sum(1 for accepted in self.accepted if accepted[0] == stream)

    def append(self, process: int, batch: list[StoredEvent], terms: Terms = PLAIN) -> RecordError | int:
        try:
            outcome, _ = self.logs[process].recorder.append(batch, terms)
        except RecordError as refusal:
            return refusal
        if not outcome.repeated:
            assert outcome.first_position == len(self.accepted) + 1
            for event in batch:
                version = self.head(event.originator_id) + 1  # type: ignore[arg-type]  # ours are UUIDs
                self.accepted.append((event.originator_id, version, event.state))  # type: ignore[arg-type]  # as above
        return outcome.first_position

    @rule(process=st.integers(0, 1), stream=streams, off=st.integers(-2, 2), count=st.integers(1, 3))
    def append_at_a_version(self, process: int, stream: UUID, off: int, count: int) -> None:
        head = self.head(stream)
        first = max(1, head + 1 + off)

        answer = self.append(process, events(stream, first, count))

        assert isinstance(answer, StaleVersion) == (first != head + 1)

    @rule(process=st.integers(0, 1), several=st.lists(streams, min_size=1, max_size=4))
    def append_at_the_end_of_several(self, process: int, several: list[UUID]) -> None:
        batch = [event for stream in several for event in events(stream, 0, 1)]

        assert isinstance(self.append(process, batch, Terms(at_end=set(several))), int)

    @rule(process=st.integers(0, 1), stream=streams, other=streams, version=st.integers(0, 4))
    def append_on_a_condition(self, process: int, stream: UUID, other: UUID, version: int) -> None:
        holds = self.head(other) == version

        answer = self.append(
            process, events(stream, 0, 1), Terms(at_end={stream}, conditions={other: version})
        )

        assert isinstance(answer, StaleVersion) != holds

    @rule(process=st.integers(0, 1), stream=streams, claim=claims)
    def claim(self, process: int, stream: UUID, claim: ClaimHash) -> None:
        taken = claim in self.claims

        answer = self.append(process, events(stream, 0, 1), Terms(at_end={stream}, claims=[claim]))

        assert isinstance(answer, ClaimTaken) == taken
        self.claims.setdefault(claim, stream)

    @rule(process=st.integers(0, 1), stream=streams, claim=claims)
    def release(self, process: int, stream: UUID, claim: ClaimHash) -> None:
        assert isinstance(
            self.append(process, events(stream, 0, 1), Terms(at_end={stream}, releases=[claim])), int
        )
        self.claims.pop(claim, None)

    @rule(process=st.integers(0, 1), stream=streams, key=keys, asked=st.sampled_from([b"x", b"y"]))
    def append_under_a_key(self, process: int, stream: UUID, key: str, asked: bytes) -> None:
        request = RequestHash(sha256(key.encode()).digest(), sha256(asked).digest())
        batch = events(stream, 0, 2)

        answer = self.append(process, batch, Terms(at_end={stream}, request=request))

        position = answer if isinstance(answer, int) else 0
        first_asked, position = self.answers.setdefault(key, (asked, position))
        assert answer == position if asked == first_asked else isinstance(answer, KeyReused)

    @rule(stream=streams, writers=st.integers(2, 6))
    def race(self, stream: UUID, writers: int) -> None:
        """Several writers, in two processes' places, continue one stream at once: exactly one wins."""
        first, barrier, won = self.head(stream) + 1, threading.Barrier(writers), list[bytes]()

        def write(number: int) -> None:
            batch = events(stream, first, 1)
            barrier.wait()
            try:
                self.logs[number % 2].recorder.append(batch)
            except StaleVersion:
                return
            won.append(batch[0].state)

        with ThreadPoolExecutor(writers) as threads:
            list(threads.map(write, range(writers)))

        assert len(won) == 1
        self.accepted.append((stream, first, won[0]))

    @invariant()
    def the_log_is_the_model(self) -> None:
        if not hasattr(self, "logs"):
            return
        rows = audited(self.logs[0])
        assert [(row.stream, row.version, row.parts["state"].value) for row in rows] == self.accepted
        for claim, stream in self.claims.items():
            assert self.logs[1].reader.claim(claim.namespace, claim.value_hash) == stream


def test_the_log_equals_a_plain_list_of_what_was_accepted(database: Database) -> None:
    machine = type("Machine", (OneLog,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25))


@pytest.mark.parametrize("answer", [StaleVersion(uuid4(), 3), ClaimTaken("identity"), KeyReused()])
def test_a_refusal_says_nothing_that_was_claimed_or_asked(answer: RecordError) -> None:
    assert set(answer.facts) <= {"stream", "current", "namespace"}
