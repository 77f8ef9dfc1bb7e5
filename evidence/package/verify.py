#!/usr/bin/env python3
"""Checks an evidence package of a health record: one file, Python's standard library alone.

    python3 -I verify.py [PACKAGE] [--keys FILE]

PACKAGE: the zip or the unpacked folder; without it the folder that this file lies in. --keys: the keys of
the log and its witnesses, got by another way than the package: verifier keys, one a line, or a C2SP
tlog-policy, whose quorum then counts and not the package's; without it the package is believed. Ends with 0
if everything holds, else with 1, and says what is left to trust. By hand: see VERIFY.md.

Followed here, section by section: RFC 8032 (Ed25519), RFC 6962 (tree and proofs), C2SP signed-note,
tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-policy, RFC 8785 restricted (JSON), RFC 8493 (BagIt).
ML-DSA-44 signatures are checked where the Python package `cryptography` (46 or newer) is there.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple

Json = Any  # whatever JSON can say


class Wrong(Exception):
    """Something is not as it should be; the message says what."""


def need(holds: object, otherwise: str) -> None:
    if not holds:
        raise Wrong(otherwise)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# ---- Ed25519, as RFC 8032, section 5.1, defines it (checked for correctness, not made for speed) --

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_1 = pow(2, (PRIME - 1) // 4, PRIME)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % PRIME, (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c, d = 2 * p[3] * q[3] * D % PRIME, 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def point_of(data: bytes) -> Point:
    """Section 5.1.3. Raises Wrong for what is no point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if x * x % PRIME == square else x * ROOT_OF_MINUS_1 % PRIME
    is_point = len(data) == 32 and y < PRIME and x * x % PRIME == square and (x or not sign)
    need(is_point, "a key or signature that is no point of the curve")
    x = x if x & 1 == sign else PRIME - x
    return x, y, 1, x * y % PRIME


