"""Rows that the application never writes, of somebody who drops the rules of the tables first, are found.

Mostly it is the newest event that is made odd: no tile and no checkpoint covers it yet.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import UUID, uuid4

import orjson
import pytest

from evidence.merkle import leaf_hash
from store import connect
from store.content import Part, pack
from store.proof.verify.events import Checker
from store.proof.verify.running import Task, verify
from store.proof.verify.stored import Row
from tests.store.logs import path_of
from tests.store.proof import test_insiders
from tests.store.proof.insider import Event
from tests.store.proof.test_insiders import SIZE, World

world = test_insiders.world
LAST = SIZE + 1
Found = dict[str, list[int | None]]


@pytest.fixture(autouse=True)
def lawless(world: World) -> None:
    """Without the rules of the tables, and with an event that is not published yet."""
    world.insider.drop_rules()
    world.store(world.streams[0])


def task_of(world: World, *, with_content: bool = True) -> Task:
    verifiers = [one.verifier for one in world.published.signers]
    keys = path_of(world.log.keys).parent if with_content else None
    return Task(world.published.dsn, world.log.log_no, world.log.origin, verifiers, keys=keys, is_whole=False)


def found(world: World, *, with_content: bool = True) -> Found:
    """What is wrong with the events, by kind, and where; read in two parts."""
    kinds: Found = {}
    with test_insiders.in_parts(LAST - 2):
        findings = verify(task_of(world, with_content=with_content)).findings
    for one in findings:
        kinds.setdefault(one.kind, []).append(one.position or one.size)
    return kinds


def everywhere(world: World) -> tuple[Found, Found]:
    """With the content opened and without."""
    return found(world), found(world, with_content=False)


def newest(world: World) -> Event:
    return world.insider.events()[-1]


@contextmanager
def twisted(world: World, envelope: bytes | None = None, /, **columns: object) -> Iterator[None]:
    """With the newest event's row changed; its hash fits the envelope unless that is told, too."""
    if envelope is not None:
        columns = {"envelope": envelope, "leaf_hash": leaf_hash(envelope), **columns}
    event = newest(world)
    before = {"stream_id": event.stream, "version": event.version, "recorded_at": event.at}
    before |= {"topic": event.topic, "envelope": event.envelope, "leaf_hash": event.leaf}
    _change(world, columns)
    yield
    _change(world, {column: before[column] for column in columns})


def _change(world: World, columns: dict[str, object]) -> None:
    for column, value in columns.items():
        world.insider.execute(
            f"UPDATE store.event SET {column} = %s WHERE log_no = %s AND position = %s",
            value,
            world.log.log_no,
            LAST,
        )


def telling(world: World, **told: object) -> bytes:
    """The newest event's envelope, with something else in it."""
    known = {**orjson.loads(newest(world).envelope), **told}
    return orjson.dumps(known, option=orjson.OPT_SORT_KEYS)


def test_without_rules_and_with_nothing_changed_all_is_well(world: World) -> None:
    assert everywhere(world) == ({}, {})


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("stream_id", "place"),
        ("version", "place"),
        ("recorded_at", "place"),
        ("topic", "place"),
        ("envelope", "envelope"),
        ("leaf_hash", "leaf"),
    ],
)
def test_a_column_without_a_value_is_found(world: World, column: str, kind: str) -> None:
    with twisted(world, **{column: None}):
        for kinds in everywhere(world):
            assert kinds[kind] == [LAST]
            assert {at for where in kinds.values() for at in where} == {LAST}


def test_a_leaf_hash_of_another_length_is_found(world: World) -> None:
    whole = newest(world).leaf
    for leaf in (b"", b"\x00", whole[:31], whole + b"\x00", whole * 2):
        for columns in ({}, {"envelope": b""}, {"envelope": b"{}", "topic": ""}):
            with twisted(world, **columns, leaf_hash=leaf):
                assert all(kinds["leaf"] == [LAST] for kinds in everywhere(world))


def test_an_instant_that_no_clock_shows_is_found(world: World) -> None:
    for instant, told in (
        ("infinity", None),
        ("-infinity", None),
        ("12026-11-22 10:00:00.000001+00", "12026-11-22T10:00:00.000001Z"),
        ("0044-03-15 10:00:00+00 BC", "-043-03-15T10:00:00.000000Z"),
        ("0044-03-15 10:00:00+00 BC", "-43-03-15T10:00:00.000000Z"),
        ("0044-03-15 10:00:00+00", "44-03-15T10:00:00.000000Z"),
    ):
        with twisted(world, telling(world, at=told), recorded_at=instant):
            for kinds in everywhere(world):
                assert kinds["place"] == [LAST]


