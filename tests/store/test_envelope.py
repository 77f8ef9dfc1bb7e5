"""The bytes of an event, which must be right for a century: golden vectors, and the definitions."""

import json
from base64 import urlsafe_b64decode
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence import canonical
from evidence.commitment import commit
from evidence.errors import ProofError
from evidence.merkle import leaf_hash
from evidence.receipt import Receipt
from evidence.signing import Signer
from store import clock, content, envelope
from store.content import ContentKey, Part

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "envelope.json").read_text("utf-8"))
STREAM, LOG = UUID(VECTORS["stream"]), VECTORS["log"]
parts = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), st.binary(max_size=200), min_size=1
)


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["topic"])
def test_commitments_envelope_and_leaf_hash_are_those_of_the_golden_vectors(
    vector: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    given_parts = {name: bytes.fromhex(part["value_hex"]) for name, part in vector["parts"].items()}  # type: ignore[attr-defined]  # JSON
    salts = iter([bytes.fromhex(vector["parts"][name]["salt_hex"]) for name in given_parts])  # type: ignore[index]  # JSON
    monkeypatch.setattr(envelope, "take", lambda size: next(salts))
    previous = vector["previous_leaf_hex"]

    draft = envelope.draft(
        log=LOG, event=UUID(str(vector["event"])), stream=STREAM, version=None, topic=str(vector["topic"]),
        category="record", parts=given_parts, key=ContentKey.new(STREAM),
    )  # fmt: skip
    at = clock.from_datetime(datetime.fromisoformat(str(vector["at"])))
    draft.place(
        position=1,
        at=at,
        version=int(str(vector["version"])),
        previous=bytes.fromhex(str(previous)) if previous else None,
    )

    assert draft.envelope.decode() == vector["envelope"]
    assert draft.leaf.hex() == vector["leaf_hash_hex"]
    assert envelope.event_id(draft.envelope) == draft.event


def test_the_receipt_is_the_golden_one() -> None:
    vector, event = VECTORS["receipt"], VECTORS["events"][1]
    signer = Signer(
        f"{LOG}/receipt", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["key_seed_hex"]))
    )
    leaf = bytes.fromhex(event["leaf_hash_hex"])

    receipt = Receipt(LOG, str(STREAM), vector["version"], vector["position"], leaf, event["at"])

    assert receipt.signed(signer).decode() == vector["note"]
    assert str(signer.verifier) == vector["vkey"]


@given(parts, st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(0, 2**53 - 1))
def test_an_envelope_is_canonical_and_commits_to_each_part(
    given_parts: dict[str, bytes], topic: str, version: int
) -> None:
    stream, previous = uuid4(), sha256(b"previous").digest()
    key = ContentKey.new(stream)

    draft = envelope.draft(
        log=LOG,
        event=uuid4(),
        stream=stream,
        version=None,
        topic=topic,
        category="x",
        parts=given_parts,
        key=key,
    )
    draft.place(position=9, at=clock.system_clock(), version=version, previous=previous)

    sealed = canonical.decode(draft.envelope)
    assert isinstance(sealed, dict) and isinstance(sealed["parts"], dict)
    assert (sealed["topic"], sealed["version"], sealed["prev"]) == (topic, version, previous.hex())
    opened = content.unpack(key.open(draft.ciphertext, LOG.encode(), draft.event))
    assert {name: part.value for name, part in opened.items()} == given_parts
    for name, part in opened.items():
        committed = urlsafe_b64decode(str(sealed["parts"][name]) + "=")
        assert committed == commit(name=name, value=part.value, salt=part.salt)
    assert draft.leaf == leaf_hash(draft.envelope) == sha256(b"\0" + draft.envelope).digest()


def test_the_same_content_never_has_the_same_commitment_twice() -> None:
    key = ContentKey.new(STREAM)
    drafts = [
        envelope.draft(
            log=LOG, event=uuid4(), stream=STREAM, version=None, topic="t", category="x",
            parts={"body": b"{}"}, key=key,
        )
        for _ in range(1000)
    ]  # fmt: skip

    assert len({draft.after_at.partition(b'"parts"')[2] for draft in drafts}) == 1000
    assert len({draft.ciphertext[: content.NONCE_SIZE] for draft in drafts}) == 1000


@pytest.mark.parametrize("moved", ["log", "event", "stream", "generation"])
def test_content_does_not_open_anywhere_but_in_its_place(moved: str) -> None:
    event = uuid4()
    secret = bytes(32)
    sealed = ContentKey.of(STREAM, 1, secret).seal(b"text", LOG.encode(), event)
    stream = uuid4() if moved == "stream" else STREAM
    key = ContentKey.of(stream, 2 if moved == "generation" else 1, secret)

    with pytest.raises(ProofError):
        key.open(
            sealed, b"elsewhere" if moved == "log" else LOG.encode(), uuid4() if moved == "event" else event
        )


@given(parts, st.integers(1, 40))
def test_content_that_is_cut_short_does_not_read(given_parts: dict[str, bytes], cut: int) -> None:
    plaintext = content.pack({name: Part(bytes(32), value) for name, value in given_parts.items()})

    try:
        found = content.unpack(plaintext[:-cut])
    except ProofError:
        return
    assert len(found) < len(given_parts)  # cut exactly between two parts


def test_a_key_does_not_show_itself() -> None:
    assert "secret" not in repr(ContentKey.new(STREAM)) and "cipher" not in repr(ContentKey.new(STREAM))
