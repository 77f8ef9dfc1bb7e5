"""The examples that stand in the C2SP specifications (CC BY 4.0), and what they forbid."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import note
from evidence.checkpoint import Checkpoint, decimal
from evidence.cosignature import ed25519_message, ml_dsa_message, timed
from evidence.errors import ProofError
from evidence.merkle import leaf_hash
from evidence.note import ML_DSA_44, Verifier
from evidence.signing import sign
from evidence.tlog_proof import TlogProof
from evidence.witness import Submission
from tests.evidence.published import COSIGNER, LOG, LOG_TOO, ORIGIN, leaf, published

CHECKPOINT = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
COSIGNED = (
    CHECKPOINT
    + (
        "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGz"
        "Gku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXc"
        "rtPHeolMI5O"
        "WXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
)
SUBMISSION = (
    b"""old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

"""
    + CHECKPOINT
    + (
        "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z"
        "hcyv2q1gGzG"
        "ku9nTo+zyWE+xeMcTOAYQ8=\n— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9Ed"
        "mHXnZdXNqlcV"
        "GlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n"
    ).encode()
)


def test_the_example_of_a_checkpoint_reads_and_is_written_again() -> None:
    told = Checkpoint.parse(CHECKPOINT)

    assert (told.origin, told.size) == ("example.com/behind-the-sofa", 20852163)
    assert told.text == CHECKPOINT


def test_the_example_of_a_cosigned_checkpoint_has_the_time_that_it_says() -> None:
    text, lines = note.parts(COSIGNED)
    seconds, _ = timed(base64.b64decode(lines[1].rpartition(" ")[2])[4:])

    assert text == CHECKPOINT
    assert seconds == 1679315147
    assert ed25519_message(text, seconds) == b"cosignature/v1\ntime 1679315147\n" + CHECKPOINT


def test_what_an_ml_dsa_signature_signs_is_laid_out_as_specified() -> None:
    message = ml_dsa_message(CHECKPOINT + b"an extension\n", "witness.example.com/w1", 1679315147)

    name, origin = b"witness.example.com/w1", b"example.com/behind-the-sofa"
    assert message == (
        b"subtree/v1\n\x00"
        + bytes([len(name)])
        + name
        + (1679315147).to_bytes(8, "big")
        + bytes([len(origin)])
        + origin
        + bytes(8)
        + (20852163).to_bytes(8, "big")
        + base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    )


def test_the_example_of_a_submission_reads_and_is_written_again() -> None:
    told = Submission.parse(SUBMISSION)

    assert (told.old, len(told.proof), told.checkpoint.size) == (20852014, 4, 20852163)
    assert told.encode() == SUBMISSION


def test_every_kind_of_signature_opens_and_tells_who_signed() -> None:
    text = Checkpoint(ORIGIN, 7, bytes(32)).text
    verifiers = [LOG.verifier, LOG_TOO.verifier, COSIGNER.verifier]
    signed = sign(text, LOG, LOG_TOO, COSIGNER)

    assert note.open(text=signed, verifiers=verifiers).signed_by == tuple(verifiers)
    for one in verifiers:
        assert note.open(text=signed, verifiers=[one]).signed_by == (one,)
        assert Verifier.parse(str(one)) == one


def test_a_key_that_signs_twice_counts_once() -> None:
    text = Checkpoint(ORIGIN, 7, bytes(32)).text

    assert note.open(text=sign(text, LOG, LOG), verifiers=[LOG.verifier]).signed_by == (LOG.verifier,)


@given(st.data())
def test_no_byte_of_a_checkpoint_can_change_under_any_signature(data: st.DataObject) -> None:
    signed = bytearray(published().note)
    at = data.draw(st.integers(0, len(signed) - 1))
    signed[at] ^= data.draw(st.integers(1, 255))
    verifiers = [LOG.verifier, LOG_TOO.verifier, COSIGNER.verifier]

    try:
        opened = note.open(text=bytes(signed), verifiers=verifiers)
    except ProofError:
        return
    assert opened.text == note.parts(published().note)[0]  # in a name or id: that line is of nobody we know


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"o\n5\n",
        CHECKPOINT[:-1],
        CHECKPOINT + b"\n",
        b"\n" + CHECKPOINT,
        CHECKPOINT.replace(b"20852163", b"020852163"),
        CHECKPOINT.replace(b"20852163", b"-1"),
        CHECKPOINT.replace(b"20852163", b" 1"),
        CHECKPOINT.replace(b"20852163", "२".encode()),
        CHECKPOINT.replace(b"20852163", b"1" * 20),
        CHECKPOINT.replace(b"q2I=", b"q2J="),  # bits that no byte has: another spelling of the same hash
        CHECKPOINT.replace(b"q2I=", b"q2I"),
        CHECKPOINT.replace(b"CsUY", b""),
        CHECKPOINT.replace(b"sofa", b"\xff"),
        CHECKPOINT + b"extension\n\nanother\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: bytes) -> None:
    with pytest.raises(ProofError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("control", [b"\x00", b"\t", b"\r", b"\x1f", b"\xff"])
def test_a_note_has_no_control_characters_and_is_utf_8(control: bytes) -> None:
    text = b"a line" + control + b"\n"

    with pytest.raises(ProofError):
        note.open(text=sign(text, LOG), verifiers=[LOG.verifier])


def test_a_note_may_have_many_signatures_but_not_any_number() -> None:
    text = Checkpoint(ORIGIN, 7, bytes(32)).text
    stranger = "— stranger.example AAAAAAAA\n".encode()

    assert note.open(text=sign(text, LOG) + stranger * 99, verifiers=[LOG.verifier])
    with pytest.raises(ProofError):
        note.open(text=sign(text, LOG) + stranger * 100, verifiers=[LOG.verifier])


@pytest.mark.parametrize("length", [0, 8, 72 - 1, 72 + 1])
def test_a_cosignature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ProofError):
        COSIGNER.verifier.check(CHECKPOINT, bytes(length))


def test_a_time_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(ProofError):
        timed(b"\x80" + bytes(71))


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_names_in_binary_messages_have_1_to_255_bytes(name: str) -> None:
    with pytest.raises(ProofError):
        ml_dsa_message(CHECKPOINT, name, 1)


def test_an_ml_dsa_signature_is_of_a_checkpoint_alone() -> None:
    with pytest.raises(ProofError):
        LOG_TOO.signature(b"a text\n")


def test_a_signature_of_one_key_is_none_of_another_kind() -> None:
    """The key's type is part of its id, so the same key signs nothing it did not mean."""
    as_ml_dsa = Verifier.of(ORIGIN, ML_DSA_44, LOG_TOO.verifier.public_key)
    assert as_ml_dsa == LOG_TOO.verifier
    signed = COSIGNER.signature(CHECKPOINT)

    with pytest.raises(ProofError):
        Verifier.of(COSIGNER.verifier.name, b"\x01", COSIGNER.verifier.public_key).check(CHECKPOINT, signed)


