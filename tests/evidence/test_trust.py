"""Policies (C2SP tlog-policy): who has to have signed, and how a file must be written."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import trust
from evidence.errors import ProofError
from evidence.signing import Cosigner, sign
from tests.evidence.published import AT, LOG, LOG_TOO, Log

LOG_LINE = f"log {LOG.verifier}"


def cosigner(number: int) -> Cosigner:
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return Cosigner(f"witness.example/w{number}", key, lambda: AT)


X, Y = [cosigner(number) for number in (11, 12, 13)], [cosigner(number) for number in (21, 22, 23)]
# The specification's example of two levels of groups.
EXAMPLE = f"""
{LOG_LINE}

{"".join(f"witness X{at} {one.verifier}" + chr(10) for at, one in enumerate(X, start=1))}
group X-witnesses 2 X1 X2 X3

{"".join(f"witness Y{at} {one.verifier}" + chr(10) for at, one in enumerate(Y, start=1))}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
TEXT = Log().grow(9).text


@pytest.mark.parametrize(
    ("signers", "is_met"),
    [
        ([*X[:2], Y[0]], True),
        ([X[0], X[2], Y[2]], True),
        ([*X, *Y], True),
        ([X[0], *Y], False),
        (X, False),
        ([X[0], X[0], Y[0]], False),
        ([], False),
    ],
)
def test_the_quorum_of_the_specifications_example(signers: list[Cosigner], is_met: bool) -> None:
    policy, signed = trust.parse(EXAMPLE.encode()), sign(TEXT, LOG, *signers)

    if not is_met:
        with pytest.raises(ProofError):
            policy.open(signed)
        return
    opened = policy.open(signed)
    assert (opened.checkpoint.size, opened.signed_by) == (9, (LOG.verifier,))
    assert len(opened.cosigned_by) == len(set(signers))


def test_witnesses_alone_are_not_the_log() -> None:
    with pytest.raises(ProofError):
        trust.parse(EXAMPLE.encode()).open(sign(TEXT, *X, *Y))


def test_a_log_signs_under_its_own_origin_alone() -> None:
    policy = trust.parse(f"{LOG_LINE}\nquorum none\n".encode())

    with pytest.raises(ProofError):
        policy.open(sign(TEXT.replace(b"/test/1", b"/test/2"), LOG))


def test_one_witness_may_be_the_quorum_and_nobody_too() -> None:
    one = f"{LOG_LINE}\nwitness  w\t{X[0].verifier} https://w.example/\n# a comment\nquorum w\n"
    policy = trust.parse(one.encode())

    assert policy.open(sign(TEXT, LOG, X[0])).cosigned_by == {"w"}
    assert policy.witnesses["w"].url == "https://w.example/"
    with pytest.raises(ProofError):
        policy.open(sign(TEXT, LOG, X[1]))
    assert trust.parse(f"{LOG_LINE}\nquorum none".encode()).open(sign(TEXT, LOG)).cosigned_by == frozenset()


def test_a_cosignature_that_does_not_hold_spoils_the_note() -> None:
    signed = sign(TEXT, LOG, *X, *Y)
    at = len(signed) - 20

    with pytest.raises(ProofError):
        trust.parse(EXAMPLE.encode()).open(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])


W1, W2 = (f"witness w{at} {X[at].verifier}" for at in (1, 2))


@pytest.mark.parametrize(
    "lines",
    [
        [LOG_LINE],
        ["quorum none", "quorum none"],
        ["quorum w"],
        ["quorum w1", W1],
        [W1, W1, "quorum none"],
        [W1, W1.replace("w1", "w3", 1), "quorum none"],
        [f"log {X[0].verifier}", "quorum none"],
        [LOG_LINE, LOG_LINE, "quorum none"],
        [f"witness w {LOG.verifier}", "quorum w"],
        [W1, "group g 2 w1", "quorum g"],
        [W1, "group g 0 w1", "quorum g"],
        [W1, "group g 01 w1", "quorum g"],
        [W1, "group g any", "quorum none"],
        [W1, "group g any w1 w1", "quorum g"],
        [W1, "group g any none", "quorum g"],
        [W1, W2, "group g any w1", "group h any w1 w2", "quorum h"],
        [W1, "group w1 any w1", "quorum w1"],
        [W1, "group none any w1", "quorum none"],
        ["group g any g", "quorum g"],
        ["other", "quorum none"],
        ["log", "quorum none"],
        ["log x y", "quorum none"],
        ["quorum none none"],
        ["quorum none\r"],
        ["# \x7f", "quorum none"],
    ],
)
def test_a_file_that_is_not_a_policy_is_refused(lines: list[str]) -> None:
    with pytest.raises(ProofError):
        trust.parse("\n".join(lines).encode())


def test_names_are_bytes_of_any_script() -> None:
    policy = trust.parse(f"witness 档案馆 {X[0].verifier}\nquorum 档案馆\n".encode())

    assert len(policy.witnesses) == 1


def test_a_log_of_both_keys_is_two_lines() -> None:
    policy = trust.parse(f"{LOG_LINE}\nlog {LOG_TOO.verifier}\nquorum none\n".encode())

    assert policy.open(sign(TEXT, LOG, LOG_TOO)).signed_by == (LOG.verifier, LOG_TOO.verifier)