BASE = point_of((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little"))


def ed25519(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Section 5.1.7: s·B = R + k·A. Raises Wrong."""
    need(len(signature) == 64, "an Ed25519 signature has 64 bytes")
    r, s = point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    need(s < ORDER, "a signature that does not hold")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(k, point_of(public_key)))
    same = all((left[one] * right[2] - right[one] * left[2]) % PRIME == 0 for one in (0, 1))
    need(same, "a signature that does not hold")


def ml_dsa_44(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """FIPS 204, by `cryptography`; False where that cannot be asked. Raises Wrong."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
    except ImportError:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Wrong("an ML-DSA-44 signature that does not hold") from None
    return True


# ---- The tree of a log: RFC 6962, section 2.1; the proofs are followed as in RFC 9162, section 2.1.3
@lru_cache(1 << 16)  # neighbours share most of the way up
def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def climbed(index: int, last: int, path: list[bytes], *start: bytes) -> list[bytes]:
    """Where a proof leads to from a node at an index of a row that ends at `last`: in each tree followed."""
    found = list(start)
    for beside in path:
        if not last:
            raise Wrong("a proof that is too long")
        if index & 1 or index == last:
            found = [node_hash(beside, one) for one in found]
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found[-1] = node_hash(found[-1], beside)
        index, last = index >> 1, last >> 1
    need(last == 0, "a proof that is too short")
    return found


def roots_by_consistency(size1: int, size2: int, root1: bytes, path: list[bytes]) -> list[bytes]:
    """The roots of both trees that a proof leads to, if the second begins with the first."""
    need(0 < size1 <= size2, "a tree that is smaller than the one it is to begin with")
    if size1 == size2:
        return [root1, root1] if not path else []
    start, *rest = path if size1 & (size1 - 1) else [root1, *path]
    index, last = size1 - 1, size2 - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    return climbed(index, last, rest, start, start)


# ---- Signed notes and checkpoints: C2SP signed-note, tlog-checkpoint, tlog-cosignature ------------

ED25519, COSIGNATURE, ML_DSA_44 = 1, 4, 6  # types of keys


class Key(NamedTuple):
    """Who may sign: `name+hex(id)+base64(type ‖ public key)`."""

    name: str
    key_id: bytes
    kind: int
    public_key: bytes


def key_of(vkey: str) -> Key:
    name, key_id, encoded = vkey.strip().split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    need(sha256(name.encode() + b"\n" + raw)[:4].hex() == key_id, f"a wrong id of the key {name}")
    need(len(raw) == {1: 33, 4: 33, 6: 1313}.get(raw[0]), f"the key {name} is of a kind that is not known")
    return Key(name, bytes.fromhex(key_id), raw[0], raw[1:])


def open_note(note: bytes, keys: list[Key]) -> tuple[bytes, set[Key], set[Key]]:
    """The text of a note, the keys that signed it, and those that cannot be checked here."""
    body, separator, lines = note.rpartition(b"\n\n")
    need(separator and lines.endswith(b"\n"), "a note is text, an empty line and signature lines")
    text, known = body + b"\n", {(one.name, one.key_id): one for one in keys}
    signed, unchecked = set[Key](), set[Key]()
    for line in lines.decode().splitlines():
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
        need(dash == "—" and len(raw) > 4, "a signature line is «— name base64»")
        if key := known.get((name, raw[:4])):
            (signed if signature_holds(key, text, raw[4:]) else unchecked).add(key)
    return text, signed, unchecked


def signature_holds(key: Key, text: bytes, signature: bytes) -> bool:
    """False where it cannot be checked here. Raises Wrong where it is false."""
    if key.kind == ED25519:
        ed25519(key.public_key, text, signature)
        return True
    if key.kind == COSIGNATURE:
        said = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8]) + text
        ed25519(key.public_key, said, signature[8:])
        return True
    origin, size, root = checkpoint_of(text)
    name, log = key.name.encode(), origin.encode()
    said = b"subtree/v1\n\0" + bytes([len(name)]) + name + signature[:8] + bytes([len(log)]) + log
    return ml_dsa_44(key.public_key, said + struct.pack(">QQ", 0, size) + root, signature[8:])


def checkpoint_of(text: bytes) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint."""
    origin, size, root = text.split(b"\n")[:3]
    need(re.fullmatch(rb"0|[1-9]\d*", size), "a size that is not in decimal digits")
    return origin.decode(), int(size), hash_of(root)


@lru_cache(1 << 16)
def hash_of(text: bytes) -> bytes:
    found = base64.b64decode(text, validate=True)
    need(len(found) == 32 and base64.b64encode(found) == text, "a hash has 32 bytes, in base64")
    return found


def policy_of(text: str) -> tuple[dict[str, Key], dict[str, tuple[int, list[str]]], str]:
    """Witnesses, groups (how many of whom) and quorum of a C2SP tlog-policy; "" if it names no quorum."""
    witnesses, groups, quorum = dict[str, Key](), dict[str, tuple[int, list[str]]](), ""
    for words in (line.split("#")[0].split() for line in text.splitlines()):
        if words[:1] == ["witness"]:
            witnesses[words[1]] = key_of(words[2])
        elif words[:1] == ["group"]:
            of = words[3:]
            groups[words[1]] = ({"any": 1, "all": len(of)}.get(words[2]) or int(words[2]), of)
            need(1 <= groups[words[1]][0] <= len(of), "a group of which none need sign, or more than it has")
        elif words[:1] == ["quorum"]:
            quorum = words[1]
    counted = [one for _, of in groups.values() for one in of]
    keys = {one.public_key for one in witnesses.values() if one.kind != ED25519}
    need(len({*counted}) == len(counted) and len(keys) == len(witnesses), "a witness that counts twice")
    return witnesses, groups, quorum


def is_met(name: str, groups: dict[str, tuple[int, list[str]]], signed: set[str]) -> bool:
    """Whether a witness has signed, or enough of a group."""
    if name not in groups:
        return name in signed
    least, of = groups[name]
    return sum(is_met(one, groups, signed) for one in of) >= least


# ---- JSON in its one spelling: RFC 8785 with plain keys and whole numbers within ±(2^53 − 1) ------
def canonical(data: bytes) -> Json:
    """The value. Raises Wrong unless writing it again gives the same bytes: one reading, one spelling."""
    value = json.loads(
        data, object_pairs_hook=plain_keys, parse_int=whole, parse_float=whole, parse_constant=whole
    )
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(again.encode() == data, "JSON that is not in its one spelling")
    return value


def plain_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    need(all(re.fullmatch("[a-z][a-z0-9_]*", key) for key, _ in pairs), "JSON with a key that is not plain")
    return dict(pairs)


def whole(text: str) -> int:
    is_whole = re.fullmatch("-?[0-9]{1,16}", text) and abs(int(text)) < 2**53
    need(is_whole, "JSON with a number not within ±2^53")
    return int(text)


Commitments = dict[tuple[str, str], bytes]  # by event and name of the part


def opened(line: bytes, commitments: Commitments) -> tuple[str, bytes]:
    """Name and bytes of a part that is shown. Raises Wrong unless its event commits to them; once."""
    told = canonical(line)
    event, name, salt = told["event"], told["name"].encode(), base64.b64decode(told["salt"])
    value = told["text"].encode() if "text" in told else base64.b64decode(told["base64"])
    made = base64.urlsafe_b64encode(sha256(b"\x10" + salt + bytes([len(name)]) + name + value))
    committed = commitments.pop((event, told["name"]), None)
    need(len(salt) == 32 and made.rstrip(b"=") == committed, f"event {event} has another {name!r}")
    if name == b"body":
        canonical(value)
    return told["name"], value


# ---- The package: RFC 8493, as a folder or as a zip in which nothing is compressed ----------------
class Bag:
    """The files of a package by their paths."""

    def __init__(self, place: Path) -> None:
        self.place, self.zip, self.top = place, None if place.is_dir() else zipfile.ZipFile(place), ""
        names = [one.relative_to(place).as_posix() for one in place.rglob("*") if not one.is_dir()]
        if self.zip:
            check_zip(place, self.zip)
            self.top = self.zip.namelist()[0].split("/")[0] + "/"
            names = [name.removeprefix(self.top) for name in self.zip.namelist() if name.startswith(self.top)]
            need(len(names) == len(self.zip.namelist()), "a zip with more than one folder")
        self.paths = set(names)
        need(len(self.paths) == len(names), "two files of one name")

    def open(self, path: str) -> IO[bytes]:
        need(path in self.paths, f"{path} is missing")
        return self.zip.open(self.top + path) if self.zip else open(f"{self.place}/{path}", "rb")

    def read(self, path: str) -> bytes:
        with self.open(path) as file:
            return file.read()

    def lines(self, path: str) -> Iterator[bytes]:
        with self.open(path) as file:
            for line in file:
                need(line.endswith(b"\n"), f"{path} ends within a line")
                yield line[:-1]

    def sums(self, path: str) -> list[str]:
        digests = [hashlib.new(one) for one in ALGORITHMS]
        with self.open(path) as file:
            while piece := file.read(1 << 20):
                for one in digests:
                    one.update(piece)
        return [one.hexdigest() for one in digests]

    def manifests(self, kind: str) -> list[dict[str, str]]:
        """By file, its digest: as each of the lists has it."""
        lists = [self.read(f"{kind}-{one}.txt").decode().splitlines() for one in ALGORITHMS]
        return [{line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in one} for one in lists]

    def under(self, folder: str) -> list[str]:
        return sorted(path for path in self.paths if path.startswith(folder))


def check_zip(place: Path, packed: zipfile.ZipFile) -> None:
    """The zip's own bytes say nothing beside names and lengths: version 2.0, nothing compressed, no dates."""
    listed, at, wrong = b"", 0, "a zip that says more than names and lengths"
    with place.open("rb") as file:
        for one in packed.infolist():
            name, size = one.filename.encode(), one.file_size
            told = struct.pack("<5H3L2H", 20, 0, 0, 0, 33, one.CRC, size, size, len(name), 0)
            need(file.read(30 + len(name)) == b"PK\3\4" + told + name, wrong)
            listed += b"PK\1\2\x14\3" + told + struct.pack("<3H2L", 0, 0, 0, 0o644 << 16, at) + name
            at = file.seek(size, 1)
        count = len(packed.infolist())
        ending = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), at, 0)
        need(file.read() == listed + ending, wrong)


