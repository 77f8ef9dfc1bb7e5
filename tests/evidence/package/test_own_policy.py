"""A reader who brings a policy decides by it, not by the package's, who must have cosigned."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.signing import Cosigner
from tests.evidence.package.made import KEYS, WITNESS, Checked, made_log, packed, seed, unpack, verify

OTHER = Cosigner("other.example", Ed25519PrivateKey.from_private_bytes(seed("other")), lambda: 7)
LOGS = "".join(f"log {one.verifier}\n" for one in KEYS)
W, V = f"witness w {WITNESS.verifier}\n", f"witness v {OTHER.verifier} https://v.example/a+b+c\n"
ONE_OF_TWO = f"{W}{V}group g any w v\nquorum g\n"
BOTH = f"{W}{V}group g all w v\nquorum g\n"

Read = Callable[..., Checked]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """A package, as it is read by a policy of one's own."""

    def checked(
        own: str, cosigners: Sequence[Cosigner] = (WITNESS,), packed_policy: str = "quorum none\n"
    ) -> Checked:
        (tmp_path / "policy").write_text(own)
        contents = made_log().contents(cosigners=cosigners, policy=packed_policy.encode())
        return verify(unpack(packed(contents), tmp_path / "bag"), "--keys", str(tmp_path / "policy"))

    return checked


@pytest.mark.parametrize("own", [f"{W}quorum w\n", ONE_OF_TWO])
def test_a_quorum_that_the_package_does_not_ask_for_attests_it(read: Read, own: str) -> None:
    checked = read(f"# got from the gazette\n{LOGS}{own}")

    assert checked.holds, checked.text
    assert "Keys: yours, and the policy of witnesses too." in checked.text
    assert checked.text.endswith("INDEPENDENCE: attested by the witnesses w.\n")


@pytest.mark.parametrize(
    ("own", "cosigners", "told"),
    [
        pytest.param(f"{W}quorum w\n", [], "nobody", id="nobody"),
        pytest.param(BOTH, [WITNESS], "w", id="too few"),
        pytest.param(f"{V}quorum v\n", [WITNESS], "nobody", id="another"),
        pytest.param(f"{W}quorum x\n", [WITNESS], "w", id="a stranger"),
    ],
)
def test_a_quorum_that_did_not_sign_is_refused_whatever_the_package_asks_for(
    read: Read, own: str, cosigners: list[Cosigner], told: str
) -> None:
    for packed_policy in ("quorum none\n", f"{W}quorum w\n"):
        checked = read(LOGS + own, cosigners, packed_policy)

        assert not checked.holds
        assert f"FAILED  the quorum that your policy asks for has not cosigned; {told} did\n" in checked.text
        assert "NOT VERIFIED" in checked.text and "INDEPENDENCE" not in checked.text


def test_whom_only_the_package_names_does_not_count(read: Read) -> None:
    checked = read(f"{LOGS}quorum none\n", packed_policy=f"{W}quorum w\n")

    assert checked.holds and "attested by NOBODY" in checked.text


def test_a_policy_without_a_quorum_is_refused(read: Read) -> None:
    assert "without a quorum line" in read(LOGS + W).text


def test_a_policy_that_lacks_a_key_of_the_log_is_refused(read: Read) -> None:
    first, *others = LOGS.splitlines(keepends=True)

    checked = read(f"# {first}{''.join(others)}{W}quorum w\n")

    assert not checked.holds and "in data/trust, but not among your keys" in checked.text


def test_a_policy_that_takes_the_log_for_a_witness_is_refused(read: Read) -> None:
    own = f"{LOGS}witness w {KEYS[1].verifier}\nquorum w\n"

    assert "keys of the log itself" in read(own).text
