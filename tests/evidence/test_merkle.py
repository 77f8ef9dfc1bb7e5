"""The tree: every published case, refusals included, and the RFC's own definition as judge of ours."""

import base64
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import merkle
from evidence.errors import ProofError
from evidence.merkle import leaf_hash, root_hash, verify_consistency, verify_inclusion
from tests.evidence import definition
from tests.testdata import EVIDENCE, VECTORS, needs_testdata

Case = Mapping[str, Any]  # Any: as the file has it
PUBLISHED: Mapping[str, list[Case]] = json.loads((VECTORS / "rfc6962.json").read_text(encoding="utf-8"))
FIVE_HUNDRED: Case = json.loads((VECTORS / "rfc6962-500.json").read_text(encoding="utf-8"))

LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def named(case: Case) -> str:
    return str(case["name"])


def judged(check: Callable[[], None]) -> bool:
    """Whether it is refused."""
    try:
        check()
    except ProofError:
        return True
    return False


@pytest.mark.parametrize("case", PUBLISHED["inclusion"], ids=named)
def test_published_proofs_of_inclusion(case: Case) -> None:
    refused = judged(
        lambda: verify_inclusion(
            leaf_hash=decoded(case["leafHash"]),
            index=case["leafIdx"],
            tree_size=case["treeSize"],
            proof=[decoded(one) for one in case["proof"] or []],
            root_hash=decoded(case["root"]),
        )
    )

    assert refused == case["wantErr"]


@pytest.mark.parametrize("case", PUBLISHED["consistency"], ids=named)
def test_published_proofs_of_consistency(case: Case) -> None:
    refused = judged(
        lambda: verify_consistency(
            size1=case["size1"],
            size2=case["size2"],
            root1=decoded(case["root1"]),
            root2=decoded(case["root2"]),
            proof=[decoded(one) for one in case["proof"] or []],
        )
    )

    assert refused == case["wantErr"]


@needs_testdata
def test_no_published_case_is_left_out() -> None:
    for kind, cases in PUBLISHED.items():
        assert len(cases) == len(list((EVIDENCE / "rfc6962-merkle" / kind).rglob("*.json"))) > 10


def five_hundred() -> list[bytes]:
    """The leaves, by the rule that stands in the file."""
    leaves = [sha256(f"{FIVE_HUNDRED['seed']}/{at}".encode()).digest() for at in range(FIVE_HUNDRED["n"])]
    return [one[: 1 + at % 32] for at, one in enumerate(leaves)]


def test_roots_and_proofs_are_those_of_another_implementation() -> None:
    hashes = [leaf_hash(one) for one in five_hundred()]
    roots = {int(size): bytes.fromhex(root) for size, root in FIVE_HUNDRED["roots"].items()}

    def hashed(subtrees: list[merkle.Subtree]) -> list[str]:
        return [root_hash(leaf_hashes=hashes[begin:end]).hex() for begin, end in subtrees]

    for size, root in roots.items():
        assert root_hash(leaf_hashes=hashes[:size]) == root
    for one in FIVE_HUNDRED["inclusion"]:
        assert hashed(merkle.inclusion(one["index"], one["size"])) == one["proof"]
    for one in FIVE_HUNDRED["consistency"]:
        assert hashed(merkle.consistency(one["size1"], one["size2"])) == one["proof"]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_is_the_defined_one(leaves: list[bytes]) -> None:
    assert root_hash(leaf_hashes=map(leaf_hash, leaves)) == definition.root(leaves)


@given(LEAVES, st.data())
def test_a_leaf_is_proved_by_the_defined_path_and_by_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, root = definition.path(index, leaves), definition.root(leaves)
    subtrees = merkle.inclusion(index, len(leaves))

    assert [definition.root(leaves[begin:end]) for begin, end in subtrees] == path
    told = {
        "leaf_hash": leaf_hash(leaves[index]),
        "index": index,
        "tree_size": len(leaves),
        "proof": path,
        "root_hash": root,
    }
    verify_inclusion(**told)  # type: ignore[arg-type]  # a mapping of its arguments
    for change in _changes(path, data):
        assert judged(lambda change=change: verify_inclusion(**{**told, "proof": change}))  # type: ignore[misc]  # as above
    assert judged(lambda: verify_inclusion(**{**told, "root_hash": flipped(root, data)}))  # type: ignore[arg-type]  # as above
    assert judged(lambda: verify_inclusion(**{**told, "leaf_hash": flipped(told["leaf_hash"], data)}))  # type: ignore[arg-type]  # as above


@given(LEAVES, st.data())
def test_growth_is_proved_by_the_defined_proof_and_by_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    proof = definition.proof(size, leaves)
    roots = definition.root(leaves[:size]), definition.root(leaves)
    subtrees = merkle.consistency(size, len(leaves))

    assert [definition.root(leaves[begin:end]) for begin, end in subtrees] == proof

    def verify(root1: bytes, root2: bytes, hashes: list[bytes]) -> None:
        verify_consistency(size1=size, size2=len(leaves), root1=root1, root2=root2, proof=hashes)

    verify(*roots, proof)
    for change in _changes(proof, data):
        assert judged(lambda change=change: verify(*roots, change))  # type: ignore[misc]  # a default that binds
    assert judged(lambda: verify(flipped(roots[0], data), roots[1], proof))
    assert judged(lambda: verify(roots[0], flipped(roots[1], data), proof))


def flipped(one: bytes, data: st.DataObject) -> bytes:
    """With one bit of it changed."""
    bit = data.draw(st.integers(0, 8 * len(one) - 1))
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(one))


def _changes(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Proofs that are not this one."""
    changed = [[*proof, bytes(32)], [bytes(32), *proof]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changed += [
            proof[:-1],
            proof[1:],
            [*proof[:at], flipped(proof[at], data), *proof[at + 1 :]],
            [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
        ]
    return changed


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4), (2**63, 4)])
def test_no_proof_is_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        merkle.inclusion(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 4), (5, 4), (-1, 4)])
def test_no_proof_is_from_nothing_or_backwards(first: int, second: int) -> None:
    with pytest.raises(ProofError):
        merkle.consistency(first, second)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_has_32_bytes(length: int) -> None:
    with pytest.raises(ProofError):
        root_hash(leaf_hashes=[bytes(length)])