ALGORITHMS = ("sha256", "sha512")
TAG_FILES = {"bagit.txt", "bag-info.txt", *(f"manifest-{one}.txt" for one in ALGORITHMS)}
TOP = TAG_FILES | {"tagmanifests.note", *(f"tagmanifest-{one}.txt" for one in ALGORITHMS)}

# ---- What is checked, one after the other ---------------------------------------------------------

# An envelope has exactly this form, of which no second spelling exists.
ENVELOPE = re.compile(
    rb'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","event":"([0-9a-f-]{36})","log":"([^"\\]+)",'
    rb'"parts":\{((?:"[a-z][a-z0-9_]*":"[A-Za-z0-9_-]{43}",?)*)\},"prev":(?:null|"([0-9a-f]{64})"),'
    rb'"stream":"([0-9a-f-]{36})","topic":"([a-z0-9.-]+)","v":1,"version":([1-9]\d*)\}'
)
PART = re.compile(rb'"([a-z0-9_]+)":"([A-Za-z0-9_-]{43})"')
PROOF = re.compile(rb"c2sp\.org/tlog-proof@v1\nindex (0|[1-9]\d*)\n((?:[A-Za-z0-9+/=]{44}\n)*)\n")


class Package:
    """One package while it is checked; what one check found, the next ones use."""

    def __init__(self, bag: Bag, own_keys: str | None) -> None:
        self.bag, self.own_keys, self.trust = bag, own_keys, list[str]()
        self.commitments = Commitments()  # of the parts that were not looked at yet
        self.leaves, self.first = dict[tuple[str, int], bytes](), dict[str, int]()  # by stream and version
        self.named, self.independent = set[bytes](), list[str]()  # digests; on whom it rests beside the log

    def keys(self) -> str:
        """Whose keys they are, and whether you have them by another way."""
        self.scope: Json = canonical(self.bag.read("data/scope.json"))
        listed = [key_of(one) for one in self.bag.read("data/trust/vkeys").decode().splitlines()]
        # Keys are replaced now and then: the first of a name and kind is in force, others signed before it.
        self.vkeys = [*{(one.name, one.kind): one for one in reversed(listed)}.values()]
        mine = re.sub("(?m)^[ \t]*#.*", "", self.own_keys or "")
        known = {key_of(word) for word in mine.split() if word.count("+") > 1 and "://" not in word}
        self.by_own_policy = re.search(r"(?m)^[ \t]*(log|witness|group|quorum)[ \t]", mine) is not None
        self.policy = policy_of(mine if self.by_own_policy else self.bag.read("data/trust/policy").decode())
        need(self.policy[2], "a policy of witnesses without a quorum line")
        strange = {*self.vkeys, *self.policy[0].values()} - known if self.own_keys is not None else set()
        need(not strange, f"in data/trust, but not among your keys: {sorted(one.name for one in strange)}")
        own = {one.name for one in self.vkeys} & {one.name for one in self.policy[0].values()}
        need(not own, f"keys of the log itself that are told to be witnesses: {sorted(own)}")
        whose = "yours" if self.own_keys else "as the package gives them (better: --keys FILE)"
        whose += ", and the policy of witnesses too" * self.by_own_policy
        self.trust.append(f"Keys: {whose}.")
        return whose

    def files(self) -> str:
        """Every file is listed, every listed file is there, and the lists are signed."""
        bag, log = self.bag, self.scope["origin"]
        need(b"BagIt-Version: 1.0\n" in bag.read("bagit.txt"), "no bag of BagIt 1.0")
        need(bag.paths - set(bag.under("data/")) == TOP, "files beside the data that do not belong there")
        lists, tags = bag.manifests("manifest"), bag.manifests("tagmanifest")
        need(all(set(one) == set(bag.under("data/")) for one in lists), "files and manifests do not agree")
        need(all(set(one) == TAG_FILES for one in tags), "tag files and their manifests do not agree")
        for path in [*lists[0], *tags[0]]:
            told = [one[path] for one in (tags if path in TAG_FILES else lists)]
            need(bag.sums(path) == told, f"{path} has other bytes than it had")
        sums = [bag.sums(f"tagmanifest-{one}.txt")[at] for at, one in enumerate(ALGORITHMS)]
        text, signed, _ = open_note(bag.read("tagmanifests.note"), self.vkeys)
        need(any(one.name == f"{log}/package" for one in signed), "the lists are not signed by the log's key")
        told_sums = f"{log}/package\nsha256 {sums[0]}\nsha512 {sums[1]}\n"
        need(text == told_sums.encode(), "other lists are signed")
        self.sums = lists[0]
        return f"{len(bag.paths)} files, as listed by SHA-256 and SHA-512; the lists are signed"

    def checkpoint(self) -> str:
        """The state of the whole log that everything is proved against."""
        self.note, (witnesses, groups, quorum) = self.bag.read("data/checkpoint"), self.policy
        text, signed, unchecked = open_note(self.note, [*self.vkeys, *witnesses.values()])
        self.origin, self.size, self.root = checkpoint_of(text)
        self.log = self.origin.encode()
        need((self.origin, self.size) == (self.scope["origin"], self.scope["size"]), "another checkpoint")
        ours = {one for one in self.vkeys if one.name == self.origin}
        is_signed = {ED25519} <= {one.kind for one in ours} and ours <= signed | unchecked
        need(is_signed, "the checkpoint lacks a signature of the log")
        by = {name for name, key in witnesses.items() if key in signed}
        cosigners = ", ".join(sorted(by)) or "nobody"
        if quorum != "none" and is_met(quorum, groups, by):
            self.independent.append(f"the witnesses {cosigners}")
        else:
            is_enough = quorum == "none" or not self.by_own_policy
            need(is_enough, f"the quorum that your policy asks for has not cosigned; {cosigners} did")
            self.trust.append(f"Witnesses: no quorum (cosigned by {cosigners}).")
        if unchecked:
            self.trust.append("ML-DSA-44 signatures: not checked, for want of the package cryptography.")
        return f"{self.origin}: {self.size} events, signed by the log in {len(ours & signed)} ways"

    def events(self) -> str:
        """Each envelope is proved to stand in the log, and in its stream to follow the one before it."""
        proofs, last, at, count = self.bag.under("data/proofs/"), -1, b"", 0
        heads, first = dict[str, tuple[int, bytes]](), self.first
        whole = {one["stream"] for one in self.scope["streams"] if one["is_whole"]}
        for count, line in enumerate(self.bag.lines("data/events.ndjson"), 1):
            found = ENVELOPE.fullmatch(line)
            if found is None or count > len(proofs):
                raise Wrong(f"line {count} of events.ndjson is no envelope, or has no proof")
            now, event, log, parts, prev, stream, _, version = found.groups(b"")
            leaf, name, number = sha256(b"\x00" + line), stream.decode(), int(version)
            index, known, told = self.proved(proofs[count - 1], leaf), PART.findall(parts), event.decode()
            need(log == self.log and index > last and now >= at, f"{told} is not in the order of the log")
            spelled = b",".join(b'"%b":"%b"' % one for one in sorted(dict(known).items()))
            need(parts == spelled, "an envelope of another spelling")
            made = {(told, one.decode()): hashed for one, hashed in known}
            need(not made.keys() & self.commitments.keys(), f"two events {told}")
            self.commitments |= made
            before, before_hash = heads.get(name, (0, b""))
            is_next = number == before + 1
            follows = prev == before_hash if is_next else not before or name not in whole
            need(follows and number > before, f"{told} does not follow the one before it in its stream")
            first.setdefault(name, number)
            self.leaves[name, number] = leaf
            heads[name], last, at = (number, leaf.hex().encode()), index, now
        need(count == len(proofs) == self.scope["events"], "events are missing, or their proofs")
        reach = {one["stream"]: (one["first"], one["last"]) for one in self.scope["streams"]}
        found_reach = {one: (first[one], heads[one][0]) for one in heads}
        need(reach == found_reach, "a stream begins or ends elsewhere")
        return f"{count} events in {len(heads)} streams, each proved to stand in the log; the chains hold"

    def proved(self, path: str, leaf: bytes) -> int:
        """The index of an event in the log, from 0, by its proof (C2SP tlog-proof)."""
        data = self.bag.read(path)
        found = PROOF.match(data)
        if found is None or data[found.end() :] != self.note:
            raise Wrong(f"{path} is no proof against the checkpoint")
        index, hashes = int(found[1]), [*map(hash_of, found[2].split())]
        need(path.rsplit("/", 1)[1] == f"{index:012}.tlog-proof", f"{path} is the proof of another event")
        need(index < self.size, "an index that the log does not reach")
        root = climbed(index, self.size - 1, hashes, leaf)
        need(root == [self.root], f"the log has another event at index {index}")
        return index

    def parts(self) -> str:
        """What is disclosed is what the envelopes commit to; what is not is said to be withheld."""
        all_of_them = len(self.commitments)
        for line in self.bag.lines("data/parts.ndjson"):
            name, value = opened(line, self.commitments)
            if name == "body":
                self.named |= set(re.findall(rb'"(?:digest|sha256)":"([0-9a-f]{64})"', value))
        shown = all_of_them - len(self.commitments)
        for told in map(canonical, self.bag.lines("data/withheld.ndjson")):
            need(self.commitments.pop((told["event"], told["name"]), None), "a part that there is not")
        need(not self.commitments, "parts that are neither shown nor said to be withheld")
        return f"{shown} parts are what was committed to; {all_of_them - shown} are withheld"

    def completeness(self) -> str:
        """Of streams that are here whole: that up to the size of a list they have no more events."""
        listed, shown, not_shown = self.bag.under("data/heads/"), list[str](), list[str]()
        size, root = self.list_of_heads(listed) if listed else (0, b"")
        for one in self.scope["streams"]:
            has_head = f"data/heads/{one['stream']}.json" in listed
            need(one.get("complete_up_to") == (size if has_head else None), "the scope tells of another list")
            if has_head:
                self.check_head(one["stream"], one["is_whole"], root)
            (shown if has_head else not_shown).append(f"{one['name']} {one['stream']}")
        need(len(listed) == (3 + len(shown) if shown else 0), "files beside the head list")
        scope_alone = "the signed scope alone speaks: that nothing was left out at the end is the log's word."
        if shown:
            shown_up_to = f"Complete up to event {size} of the log: {', '.join(shown)}."
            self.trust.append(f"{shown_up_to} From event {size + 1} on {scope_alone}")
        if not_shown:
            self.trust.append(f"No head list for {', '.join(not_shown)}: {scope_alone}")
        return f"shown for {len(shown)} streams, by a list of all" if shown else "not shown: no head list"

    def list_of_heads(self, files: list[str]) -> tuple[int, bytes]:
        """Size and root of a list of how many events each stream has, from the event that tells it."""
        envelope, part = (self.bag.read(f"data/heads/{one}.ndjson")[:-1] for one in ("event", "part"))
        found = ENVELOPE.fullmatch(envelope)
        if found is None or (found[3], found[7]) != (self.log, b"log.heads-listed.v1"):
            raise Wrong("data/heads/event.ndjson tells no head list of this log")
        event, parts = found[2].decode(), PART.findall(found[4])
        name, body = opened(part, {(event, one.decode()): hashed for one, hashed in parts})
        (proof,) = (one for one in files if one.endswith(".tlog-proof"))
        index, told = self.proved(proof, sha256(b"\x00" + envelope)), canonical(body)
        need(name == "body" and 0 < told["size"] <= index, "a head list of events that came after it")
        return told["size"], bytes.fromhex(told["root"])

    def check_head(self, stream: str, is_whole: bool, root: bytes) -> None:
        """A stream's head leads to the root of the list, and as many events as it says are here."""
        told = canonical(self.bag.read(f"data/heads/{stream}.json"))
        (head,), streams = told["shown"], told["streams"]
        index, events, last = head["index"], head["events"], hash_of(head["leaf"].encode())
        in_bucket = [hash_of(one.encode()) for one in head["proof"]]
        in_list = [hash_of(one.encode()) for one in told["bucket_proof"]]
        key = sha256(b"stream/v1\n" + bytes.fromhex(stream.replace("-", "")))
        number = int.from_bytes(key[:2], "big") >> 4
        need(hash_of(head["key"].encode()) == key and 0 <= index < streams, f"{stream}: another's head")
        leaf = sha256(b"\x00head/v1\n" + key + struct.pack(">Q", events) + last)
        (bucket,) = climbed(index, streams - 1, in_bucket, leaf)
        leaf = sha256(b"\x00bucket/v1\n" + struct.pack(">HQ", number, streams) + bucket)
        need(climbed(number, 4095, in_list, leaf) == [root], f"{stream}: not the head that was listed")
        is_here = is_whole and self.first.get(stream) == 1 and self.leaves.get((stream, events)) == last
        need(is_here, f"{stream}: {events} events were listed, and not all of them are here")

    def named_files(self) -> str:
        """Forms, rules and documents are those that the events name by digest."""
        found = [*self.bag.under("data/schemas/by-digest/"), *self.bag.under("data/attachments/")]
        for path in found:
            digest = path.rsplit("/", 1)[1].removesuffix(".json")
            need(self.sums[path] == digest and digest.encode() in self.named, f"no event names {path}")
        return f"{len(found)} of {len(self.named)} that the events name are here"

    def time(self) -> str:
        """Time-stamps (RFC 3161) of checkpoints that this one continues; their signatures: see VERIFY.md."""
        places = sorted({one.rsplit("/", 1)[0] for one in self.bag.under("data/time/")})
        for place in places:
            note, token = self.bag.read(f"{place}/checkpoint"), self.bag.read(f"{place}/token.tsr")
            origin, size, root = checkpoint_of(open_note(note, self.vkeys)[0])
            path = [*map(hash_of, self.bag.lines(f"{place}/consistency"))]
            roots = roots_by_consistency(size, self.size, root, path)
            need([origin, *roots] == [self.origin, root, self.root], f"{place}: not a beginning of this log")
            digests = [hashlib.new(one, note).digest() for one in ("sha512", "sha384", "sha256")]
            need(any(one in token for one in digests), f"{place}: a token over something else")
            self.independent.append(f"{place}, if openssl finds it signed by another than the operator")
        return f"{len(places)} time-stamps, of this checkpoint or of one that it continues"


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks an evidence package of a health record.")
    here = Path(__file__).resolve().parent
    parser.add_argument("package", nargs="?" if here.name == "data" else None, type=Path, default=here.parent)
    parser.add_argument("--keys", type=Path, help="keys that you got by another way, or a policy")
    asked = parser.parse_args()
    if slips := [one for one in (asked.package, asked.keys) if one is not None and not one.exists()]:
        parser.error(f"there is no such file: {slips[0]}")  # which says nothing of a package
    try:
        package = Package(Bag(asked.package), asked.keys.read_text() if asked.keys else None)
        checks: list[Callable[[], str]] = [package.keys, package.files, package.checkpoint, package.events]
        for check in [*checks, package.parts, package.completeness, package.named_files, package.time]:
            print(f"ok      {check.__name__.replace('_', ' ')}: {check()}")
    except Exception as error:  # whatever breaks, nothing is verified
        print(f"FAILED  {error if isinstance(error, Wrong) else f'{type(error).__name__}: {error}'}")
        print("NOT VERIFIED: this is not what the log holds, or not all of it. Nothing above counts.")
        return 1
    print("VERIFIED: every event shown stands in the log as it was sealed; nothing of it was changed since.")
    print(*package.trust, sep="\n")
    rests = " and ".join(package.independent) or "NOBODY: all rests on the operator's own key alone"
    print(f"INDEPENDENCE: attested by {rests}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
