"""A package proves what it shows to somebody who has nothing but it; whatever is changed in it is found."""

import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bagit  # type: ignore[import-untyped]  # has no types
import pytest

from evidence.package import verify as shipped
from tests.evidence.package.made import (
    KEYS,
    LOG,
    OTHER,
    RECORD,
    WITNESS,
    cut_tail,
    made_log,
    packed,
    relist,
    resign,
    run_by_hand,
    unpack,
    verify,
)

DATA = """README.txt VERIFY.md verify.py checkpoint events.ndjson parts.ndjson withheld.ndjson report.html
    scope.json trust/policy trust/vkeys"""
POLICY = f"witness w {WITNESS.verifier}\ngroup g 1 w\nquorum g\n".encode()
PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def package() -> bytes:
    return packed(made_log().contents())


@pytest.fixture
def bag(package: bytes, tmp_path: Path) -> Path:
    return unpack(package, tmp_path)


def test_a_package_holds_as_a_zip_and_as_a_folder(package: bytes, bag: Path, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(package)

    for place in (bag, tmp_path / "package.zip"):
        checked = verify(place)
        assert checked.holds, checked.text
        assert "operator's own key alone" in checked.text.splitlines()[-1]


def test_it_needs_nothing_but_python(bag: Path) -> None:
    if not os.access(PYTHON, os.X_OK):
        pytest.skip(f"no {PYTHON}, whose library is bare")

    assert verify(bag, python=PYTHON).holds
    assert len((bag / "data" / "verify.py").read_text().splitlines()) < 580


def test_a_bag_validator_accepts_it(bag: Path) -> None:
    bagit.Bag(str(bag)).validate()


def test_the_same_contents_give_the_same_bytes(package: bytes) -> None:
    assert packed(made_log().contents()) == package


def test_nothing_in_the_zip_is_compressed_or_dated(package: bytes, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(package)

    with zipfile.ZipFile(tmp_path / "package.zip") as file:
        assert {(one.compress_type, one.date_time) for one in file.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}


@pytest.mark.parametrize("change", ["as it is", "listed again"])
def test_any_changed_byte_of_any_file_is_found(bag: Path, change: str) -> None:
    """In the middle and at both ends of each file; also when somebody without the key lists them anew."""
    kept = {one: one.read_bytes() for one in bag.rglob("*") if one.is_file()}
    lists = [one for one in kept if "manifest-" in one.name] if change == "listed again" else []
    for file, data in kept.items():
        for at in sorted({0, len(data) // 2, len(data) - 1}) if data and file not in lists else []:
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            if lists:
                relist(bag)
            assert refuses(bag), f"byte {at} of {file.relative_to(bag)} was changed and it holds"
            for one, before in kept.items():
                one.write_bytes(before)
    assert not refuses(bag)


CHECKS = ("keys", "files", "checkpoint", "events", "parts", "completeness", "named_files", "time")


def refuses(place: Path) -> bool:
    """As the main of verify.py has it, in this process: hundreds of packages are tried."""
    try:
        package = shipped.Package(shipped.Bag(place), None)
        for name in CHECKS:
            getattr(package, name)()
    except Exception:
        return True
    return False


def test_any_changed_byte_of_the_zip_is_found(package: bytes, tmp_path: Path) -> None:
    """Every byte of the headers and of the list at the end; of what is in files, one in five hundred."""
    place = tmp_path / "changed.zip"
    starts = [one.start() for one in re.finditer(b"PK\3\4", package)]
    headers = [start + step for start in starts for step in (4, 6, 10, 12, 18, 28)]
    directory = range(package.index(b"PK\1\2"), len(package))
    for at in [*headers, *directory, *range(0, len(package), 997)]:
        place.write_bytes(package[:at] + bytes([package[at] ^ 0x10]) + package[at + 1 :])
        assert refuses(place), f"byte {at} was changed and it holds"
    place.write_bytes(package + b"\0")
    assert refuses(place)
    place.write_bytes(package)
    assert not refuses(place)


Change = Callable[[list[str]], list[str]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lines: lines[:3] + lines[4:], id="dropped from the middle"),
        pytest.param(lambda lines: [lines[1], lines[0], *lines[2:]], id="swapped"),
        pytest.param(lambda lines: [*lines[:-1]], id="tail cut"),
        pytest.param(lambda lines: [*lines, lines[-1]], id="told twice"),
        pytest.param(lambda lines: [lines[0].replace(':"record', ': "record'), *lines[1:]], id="respelled"),
        pytest.param(
            lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]], id="altered"
        ),
    ],
)
@pytest.mark.parametrize("with_proofs", [False, True], ids=["events alone", "proofs likewise"])
def test_what_the_operator_does_to_the_list_of_events_is_found(
    bag: Path, change: Change, with_proofs: bool
) -> None:
    """Signed anew with the operator's own key; what the scope counts stays as it was."""
    events = bag / "data" / "events.ndjson"
    lines = events.read_text().splitlines()
    events.write_text("".join(f"{line}\n" for line in change(lines)))
    proofs = sorted((bag / "data" / "proofs").iterdir())
    if with_proofs:
        for place, of in zip(proofs, change([one.read_text() for one in proofs]), strict=False):
            place.write_text(of)
    resign(bag)

    assert not verify(bag).holds


