"""Head lists: who is in is found with the last event, who is not has a gap, and nothing else verifies."""

from dataclasses import replace
from hashlib import sha256, sha512
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import ProofError
from evidence.heads import Bucket, Head, bucket, bucket_of, key_of, list_root, packed, prove, unpacked
from evidence.second_leg import SecondLeg

STREAMS = st.sets(st.uuids(), max_size=40)


def head(stream: UUID, events: int = 1) -> Head:
    return Head(key_of(stream), events, sha256(stream.bytes).digest())


def listed(streams: set[UUID]) -> tuple[dict[int, list[Head]], dict[int, Bucket]]:
    heads: dict[int, list[Head]] = {}
    for one in sorted(head(stream) for stream in streams):
        heads.setdefault(bucket_of(one.key), []).append(one)
    return heads, {number: bucket(number, found) for number, found in heads.items()}


@given(STREAMS, st.uuids())
def test_a_list_tells_each_stream_it_has_and_of_no_other(streams: set[UUID], stranger: UUID) -> None:
    heads, buckets = listed(streams)
    root = list_root(buckets)

    for stream in streams | {stranger}:
        of_bucket = heads.get(bucket_of(key_of(stream)), [])
        found = prove(stream, of_bucket, buckets).verify(stream, root)
        assert found == (head(stream) if stream in streams else None)


def crowded(size: int) -> tuple[list[Head], dict[int, Bucket]]:
    """Many heads in the first bucket, made up: keys in order."""
    heads = [Head(bytes([0, 1, at]) + bytes(29), 1, bytes(32)) for at in range(size)]
    return heads, {0: bucket(0, heads)}


def stranger_among(heads: list[Head], at: int) -> UUID:
    """A stream whose key would stand in the first bucket; searched for, since keys are hashes."""
    return next(UUID(int=one) for one in range(at * 10_000, 10**9) if bucket_of(key_of(UUID(int=one))) == 0)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_a_gap_must_be_a_gap(size: int) -> None:
    heads, buckets = crowded(size)
    stream = stranger_among(heads, 0)
    proof, root = prove(stream, heads, buckets), list_root(buckets)

    assert proof.verify(stream, root) is None
    for forged in (
        replace(proof, shown=()),
        replace(proof, shown=proof.shown[1:]),
        replace(proof, bucket=proof.bucket._replace(streams=size + 1)),
        replace(proof, bucket=proof.bucket._replace(streams=0)),
        replace(proof, bucket=Bucket(1, size, proof.bucket.root)),
        replace(proof, bucket_proof=proof.bucket_proof[1:]),
    ):
        if forged != proof:
            with pytest.raises(ProofError):
                forged.verify(stream, root)


@pytest.mark.parametrize("more", [b"\0", b""], ids=["longer", "shorter"])
def test_a_key_of_another_length_shows_no_gap_where_a_stream_stands(more: bytes) -> None:
    """Packed it would be cut, or filled up, to the stream's own: its proof would then deny it."""
    stream = UUID(int=1)
    heads, buckets = listed({stream})
    proof = prove(stream, heads[bucket_of(key_of(stream))], buckets)
    key = key_of(stream) + more if more else key_of(stream).removesuffix(b"\0")[:-1]
    (shown,) = proof.shown
    forged = replace(proof, shown=(replace(shown, head=shown.head._replace(key=key)),))

    with pytest.raises(ProofError):
        forged.verify(stream, list_root(buckets))


def test_a_shorter_stream_or_another_last_event_is_refused() -> None:
    stream = UUID(int=7)
    heads, buckets = listed({stream, UUID(int=8)})
    of_bucket, root = heads[bucket_of(key_of(stream))], list_root(buckets)
    proof = prove(stream, of_bucket, buckets)
    (shown,) = proof.shown

    for changed in (shown.head._replace(events=0), shown.head._replace(leaf=bytes(32))):
        with pytest.raises(ProofError):
            replace(proof, shown=(replace(shown, head=changed),)).verify(stream, root)
    with pytest.raises(ProofError):
        proof.verify(UUID(int=9), root)


@given(STREAMS)
def test_heads_are_stored_as_they_are(streams: set[UUID]) -> None:
    heads = sorted(map(head, streams))

    assert unpacked(packed(heads)) == heads


def by_definition(envelopes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, under SHA-512."""
    if not envelopes:
        return sha512(b"").digest()
    if len(envelopes) == 1:
        return sha512(b"\x00" + envelopes[0]).digest()
    half = 1 << (len(envelopes) - 1).bit_length() - 1
    return sha512(b"\x01" + by_definition(envelopes[:half]) + by_definition(envelopes[half:])).digest()


@given(st.lists(st.binary(max_size=3), max_size=40), st.integers(0, 40))
def test_the_second_leg_is_the_tree_by_its_definition_wherever_it_rested(
    envelopes: list[bytes], rest: int
) -> None:
    leg = SecondLeg()
    leg.add(envelopes[:rest])
    again = SecondLeg(leg.size, leg.edge)
    again.add(envelopes[rest:])

    assert again.root() == by_definition(envelopes)
    with pytest.raises(ProofError):
        SecondLeg(again.size + 1, again.edge) if (again.size + 1).bit_count() != again.size.bit_count() else (
            SecondLeg(again.size, again.edge + bytes(64))
        )


def test_heads_of_another_length_are_refused() -> None:
    with pytest.raises(ProofError):
        unpacked(bytes(71))