def test_one_odd_instant_does_not_let_another_envelope_pass() -> None:
    event, stream, at = uuid4(), uuid4(), 1_700_000_000
    spelled = '{"at":"2023-11-14T000000Z","event":"'
    parts = ",".join(f'"{name}":"{"A" * 43}"' for name in ("body", "who"))
    rest = (
        f'{event}","log":"log","parts":{{{parts}}},"prev":null,"stream":"{stream}",'
        '"topic":"t","v":1,"version":1}'
    )
    envelope = (spelled.ljust(45, "x") + rest).encode()
    reported = list[tuple[str, int | None]]()
    checker = Checker("log", lambda one: reported.append((one.kind, one.position)))
    far = 10**14 * 86_400 + at % 86_400  # at the same second of a day that no calendar has

    for position, second in enumerate((far, at), start=1):
        row = Row(stream.bytes, position, 1, second * 10**6, 0, leaf_hash(envelope), envelope, b"t", b"")
        checker.check([row])

    assert ("place", 2) in reported


def test_an_event_id_or_parts_in_another_spelling_are_found(world: World) -> None:
    event = orjson.loads(newest(world).envelope)
    ident, body = event["event"], event["parts"]["body"]
    others: tuple[dict[str, object], ...] = (
        {"event": ident.upper()},
        {"event": ident.replace("-", "")},
        {"event": f"{{{ident}}}"},
        {"event": f"urn:uuid:{ident}"},
        {"event": None},
        {"event": 5},
        {"parts": {}},
        {"parts": None},
        {"parts": [body]},
        {"parts": {"body": None}},
        {"parts": {"body": body[:-1]}},
        {"parts": {"body": body + "="}},
        {"parts": {"body": {}}},
        {"prev": event["prev"].upper(), "v": True},
        {"log": f"{world.log.origin}/"},
        {"log": world.log.origin.replace(".", "x")},
    )
    for told in others:
        with twisted(world, telling(world, **told)):
            for kinds in everywhere(world):
                assert kinds["envelope"] == [LAST], told


def test_parts_named_otherwise_do_not_fit_the_content(world: World) -> None:
    parts = orjson.loads(newest(world).envelope)["parts"]
    body, who = parts["body"], parts["who"]
    for other in (
        {"body": body},
        {"who": who},
        {"body": who, "who": body},
        {"body": body, "whom": who},
        {"body": body, "signature": body, "who": who},
    ):
        with twisted(world, telling(world, parts=other)):
            assert found(world) == {"commitment": [LAST]}


def test_bytes_that_other_readers_would_read_alike_are_no_envelope(world: World) -> None:
    whole = newest(world).envelope
    for envelope in (
        whole + b"\n",
        b" " + whole,
        whole.replace(b'"v":1', b'"v": 1'),
        whole.replace(b'"v":1', b'"v":1.0'),
        whole.replace(b'"topic"', b'"t\\u006fpic"'),
        whole.replace(b'"v":1', b'"topic":"test:thing","v":1'),
        whole.replace(b'"v":1', b'"v":1,"v":1'),
        whole.replace(b'"version":61', b'"version":061'),
        whole.replace(b'"version":61', b'"version":61.0'),
        whole.replace(b'"version":61', b'"version":6.1e1'),
        b"\xef\xbb\xbf" + whole,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff",
        b"5",
        b"[]",
        b"{}",
    ):
        with twisted(world, envelope):
            for kinds in everywhere(world):
                assert kinds["envelope"] == [LAST], envelope[:300]


def test_what_is_followed_is_spelled_in_one_way(world: World) -> None:
    event = newest(world)
    prev = orjson.loads(event.envelope)["prev"]
    for other in (prev.upper(), f" {prev}", prev[:-2], "", 5, [prev], True, "0" * 64, None):
        with twisted(world, telling(world, prev=other)):
            for kinds in everywhere(world):
                assert kinds == {"chain": [LAST]}, other


def test_a_stream_begins_with_nothing_before_it_and_at_its_first_version(world: World) -> None:
    stream = uuid4()
    for version in (0, 1):
        with twisted(world, telling(world, stream=str(stream), prev=None, version=version), stream_id=stream,
                     version=version):  # fmt: skip
            assert found(world, with_content=False) == {}
    for version, prev in (
        (2, None),
        (1, "0" * 64),
        (0, "0" * 64),
        (1, "f" * 64),
        (2**53, None),
        (2**62, "0" * 64),
        (2**62 + 1, "0" * 64),
        (2**63 - 1, None),
        (2**63 - 1, "0" * 64),
        (-1, None),
        (-1, "0" * 64),
        (-(2**62), None),
        (-(2**63) + 1, "0" * 64),
        (-(2**63), "f" * 64),
        (-(2**63), None),
    ):
        envelope = telling(world, stream=str(stream), prev=prev, version=version)
        with twisted(world, envelope, stream_id=stream, version=version):
            kinds = found(world, with_content=False)
            assert kinds["chain"] == [LAST], (version, prev)
            assert kinds.keys() <= {"chain", "place", "envelope"}


