"""Whom a reader trusts (C2SP tlog-policy): the keys of logs and witnesses, and how many of these must sign.

A file of lines, which whoever relies on a proof gets by another path than the proof itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.note import Verifier

NONE = "none"
_ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_COUNT = re.compile(r"[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True)
class Witness:
    """A witness by its name in the file. url: where its checkpoints are added, if the file says."""

    name: str
    verifier: Verifier
    url: str | None = None


@dataclass(frozen=True)
class Group:
    """Witnesses and groups of which at least so many must have signed."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Trust:
    """One policy file."""

    logs: tuple[Verifier, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def open(self, signed: bytes) -> "Opened":
        """A checkpoint that one of the logs signed. Raises ProofError unless the quorum signed it, too."""
        witnesses = {one.verifier: one.name for one in self.witnesses.values()}
        opened = note.open(text=signed, verifiers=[*self.logs, *witnesses])
        checkpoint = Checkpoint.parse(opened.text)
        by_log = [one for one in opened.signed_by if one in self.logs and one.name == checkpoint.origin]
        if not by_log:
            raise ProofError("a checkpoint that its log has not signed")
        cosigned = frozenset(witnesses[one] for one in opened.signed_by if one in witnesses)
        if not self._is_met(self.quorum, cosigned):
            raise ProofError("a checkpoint without the witnesses that the policy asks for")
        return Opened(checkpoint, tuple(by_log), cosigned)

    def _is_met(self, name: str, cosigned: frozenset[str]) -> bool:
        if name == NONE:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._is_met(one, cosigned) for one in group.members) >= group.least


@dataclass(frozen=True)
class Opened:
    """A checkpoint that satisfies a policy: by which of the log's keys, and which witnesses."""

    checkpoint: Checkpoint
    signed_by: tuple[Verifier, ...]
    cosigned_by: frozenset[str]


def parse(data: bytes) -> Trust:
    """Read a policy file. Raises ProofError naming the line."""
    if not _ALLOWED.fullmatch(data):
        raise ProofError("a policy holds no control characters but tab and newline")
    reader = _Reader()
    for number, text in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = text.replace("\t", " ").split(" ")
        line = [one for one in words if one]
        if not line or line[0].startswith("#"):
            continue
        try:
            reader.take(line)
        except (ProofError, IndexError) as wrong:
            raise ProofError(f"line {number} of the policy: {wrong or 'too short'}") from None
    return reader.trust()


class _Reader:
    """Takes the lines one by one; a name stands for what was defined above it."""

    def __init__(self) -> None:
        self._logs: list[Verifier] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._used: set[str] = set()
        self._quorum: str | None = None

    def take(self, line: Sequence[str]) -> None:
        kinds: Mapping[str, Callable[[Sequence[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._set_quorum,
        }
        if line[0] not in kinds:
            raise ProofError("neither a log, a witness, a group nor the quorum")
        kinds[line[0]](line[1:])

    def trust(self) -> Trust:
        if self._quorum is None:
            raise ProofError("a policy without a quorum line")
        return Trust(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _log(self, words: Sequence[str]) -> None:
        verifier = Verifier.parse(words[0])
        if len(words) > 2 or verifier.kind == note.COSIGNATURE:
            raise ProofError("a log has a key that signs checkpoints, and at most an address")
        if any(verifier.public_key == one.public_key for one in self._logs):
            raise ProofError("a log's key that stands there already")
        self._logs.append(verifier)

    def _witness(self, words: Sequence[str]) -> None:
        name, verifier = words[0], Verifier.parse(words[1])
        if len(words) > 3 or verifier.kind == note.ED25519:
            raise ProofError("a witness has a name, a key that cosigns, and at most an address")
        if any(verifier.public_key == one.verifier.public_key for one in self._witnesses.values()):
            raise ProofError("a witness's key that stands there already")
        self._define(name)
        self._witnesses[name] = Witness(name, verifier, words[2] if len(words) > 2 else None)

    def _group(self, words: Sequence[str]) -> None:
        name, least, members = words[0], words[1], tuple(words[2:])
        if not members or len(set(members)) < len(members):
            raise ProofError("a group has members, each once")
        for member in members:
            self._refer(member)
            if member in self._used:
                raise ProofError("a member of another group, too")
        counted = {"any": 1, "all": len(members)}.get(least) or _count(least)
        if not 1 <= counted <= len(members):
            raise ProofError("more than a group has members")
        self._define(name)
        self._used.update(members)
        self._groups[name] = Group(counted, members)

    def _set_quorum(self, words: Sequence[str]) -> None:
        if self._quorum is not None or len(words) != 1:
            raise ProofError("one quorum line, with one name")
        if words[0] != NONE:
            self._refer(words[0])
        self._quorum = words[0]

    def _define(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise ProofError("a name that is taken")

    def _refer(self, name: str) -> None:
        if name not in self._witnesses and name not in self._groups:
            raise ProofError("a name that nothing above has")


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ProofError("any, all, or a number")
    return int(text)
