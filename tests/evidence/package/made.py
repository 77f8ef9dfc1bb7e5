"""An evidence package of a log that is made up here: two streams, a few parts of each kind."""

import base64
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha512
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence import canonical, heads, merkle
from evidence.canonical import Json
from evidence.checkpoint import Checkpoint
from evidence.commitment import commit
from evidence.package.bag import ALGORITHMS
from evidence.package.contents import Contents, Definitions, Disclosed, Listed, Sealed, Stream, Trust
from evidence.package.write import write_package
from evidence.signing import Cosigner, LineSigner, MlDsaSigner, Signer, line, sign

ORIGIN = "lifelong.example/110101/1"
RECORD, ACCESSES, OTHER, OWN = (str(UUID(int=number)) for number in (1, 2, 3, 4))
FORM = canonical.encode({"name": "allergy", "edition": "2026"})
DOCUMENT = "化验单".encode() * 1000


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(seed("log")))
LOG_ML_DSA = MlDsaSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(seed("log")), lambda: 1_800_000_000)
PACKAGE = Signer(f"{ORIGIN}/package", Ed25519PrivateKey.from_private_bytes(seed("package")))
WITNESS = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(seed("witness")), lambda: 7)
KEYS: tuple[LineSigner, ...] = (LOG, LOG_ML_DSA, PACKAGE)


@cache
def signed(text: bytes) -> bytes:
    """By the log. Once: ML-DSA signs otherwise each time."""
    return sign(text, LOG, LOG_ML_DSA)


@dataclass(frozen=True)
class Event:
    """An event as it lies in the made-up log."""

    stream: str
    version: int
    envelope: bytes
    parts: Mapping[str, Disclosed]


@dataclass
class MadeLog:
    """Events one after the other; `package` makes a package of any of them."""

    events: list[Event]

    @property
    def leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(one.envelope) for one in self.events]

    def add(self, stream: str, body: Json, **changes: Json) -> None:
        before = [one for one in self.events if one.stream == stream]
        number = len(self.events) + 1
        values = {"body": canonical.encode(body), "who": canonical.encode({"role": "practitioner"})}
        parts = {name: Disclosed(seed(f"{number} {name}"), value) for name, value in values.items()}
        commitments: Json = {
            name: base64url(commit(name=name, value=one.value, salt=one.salt)) for name, one in parts.items()
        }
        told: dict[str, Json] = {
            "at": f"2026-11-22T02:35:{number % 60:02}.123456Z"
            if number < 60
            else "2026-11-23T02:35:01.123456Z",
            "event": str(UUID(int=1000 + number)),
            "log": ORIGIN,
            "parts": commitments,
            "prev": merkle.leaf_hash(before[-1].envelope).hex() if before else None,
            "stream": stream,
            "topic": "record.allergy-recorded.v1",
            "v": 1,
            "version": len(before) + 1,
            **changes,
        }
        self.events.append(Event(stream, len(before) + 1, canonical.encode(told), parts))

    def list_heads(self) -> Callable[[], Listed]:
        """Tell a list of all heads; then what it says of each stream, against the log as it is later."""
        size = len(self.events)
        ends = {one.stream: one for one in self.events}
        listed = sorted(
            heads.Head(heads.key_of(UUID(one.stream)), one.version, merkle.leaf_hash(one.envelope))
            for one in ends.values()
        )
        held = {
            number: [one for one in listed if heads.bucket_of(one.key) == number]
            for number in {heads.bucket_of(one.key) for one in listed}
        }
        buckets = {number: heads.bucket(number, found) for number, found in held.items()}
        told: Json = {"size": size, "streams": len(listed), "root": heads.list_root(buckets).hex()}
        self.add(OWN, told, topic="log.heads-listed.v1")
        proofs = {
            one: heads.prove(UUID(one), held.get(heads.bucket_of(heads.key_of(UUID(one))), []), buckets)
            for one in (RECORD, ACCESSES, OTHER)
        }
        return lambda: Listed(
            size, heads.list_root(buckets), self.sealed(size, {"who": "not-selected"}), proofs
        )

    def sealed(self, index: int, withhold: Mapping[str, str]) -> Sealed:
        event, leaves = self.events[index], self.leaves
        proof = [merkle.root_hash(leaf_hashes=leaves[a:b]) for a, b in merkle.inclusion(index, len(leaves))]
        shown = {name: part for name, part in event.parts.items() if name not in withhold}
        words = {"zh": "记录过敏", "en": "allergy recorded"}
        return Sealed(index, event.envelope, proof, shown, withhold, words)

    def contents(
        self,
        streams: Sequence[str] = (RECORD, ACCESSES),
        withhold: Callable[[int], Mapping[str, str]] = lambda index: {},
        cosigners: Sequence[LineSigner] = (),
        policy: bytes = b"quorum none\n",
    ) -> Contents:
        checkpoint = Checkpoint(ORIGIN, len(self.events), merkle.root_hash(leaf_hashes=self.leaves))
        note = signed(checkpoint.text)
        note += b"".join(line(checkpoint.text, one) for one in cosigners)
        chosen = [index for index, one in enumerate(self.events) if one.stream in streams]
        digest = sha256(DOCUMENT).hexdigest()
        return Contents(
            folder=f"evidence-{RECORD}",
            origin=ORIGIN,
            size=len(self.events),
            checkpoint=note,
            scope={"record": RECORD, "issued_at": "2026-11-22T03:00:00Z"},
            streams=[Stream(one, "record" if one == RECORD else "accesses") for one in streams],
            events=[self.sealed(index, withhold(index)) for index in chosen],
            trust=Trust(
                [str(one.verifier) for one in KEYS],
                policy,
                [one.verifier.name for one in cosigners],
                is_met=bool(cosigners),
            ),
            definitions=lambda named: Definitions(
                {sha256(FORM).hexdigest(): FORM} if sha256(FORM).hexdigest() in named.digests else {}
            ),
            documents=lambda named: [(digest, lambda: [DOCUMENT])] if digest in named.digests else [],
        )


