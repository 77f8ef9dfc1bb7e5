"""What anybody may ask of the log: a receipt is enough to show that its event is in the public tree."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

import pytest

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.merkle import root_hash
from evidence.note import ED25519, ML_DSA_44, Verifier
from evidence.receipt import verify_receipt
from evidence.tiles import TileId, Tree, tiles_of
from evidence.tlog_proof import TlogProof
from store import connect
from store.database import PUBLISHER
from store.proof import checkpoints
from store.proof.cosigning import Collector
from store.proof.rows import over
from tests.api.served import Served, login, new_record
from tests.store.proof.witnesses import policy, running
from tools.publishing import Publishing, publish_once


def publish(served: Served) -> None:
    publish_once(Publishing.of(served.service.settings, served.service.database))


@pytest.fixture(scope="module")
def published(served: Served) -> Iterator[Served]:
    for _ in range(3):
        served.open_record()
    publish(served)
    yield served


def keys(served: Served) -> list[Verifier]:
    return [Verifier.parse(line) for line in served.client.get("/v1/logs/1/keys").text.splitlines()]


def tile(served: Served, one: TileId) -> bytes:
    answer = served.client.get(f"/v1/logs/1/{one.path}")
    assert answer.status_code == 200, one.path
    return answer.content


def test_a_receipt_its_proof_and_the_keys_show_that_the_event_is_in_the_tree(served: Served) -> None:
    receipt = served.post("/v1/records", new_record()).json()["receipt"]
    stored = verify_receipt(text=receipt.encode(), verifiers=keys(served))
    address = f"/v1/logs/1/proofs/{stored.position}"
    early = served.client.get(address)
    assert (early.status_code, early.json()["type"]) == (404, "/problems/not-published-yet")
    assert early.headers["Retry-After"] == "60"

    publish(served)
    proof = TlogProof.parse(served.client.get(address).content)

    assert proof.index == stored.position - 1
    assert proof.verify(stored.leaf_hash, keys(served)).size == served.position
    with pytest.raises(ProofError):
        proof.verify(bytes(32), keys(served))


@pytest.mark.parametrize("what", ["audit-trail", "accesses", "events"])
def test_each_line_of_a_trail_is_proved_where_its_page_says(published: Served, what: str) -> None:
    subject = f"resident-of-{what}"
    record = published.open_record(login=login(subject))
    published.get(f"/v1/records/{record}")
    publish(published)

    answer = published.get(f"/v1/records/{record}/{what}", subject, "self")
    template = answer.headers["Link-Template"].split('"')[1]
    told = answer.json()["accesses" if what == "accesses" else "events"]

    assert told
    for one in told:
        proof = published.client.get(template.replace("{position}", str(one["position"])))
        TlogProof.parse(proof.content).verify(bytes.fromhex(one["leaf_hash"]), keys(published))


def test_the_checkpoint_is_signed_by_both_keys_and_the_tiles_lead_to_its_root(published: Served) -> None:
    opened = note.open(text=published.client.get("/v1/logs/1/checkpoint").content, verifiers=keys(published))
    head = Checkpoint.parse(opened.text)

    assert [one.kind for one in opened.signed_by] == [ED25519, ML_DSA_44]
    assert head.origin == published.service.opened.origin
    assert Tree(head.size, lambda one: tile(published, one)).root() == head.root
    leaves = b"".join(tile(published, one) for one in tiles_of(head.size) if one.level == 0)
    hashes = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert root_hash(leaf_hashes=hashes) == head.root


def test_the_checkpoint_shows_who_cosigned_it(published: Served, tmp_path: Path) -> None:
    settings, database = published.service.settings, published.service.database
    log_keys, origin = keys(published), published.service.opened.origin
    checkpoint_keys = [one for one in log_keys if one.name == origin]
    with ExitStack() as stack:
        one, two = (stack.enter_context(running(tmp_path, at, origin, checkpoint_keys)) for at in (1, 2))
        trust = policy(checkpoint_keys, [(one.verifier, one.url), (two.verifier, two.url)], 2)
        db = stack.enter_context(closing(connect.plain(database.dsn(PUBLISHER))))
        collector = stack.enter_context(closing(Collector(trust, settings.log_no)))
        newest = checkpoints.published(over(db), settings.log_no)
        assert newest is not None and collector.collect(db, newest) == []

        shown = published.client.get("/v1/logs/1/checkpoint").content
        proof = TlogProof.parse(published.client.get("/v1/logs/1/proofs/1").content)

    for signed in (shown, proof.checkpoint):
        opened = trust.open(signed)
        assert (opened.checkpoint.size, sorted(opened.cosigned_by)) == (newest.size, ["w0", "w1"])


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/999",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/64/000",
        "tile/entries/000",
        "tile/0/../checkpoint",
        "proofs/0",
        "proofs/-1",
        "proofs/1e3",
        "proofs/" + "9" * 30,
    ],
)
def test_what_is_no_tile_or_position_of_the_tree_is_not_there(published: Served, path: str) -> None:
    assert published.client.get(f"/v1/logs/1/{quote(path)}").status_code == 404


@pytest.mark.parametrize("what", ["checkpoint", "keys", "proofs/1", "tile/0/000.p/1"])
def test_another_log_is_not_ours_to_tell_of(published: Served, what: str) -> None:
    assert published.client.get(f"/v1/logs/1/{what}").status_code == 200
    assert published.client.get(f"/v1/logs/2/{what}").status_code == 404
