"""Uploads under a key: one for each key of each caller, in whichever process, however many there are."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.document_errors import TooManyUploads
from domain.errors import KeyReused
from domain.ports import RequestKey
from store import blobs_table
from store.blobs import Blobs
from store.blobs_rules import USUAL
from store.database import APPENDER, Database
from store.keys import KeyStore, open_key_store

RECORDS = (uuid4(), uuid4())
Asked = tuple[int, str, int, int, int]
ASKED: st.SearchStrategy[Asked] = st.tuples(
    st.integers(0, 1),  # the process
    st.sampled_from(("https://login.example nurse", "https://login.example other")),
    st.integers(0, 2),  # the key
    st.integers(0, 1),  # the record
    st.integers(1, 2),  # the length
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    store = open_key_store(tmp_path_factory.mktemp("keys"), begin=True)
    yield store
    store.close()


@pytest.fixture
def processes(database: Database, keys: KeyStore) -> Iterator[list[Blobs]]:
    with ExitStack() as left:
        opened = [
            Blobs(
                dsn=database.dsn(APPENDER),
                log_no=1,
                origin="test",
                keys=keys,
                is_named=lambda _: False,
                rules=USUAL,
            )
            for _ in range(2)
        ]
        for one in opened:
            left.callback(one.close)
        yield opened


def under(login: str, key: str) -> RequestKey:
    return RequestKey(login, key, b"\0" * 32)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ASKED, min_size=2, max_size=12))
def test_the_first_request_under_a_key_decides_what_it_names(
    processes: list[Blobs], asked: list[Asked]
) -> None:
    run, begun = uuid4(), dict[tuple[str, int], tuple[UUID, int, UUID]]()
    for process, login, number, record, length in asked:
        key, wanted = under(login, f"{run} {number}"), (RECORDS[record], length)
        first = begun.get((login, number))
        if first is not None and first[:2] != wanted:
            with pytest.raises(KeyReused):
                processes[process].begin(RECORDS[record], login, length, key)
            continue
        upload = processes[process].begin(RECORDS[record], login, length, key)
        assert (upload.record, upload.length, upload.received) == (*wanted, 0)
        assert first is None or first[2] == upload.id
        begun[login, number] = (*wanted, upload.id)
    assert len({one[2] for one in begun.values()}) == len(begun)


def test_who_has_too_many_is_still_answered_what_they_have(
    processes: list[Blobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    login, run = f"https://login.example {uuid4()}", uuid4()
    monkeypatch.setattr(blobs_table, "MOST_OPEN", 1)
    mine = processes[0].begin(RECORDS[0], login, 1, under(login, f"{run} 1"))

    with pytest.raises(TooManyUploads):
        processes[0].begin(RECORDS[0], login, 1, under(login, f"{run} 2"))
    assert processes[1].begin(RECORDS[0], login, 1, under(login, f"{run} 1")).id == mine.id


def test_it_is_not_told_by_the_key_to_whoever_lacks_the_secret(
    processes: list[Blobs], database: Database, tmp_path: Path
) -> None:
    login = "https://login.example nurse"
    key = under(login, f"{uuid4()}")
    elsewhere = open_key_store(tmp_path, begin=True)
    other = Blobs(
        dsn=database.dsn(APPENDER),
        log_no=1,
        origin="test",
        keys=elsewhere,
        is_named=lambda _: False,
        rules=USUAL,
    )

    assert processes[0].begin(RECORDS[0], login, 1, key).id != other.begin(RECORDS[0], login, 1, key).id
    other.close()
    elsewhere.close()