def body(number: int) -> Json:
    """What an event says: of a form, of a document, with what HTML and JSON trip over."""
    return {
        "form": {"name": "allergy", "edition": "2026", "digest": sha256(FORM).hexdigest()},
        "content": {
            "substance": '青霉素 <script>alert(1)</script> & "quotes" \u2028 😀',
            "sha256": sha256(DOCUMENT).hexdigest(),
            "number": number,
            "none": None,
            "list": [1, True, {"deep": "x"}],
        },
    }


def made_log(events: int = 23) -> MadeLog:
    """Of three streams, the third of somebody else."""
    log = MadeLog([])
    for number in range(events):
        log.add((RECORD, OTHER, ACCESSES, RECORD)[number % 4], body(number))
    return log


def packed(contents: Contents) -> bytes:
    """The zip."""
    file = io.BytesIO()
    write_package(file, contents, PACKAGE.sign)
    return file.getvalue()


def unpack(data: bytes, folder: Path) -> Path:
    """The folder of the bag."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(folder)
        return folder / file.namelist()[0].split("/")[0]


@dataclass(frozen=True)
class Checked:
    """What verify.py answered."""

    status: int
    text: str

    @property
    def holds(self) -> bool:
        return self.status == 0


def verify(place: Path, *arguments: str, python: str = sys.executable) -> Checked:
    """By the verify.py that lies in the package, in a bare interpreter, in an empty folder."""
    empty = place.parent / "empty"
    empty.mkdir(exist_ok=True)
    if place.is_dir():
        script = place / "data" / "verify.py"
    else:
        script = place.parent / "shipped-verify.py"
        with zipfile.ZipFile(place) as file:
            script.write_bytes(file.read(next(one for one in file.namelist() if one.endswith("/verify.py"))))
    done = subprocess.run(
        [python, "-I", str(script), str(place), *arguments],
        capture_output=True,
        text=True,
        cwd=empty,
        env={},
        check=False,
    )
    assert done.stderr == "", done.stderr
    return Checked(done.returncode, done.stdout)


def relist(bag: Path) -> None:
    """Make all the lists again after a change, as somebody would who has no key."""
    payload = sorted(one for one in (bag / "data").rglob("*") if one.is_file())
    for name in ALGORITHMS:
        _list(bag, f"manifest-{name}.txt", payload, name)
    tags = [bag / "bag-info.txt", bag / "bagit.txt", *(bag / f"manifest-{name}.txt" for name in ALGORITHMS)]
    for name in ALGORITHMS:
        _list(bag, f"tagmanifest-{name}.txt", tags, name)


def resign(bag: Path) -> None:
    """Make the lists again and sign them, as the operator could."""
    relist(bag)
    sums = [
        one((bag / f"tagmanifest-{name}.txt").read_bytes()).hexdigest()
        for name, one in (("sha256", sha256), ("sha512", sha512))
    ]
    text = f"{ORIGIN}/package\nsha256 {sums[0]}\nsha512 {sums[1]}\n".encode()
    (bag / "tagmanifests.note").write_bytes(PACKAGE.sign(text))


def cut_tail(bag: Path, events: int = 1, *, scope_too: bool = True) -> None:
    """Leave out the last events, and sign what is left, as the operator could. scope_too: and say so."""
    place, proofs = bag / "data" / "events.ndjson", sorted((bag / "data" / "proofs").iterdir())
    lines = place.read_text().splitlines()
    kept, gone = (
        lines[: len(lines) - events],
        {json.loads(one)["event"] for one in lines[len(lines) - events :]},
    )
    place.write_text("".join(f"{line}\n" for line in kept))
    for proof in proofs[len(kept) :]:
        proof.unlink()
    for path in (bag / "data" / "parts.ndjson", bag / "data" / "withheld.ndjson"):
        told = path.read_bytes().split(b"\n")[:-1]
        path.write_bytes(b"".join(one + b"\n" for one in told if json.loads(one)["event"] not in gone))
    if scope_too:
        scope = json.loads((bag / "data" / "scope.json").read_bytes())
        scope["events"] = len(kept)
        last = {(told := json.loads(one))["stream"]: told["version"] for one in kept}
        scope["streams"] = [one | {"last": last[one["stream"]]} for one in scope["streams"]]
        (bag / "data" / "scope.json").write_bytes(canonical.encode(scope))
    resign(bag)


def _list(bag: Path, path: str, files: Sequence[Path], name: str) -> None:
    digest = {"sha256": sha256, "sha512": sha512}[name]
    lines = [f"{digest(one.read_bytes()).hexdigest()}  {one.relative_to(bag).as_posix()}\n" for one in files]
    (bag / path).write_text("".join(lines))


def by_hand() -> str:
    """The commands of VERIFY.md, one after the other."""
    text = files("evidence.package").joinpath("VERIFY.md").read_text()
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def run_by_hand(bag: Path) -> subprocess.CompletedProcess[str]:
    for tool in ("bash", "sha256sum", "sha512sum", "openssl", "jq", "awk"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", by_hand()],
        cwd=bag,
        capture_output=True,
        text=True,
        check=False,
    )