# tlog-proof

GOOD = published()
PROOF = TlogProof(GOOD.index, GOOD.inclusion, GOOD.note)
KEYS = [LOG.verifier, LOG_TOO.verifier]


def test_a_proof_file_reads_as_it_was_written_and_proves_its_leaf() -> None:
    data = PROOF.encode()

    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 400\n")
    assert TlogProof.parse(data) == PROOF
    assert TlogProof.parse(data).verify(leaf_hash(leaf(400)), KEYS).size == 700


def test_extra_data_is_passed_over() -> None:
    data = PROOF.encode().replace(b"\nindex", b"\nextra YWdl\nindex", 1)

    assert TlogProof.parse(data) == PROOF


def test_a_proof_of_another_leaf_is_refused() -> None:
    with pytest.raises(ProofError):
        PROOF.verify(leaf_hash(leaf(401)), KEYS)


@given(st.data())
def test_no_byte_of_a_proof_file_can_change(data: st.DataObject) -> None:
    changed = bytearray(PROOF.encode())
    upto = changed.index("— ".encode()) - 1  # what is signed, and the proof before it
    at = data.draw(st.integers(0, upto - 1))
    changed[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(ProofError):
        TlogProof.parse(bytes(changed)).verify(leaf_hash(leaf(400)), KEYS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + GOOD.note,
        b"c2sp.org/tlog-proof@v1\nindex 00\n\n" + GOOD.note,
        b"c2sp.org/tlog-proof@v1\nindex -1\n\n" + GOOD.note,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + GOOD.note.replace(b"\n\n", b"\n"),
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n" + GOOD.note,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"%b\n" % base64.b64encode(bytes(32)) * 64 + b"\n" + GOOD.note,
    ],
)
def test_what_is_no_proof_file_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        TlogProof.parse(data)


@pytest.mark.parametrize("text", ["", "01", "1_0", "+1", "1\n", "9" * 20])
def test_numbers_have_one_spelling(text: str) -> None:
    with pytest.raises(ProofError):
        decimal(text)
