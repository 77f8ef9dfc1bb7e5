"""The one-file verifier against published vectors and against our own modules, and how fast it is."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import canonical, merkle
from evidence.checkpoint import Checkpoint
from evidence.package import verify
from evidence.package.contents import Stamped
from evidence.signing import sign
from tests.evidence.package.made import LOG, LOG_ML_DSA, ORIGIN, made_log, packed, resign, run_by_hand, unpack
from tests.evidence.package.made import verify as run
from tests.testdata import EVIDENCE, needs_testdata
from tools.bench.package import envelopes_per_s, made


@needs_testdata
def test_wycheproofs_ed25519_cases_are_judged_alike() -> None:
    groups = json.loads((EVIDENCE / "wycheproof" / "ed25519_test.json").read_text())["testGroups"]
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            try:
                verify.ed25519(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
                found = "valid"
            except (verify.Wrong, ValueError):
                found = "invalid"
            assert found == case["result"], case["tcId"]


leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


@given(leaves, st.data())
def test_its_tree_is_that_of_the_rfc(hashes: list[bytes], data: st.DataObject) -> None:
    size = len(hashes)
    index, before = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, earlier = (merkle.root_hash(leaf_hashes=hashes[:end]) for end in (size, before))
    included = [merkle.root_hash(leaf_hashes=hashes[a:b]) for a, b in merkle.inclusion(index, size)]
    grown = [merkle.root_hash(leaf_hashes=hashes[a:b]) for a, b in merkle.consistency(before, size)]

    assert verify.climbed(index, size - 1, included, hashes[index]) == [root]
    assert verify.roots_by_consistency(before, size, earlier, grown) == [earlier, root]
    for path in (included[:-1], [*included, root]) if included else ([root],):
        with pytest.raises(verify.Wrong):
            verify.climbed(index, size - 1, path, hashes[index])


MISSPELT = (
    b'{"a":1,"a":1}',
    b'{"a": 1}',
    b'{"b":1,"a":1}',
    b'{"A":1}',
    b"1.0",
    b"1e3",
    b"NaN",
    b"-0",
    b"9007199254740992",
    b'"\\ud800"',
    b'"\\u0041"',
    b"[",
)


@pytest.mark.parametrize("data", MISSPELT)
def test_json_of_another_spelling_is_refused_by_both(data: bytes) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(data)
    with pytest.raises((verify.Wrong, ValueError)):
        verify.canonical(data)


def stamped(tmp_path: Path) -> Stamped:
    """By an authority of openssl's, over the checkpoint of the first five events."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    leaves = made_log().leaves
    text = Checkpoint(ORIGIN, 5, merkle.root_hash(leaf_hashes=leaves[:5])).text
    note = sign(text, LOG, LOG_ML_DSA)
    (tmp_path / "note").write_bytes(note)
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "tsa.cnf").write_text(CONFIGURATION.format(folder=tmp_path))
    for command in COMMANDS:
        told = [one.format(folder=tmp_path) for one in command.split()]
        subprocess.run(["openssl", *told], check=True, capture_output=True, cwd=tmp_path)
    token, chain = ((tmp_path / name).read_bytes() for name in ("token", "tsa.pem"))
    grown = [merkle.root_hash(leaf_hashes=leaves[a:b]) for a, b in merkle.consistency(5, len(leaves))]
    return Stamped("tsa.example", note, token, chain, b"", grown)


CONFIGURATION = """
[req]
distinguished_name = name
x509_extensions = ext
prompt = no
[name]
CN = tsa.example
[ext]
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:TRUE
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
"""
COMMANDS = (
    "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 30 -config tsa.cnf",
    "ts -query -data note -sha512 -cert -out query",
    "ts -reply -config tsa.cnf -section it -queryfile query -signer tsa.pem -inkey tsa.key -out token",
)


def test_a_time_stamp_is_followed_to_the_checkpoint_of_the_package(tmp_path: Path) -> None:
    stamp = stamped(tmp_path)
    contents = replace(made_log().contents(), stamps=[stamp])
    bag = unpack(packed(contents), tmp_path / "bag")

    assert run(bag).text.splitlines()[-1].startswith("INDEPENDENCE: attested by data/time/1")
    assert (by_hand := run_by_hand(bag)).returncode == 0, by_hand.stdout + by_hand.stderr
    for path in ("checkpoint", "token.tsr", "consistency"):
        place = bag / "data" / "time" / "1" / path
        kept = place.read_bytes()
        at = kept.index(sha512(stamp.note).digest()) if path == "token.tsr" else 40
        place.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        resign(bag)
        assert not run(bag).holds, path
        place.write_bytes(kept)


@pytest.mark.slow
def test_a_slip_in_a_name_says_nothing_of_the_package(tmp_path: Path) -> None:
    """Neither by its words nor by its status: 1 is kept for a package that does not hold."""
    shipped = tmp_path / "verify.py"
    shutil.copy(verify.__file__, shipped)
    package = tmp_path / "evidence.zip"
    package.write_bytes(packed(made_log().contents()))
    said = {
        (): "are required: package",
        (str(tmp_path / "evidense.zip"),): "no such file",
        (str(package), "--keys", str(tmp_path / "none")): "no such file",
    }

    for arguments, words in said.items():
        done = subprocess.run(
            [sys.executable, "-I", str(shipped), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2 and words in done.stderr
        assert "VERIFIED" not in done.stdout + done.stderr


def test_it_keeps_up_with_hashing(tmp_path: Path) -> None:
    """With a hundredth of bare hashing at least, on a machine that others share; the bench has the figure."""
    bag = made(tmp_path, 2_000)
    envelopes = (bag / "data" / "events.ndjson").read_bytes().splitlines()
    begun = time.perf_counter()
    for envelope in envelopes * 20:
        sha256(envelope).digest()
    bare = 20 * len(envelopes) / (time.perf_counter() - begun)

    assert max(envelopes_per_s(bag) for _ in range(3)) > bare / 100
