"""What is done to records for folding: acts that hypothesis draws, and all of them in one history."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from uuid import UUID, uuid4

from hypothesis import strategies as st

from domain.entries import FORMS, PROGRAMMES
from domain.errors import RecordError
from domain.identity import identity_document
from domain.record import Record
from domain.sequels import ANY, SEQUELS
from tests.builders import (
    AREA,
    THERE,
    act,
    acting,
    add,
    card,
    content,
    fitting,
    follow,
    form_ref,
    identity_number,
)

Steps = Sequence[tuple[str, int, int]]
"""An act, on which of the records, and what else there is to choose."""

OPENING = ("open", "unborn")
WHOLE = ("number", "close", "reopen", "merge", "unmerge", "link", "unlink")
AMENDING = ("correct", "retract", "misfile")
KINDS = tuple(FORMS)  # an entry of the kind; then what follows the newest that it may follow
FOLLOWING = tuple(
    f"{of}/{name}" for of, sequels in SEQUELS.items() for name in sequels
)  # and what follows one
ANYTHING = "follow"  # whatever may follow one of the entries there are

# Each group as often as the next, or hardly anything would happen to what was added.
ACTS = st.one_of(
    st.sampled_from((*OPENING, *WHOLE, *AMENDING)),
    st.sampled_from(KINDS),
    st.sampled_from(FOLLOWING),
    st.just(ANYTHING),
)
# Each of them once, in an order in which it can be done; the third record is that of an unborn child.
EVERYTHING: Steps = [
    ("unborn", 0, 0),
    ("births", 2, 0),
    *((kind, 0, 0) for kind in KINDS if kind not in ("births", "consent-withdrawals")),
    *(("programmes", 0, which) for which in range(len(PROGRAMMES))),
    *((kind, 1, 3) for kind in ("basic-information", "access-applications", "programmes")),
    ("identity-disputes/settlement", 0, 0),
    *((name, 0, 0) for name in FOLLOWING if name != "identity-disputes/settlement"),
    *(
        (name, 0, 0)
        for kind in ("referrals", "consultations")
        for ending in ("decline", "cancellation")
        for name in (kind, f"{kind}/{ending}")
    ),
    *((f"referrals{name}", 0, 0) for name in ("", "/acceptance", "/return")),
    *((f"access-applications{name}", 0, 0) for name in ("", "/refusal", "", "/objection")),
    *((f"access-applications{name}", 0, 0) for name in ("", "/approval", "/revocation")),
    ("basic-information", 0, 1),
    ("basic-information", 0, 0),
    ("cards", 1, 0),
    ("consent-withdrawals", 0, 0),
    ("number", 0, 0),
    ("access-applications/approval", 1, 0),
    ("open", 0, 0),
    *((name, 3, 0) for name in ("link", "unlink", "encounters", "misfile", "problems", "correct", "retract")),
    *((name, 3, 0) for name in ("close", "reopen", "close")),
    *((name, 1, 0) for name in ("merge", "unmerge", "merge")),
]

_NAMES = ("王小明", "王小红", "单雄信")
_numbers = count(100)


def opened_record(channel: str = "visit") -> Record:
    """A record of a random id, as ids are outside of tests."""
    new = Record.create(
        uuid4(),
        act(),
        number=f"{AREA}{next(_numbers):05d}",
        channel=channel,
        custodian=uuid4(),
        access_stream=uuid4(),
        consented=True,
    )
    new.give_consent(act(), by="resident")
    return new


def do(name: str, one: Record, other: Record, choice: int) -> None:
    """One act on a record. choice: of its possibilities. Raises RecordError where it is refused."""
    if name in FORMS:
        _add(name, one, choice)
    elif name == ANYTHING:
        _follow_any(one, choice)
    elif name in FOLLOWING:
        _follow(name, one)
    elif name in AMENDING:
        _amend(name, one, choice)
    elif name in WHOLE:
        _whole(name, one, other)
    elif name not in OPENING:
        raise ValueError(f"nothing is known to be done by {name}")


def _whole(name: str, one: Record, other: Record) -> None:
    """What befalls the record as a whole."""
    match name:
        case "number":
            one.give_number(act(), f"{AREA[:-1]}{next(_numbers) % 9}{next(_numbers):05d}", "error")
        case "close":
            one.close(act(), reason="moved-out")
        case "reopen":
            one.reopen(act(), reason="came back")
        case "merge":
            other.merge(act(), one, goes_on=True, reason="one person")
            one.merge(act(), other, goes_on=False, reason="one person")
        case "unmerge" if one.state.merged_into:
            one.unmerge(act(), UUID(one.state.merged_into), goes_on=False, reason="two after all")
            other.unmerge(act(), one.id, goes_on=True, reason="two after all")
        case "link":
            for document in (identity_document("temporary", reason="no document"), card(_identity())):
                with suppress(RecordError):
                    one.link_identity(act(), document)
        case "unlink":
            for link in [*one.state.links]:
                one.unlink_identity(act(), UUID(link), "another's")


def _add(kind: str, one: Record, choice: int) -> UUID:
    """An entry, with what it needs before it and as the record takes it. choice: of its possibilities."""
    about = next(reversed(one.state.entries), str(UUID(int=0)))
    match kind:
        case "basic-information":
            return _named(one, choice, {"phone": "010-11110000"} if choice % 2 else {})
        case "programmes":
            return add(one, kind, programme=[*PROGRAMMES][choice % len(PROGRAMMES)])
        case "follow-ups":
            form = FORMS[kind][choice % len(FORMS[kind])]
            programme = next(name for name, forms in PROGRAMMES.items() if form in forms)
            with suppress(RecordError):
                add(one, "programmes", programme=programme)
            return add(one, kind, form)
        case "cards":
            add(one, "basic-information", identity_number=None, phone="010-11110000")  # or none is issued
            return add(one, kind, number=_card_number())
        case "referrals" | "consultations":
            return add(one, kind, to=str(THERE), until="2026-06-30")
        case "identity-disputes":
            return add(one, kind, other=None)
    return add(one, kind, **fitting(kind, about))


def _named(one: Record, choice: int, more: Mapping[str, object]) -> UUID:
    form = "personal-basic-information"
    told = content(form, identity_number=None, **more) | {"name": _NAMES[choice % len(_NAMES)]}
    return one.add_entry(act(), "basic-information", form_ref(form), told)


def _card_number() -> str:
    return f"{next(_numbers):016d}"


def _follow_any(one: Record, choice: int) -> None:
    """What may follow one of the entries as they stand now; nothing, where nothing may."""
    names = [
        (entry.kind, name, UUID(key))
        for key, entry in one.state.entries.items()
        for name, sequel in SEQUELS.get(entry.kind, {}).items()
        if entry.stands and entry.state in sequel.after
    ]
    names += [(ANY, "filing", UUID(key)) for key, entry in one.state.entries.items() if entry.stands]
    if names:
        of, name, entry = names[choice % len(names)]
        _followed(one, of, name, entry)


def _follow(act_name: str, one: Record) -> None:
    """The newest entry that it may follow."""
    of, name = act_name.split("/")
    after = SEQUELS[of][name].after
    for key, entry in reversed(one.state.entries.items()):
        if of in (ANY, entry.kind) and entry.stands and (not after or entry.state in after):
            _followed(one, of, name, UUID(key))
            return


def _followed(one: Record, of: str, name: str, entry: UUID) -> None:
    more = {"number": _card_number()} if (of, name) == ("cards", "replacement") else {}
    follow(one, of, name, entry, acting(of, name), **more)


def _amend(name: str, one: Record, choice: int) -> None:
    """An entry is corrected to its form's example, or is not there after all."""
    entries = [UUID(entry) for entry in one.state.entries]
    if not entries:
        return
    entry = entries[-1 - choice % len(entries)]
    match name:
        case "correct":
            form = one.state.entries[str(entry)].form
            one.correct(act(), entry, reason="misread", form=form_ref(form), content=content(form))
        case "retract":
            one.retract(act(), entry, reason="in error")
        case "misfile":
            one.misfile(act(), entry, reason="another's", moved_to=None, moved_entry=None)


def _identity() -> str:
    born = 1950 + next(_numbers) % 70
    return identity_number(f"{born}0101", 1)