def test_a_tail_that_is_cut_is_told_by_the_last_version_that_the_scope_signs(
    bag: Path,
) -> None:
    """The operator may show less, and says so: the last version shown stands in the signed scope."""
    cut_tail(bag, scope_too=False)
    assert not verify(bag).holds
    cut_tail(bag, events=0)

    checked = verify(bag)

    assert checked.holds
    assert "nothing was left out at the end is the log's word" in checked.text


def test_an_event_of_another_record_does_not_pass_for_one_of_this(tmp_path: Path) -> None:
    log = made_log()
    other = replace(log.contents([RECORD, OTHER]), streams=log.contents([RECORD]).streams)

    bag = unpack(packed(other), tmp_path)

    assert not verify(bag).holds


def test_withheld_parts_stay_as_commitments_and_the_rest_verifies(tmp_path: Path) -> None:
    def withhold(index: int) -> dict[str, str]:
        return {"body": "not-open"} if index % 2 else {"body": "erased", "who": "erased"}

    bag = unpack(packed(made_log().contents(withhold=withhold)), tmp_path)

    checked = verify(bag)
    assert checked.holds, checked.text
    assert "青霉素" not in "".join(one.read_text() for one in bag.rglob("*") if one.is_file())
    assert not (bag / "data" / "attachments").exists()
    assert not (bag / "data" / "schemas").exists()


def test_a_part_that_is_left_out_in_silence_is_missed(bag: Path) -> None:
    parts = bag / "data" / "parts.ndjson"
    parts.write_text("\n".join(parts.read_text().split("\n")[:-2]) + "\n")
    resign(bag)

    assert not verify(bag).holds


def test_a_part_under_another_salt_is_another(bag: Path) -> None:
    parts = bag / "data" / "parts.ndjson"
    first, second, *rest = parts.read_text().split("\n")
    salts = [json.loads(one)["salt"] for one in (first, second)]
    parts.write_text("\n".join([first.replace(*salts), second, *rest]))
    resign(bag)

    assert not verify(bag).holds


def test_a_quorum_of_witnesses_is_said_and_one_that_is_missing_too(tmp_path: Path) -> None:
    log = made_log()

    met = verify(unpack(packed(log.contents(cosigners=[WITNESS], policy=POLICY)), tmp_path / "met"))
    missed = verify(unpack(packed(log.contents(policy=POLICY)), tmp_path / "missed"))

    assert met.holds and met.text.splitlines()[-1] == "INDEPENDENCE: attested by the witnesses w."
    assert missed.holds and "NOBODY" in missed.text.splitlines()[-1]


def test_keys_from_elsewhere_confirm_the_package_or_refuse_it(bag: Path, tmp_path: Path) -> None:
    mine, others = tmp_path / "keys", tmp_path / "others"
    mine.write_text("".join(f"{one.verifier}\n" for one in KEYS))
    others.write_text(f"{LOG.verifier}\n")

    assert "Keys: yours." in verify(bag, "--keys", str(mine)).text
    assert not verify(bag, "--keys", str(others)).holds


def test_the_commands_of_the_manual_find_it_whole(bag: Path) -> None:
    done = run_by_hand(bag)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "path", ["events.ndjson", "parts.ndjson", "checkpoint", "proofs/000000000003.tlog-proof"]
)
def test_the_commands_of_the_manual_find_what_was_changed(bag: Path, path: str) -> None:
    """By the lists at once; behind lists that are made and signed anew, by what they prove."""
    place = bag / "data" / path
    data = place.read_bytes()
    at = data.index(b"\n") - 4  # within the first line
    place.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])

    assert run_by_hand(bag).returncode != 0
    resign(bag)
    assert run_by_hand(bag).returncode != 0


def test_the_report_escapes_whatever_the_record_says(bag: Path) -> None:
    report = (bag / "data" / "report.html").read_text()

    assert "<script" not in report
    assert "青霉素 &lt;script&gt;" in report
    assert report.index("operator's own key alone".replace("'", "&#x27;")) < report.index("<article>")
    assert not re.search(r"(src|href)=", report)


def test_names_of_files_tell_nothing_of_the_content(bag: Path) -> None:
    names = {one.relative_to(bag).as_posix() for one in bag.rglob("*") if one.is_file()}

    by_number = r"data/(proofs/\d{12}\.tlog-proof|(schemas/by-digest|attachments)/[0-9a-f]{64}(\.json)?)"
    told = {one for one in names if not re.fullmatch(by_number, one)}
    assert told == {*shipped.TOP, *(f"data/{one}" for one in DATA.split())}