def test_topics_of_any_characters_are_no_finding(world: World) -> None:
    for topic in ('%d %b %% {"', "back\\slash", "tab\tand\nline", "健康", "\u007f\u0001", "", "😀", "\u2028"):
        with twisted(world, telling(world, topic=topic), topic=topic):
            assert everywhere(world) == ({}, {}), topic
        with twisted(world, telling(world, topic=topic), topic=f"{topic}."):
            assert found(world) == {"place": [LAST]}


def test_an_event_where_nobody_looks_is_found(world: World) -> None:
    """The stream has it as its last; by its position it would not be met on the way through the log."""
    for position in (0, -5, None, 2**62):
        _put(world, position)

        kinds = found(world)

        assert kinds["astray"] == [position or None]
        assert kinds.keys() == {"astray"}
        _take(world, position)


def test_two_events_at_one_position_are_found(world: World) -> None:
    for position in (3, SIZE // 2, SIZE, LAST):
        _put(world, position)

        assert found(world)["position"] == [position]
        assert position in found(world, with_content=False)["position"]
        _take(world, position)


def _put(world: World, position: int | None) -> None:
    """Another event of the newest one's stream, behind it, at a position."""
    event = newest(world)
    envelope = telling(world, version=event.version + 1, prev=event.leaf.hex(), event=str(uuid4()))
    world.insider.execute(
        """INSERT INTO store.event
               (position, version, recorded_at, stream_id, log_no, topic, leaf_hash, envelope)
           SELECT %s, version + 1, recorded_at, stream_id, log_no, topic, %s, %s FROM store.event
           WHERE log_no = %s AND position = %s""",
        position,
        leaf_hash(envelope),
        envelope,
        world.log.log_no,
        LAST,
    )


def _take(world: World, position: int | None) -> None:
    world.insider.execute(
        "DELETE FROM store.event WHERE log_no = %s AND position IS NOT DISTINCT FROM %s AND version = 62",
        world.log.log_no,
        position,
    )


def test_content_of_no_event_is_found(world: World) -> None:
    for position in (0, -7, LAST + 1, 2**60):
        insert = (
            "INSERT INTO store.content (position, log_no, key_generation, ciphertext) VALUES (%s, %s, 1, 'x')"
        )
        world.insider.execute(insert, position, world.log.log_no)

        assert found(world) == found(world, with_content=False) == {"astray": [position or None]}
        delete = "DELETE FROM store.content WHERE log_no = %s AND position = %s"
        world.insider.execute(delete, world.log.log_no, position)


@pytest.mark.parametrize(
    "change",
    [
        "key_generation = 0",
        "key_generation = -1",
        "key_generation = 2",
        "key_generation = NULL",
        "ciphertext = NULL",
        "ciphertext = ''",
        "ciphertext = substr(ciphertext, 1, 12)",
        "position = 100000",
        """ciphertext = (SELECT ciphertext FROM store.content AS c
           WHERE c.log_no = content.log_no AND c.position = content.position - 6)""",
    ],
)
def test_content_under_another_key_or_place_is_found(world: World, change: str) -> None:
    world.insider.execute(
        f"UPDATE store.content SET {change} WHERE log_no = %s AND position = 100", world.log.log_no
    )

    assert found(world)["content"] == [100]


def test_content_that_is_there_twice_is_found(world: World) -> None:
    world.insider.execute(
        "INSERT INTO store.content SELECT * FROM store.content WHERE log_no = %s AND position = 100",
        world.log.log_no,
    )

    assert found(world) == {"chain": [100]}  # as if the event followed itself


def test_content_framed_otherwise_is_not_what_was_committed_to(world: World) -> None:
    """The commitments hold; but where the parts lie, two readers would not agree."""
    event = newest(world)
    key = world.log.keys.newest(event.stream)
    origin, ident = world.log.origin.encode(), UUID(orjson.loads(event.envelope)["event"])
    with closing(connect.plain(world.published.dsn)) as db:
        [(sealed,)] = db.execute(
            "SELECT ciphertext FROM store.content WHERE log_no = %s AND position = %s",
            [world.log.log_no, LAST],
        ).fetchall()
    plain = key.open(sealed, origin, ident)
    twice = pack({"body": Part(bytes(32), b"{}")})
    for other in (plain + b"\x00", plain[:-1], twice + plain, plain + plain, b"", b"\x04body", b"\xff" * 80):
        world.insider.execute(
            "UPDATE store.content SET ciphertext = %s WHERE log_no = %s AND position = %s",
            key.seal(other, origin, ident),
            world.log.log_no,
            LAST,
        )
        assert found(world) == {"commitment": [LAST]}
