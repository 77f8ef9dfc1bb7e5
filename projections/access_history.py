"""The access history for whom it is about: each access with its names, and in a sentence in two languages.

What an access was is told by the codes beside the sentence; the sentence adds nothing but words.
"""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from domain.access_stream import AccessEvent, RecordRead
from domain.ports import Listed, Recorded
from domain.time import CHINA
from domain.values import Who
from projections.record_lists import Shape, own, told
from projections.tables import table

ACCESS_HISTORY: Final = "access-history/3"
WORDS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = table("access_words")
TITLES: Final[Mapping[str, Mapping[str, str]]] = table("access_titles")
SEEN: Final = {**WORDS["collections"], **WORDS["views"]}
Language = Literal["zh", "en"]
BETWEEN: Final[Mapping[Language, str]] = {"zh": "、", "en": ", "}


def access_history(listed: Listed) -> Shape:
    """A page of who saw the record or tried to, newest first."""
    accesses = [access(one, listed.names, listed.untold) for one in listed.recorded]
    return {"view": ACCESS_HISTORY, "record": str(listed.record), "accesses": accesses, "next": listed.cursor}


def access(one: Recorded, names: Mapping[str, str], untold: frozenset[str] = frozenset()) -> Shape:
    """One access. names: of institutions and practitioners, by their ids; untold: as of Listed."""
    event = one.event
    if not isinstance(event, AccessEvent):
        raise TypeError(f"cannot list {one.stored.topic} as an access")
    who = event.who
    by = {"institution": _named(names, who["institution"]), "person": _named(names, who["actor"])}
    words = {"zh": _sentence(one, event, names, "zh"), "en": _sentence(one, event, names, "en")}
    return {**told(one), "access": {**own(one), **_way_in(event, untold)}, "by": by, "words": words}


def _way_in(event: AccessEvent, untold: frozenset[str]) -> Shape:
    """Of a read: the entry of the record that let the reader in, and the sensitive classes not shown.

    To whom a class is untold, neither that it was withheld nor what was measured, which may tell it.
    """
    if not isinstance(event, RecordRead):
        return {}
    withheld = [one for one in event.withheld or [] if one not in untold]
    sections = [one.partition("/")[0] for one in event.sections] if untold else event.sections
    return {"cites": str(event.cites) if event.cites else None, "withheld": withheld, "sections": sections}


def _sentence(one: Recorded, event: AccessEvent, names: Mapping[str, str], language: Language) -> str:
    topic = one.stored.topic
    sentences, basis = WORDS["sentences"], str(getattr(event, "basis", ""))
    sentence = sentences.get(topic.split(".")[1], sentences["other"])
    return sentence[language].format(
        when=one.stored.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        who=_who(event.who, names, language),
        purpose=_word("purposes", event.purpose, language),
        what=_what(getattr(event, "sections", []), language),
        basis=_word("bases", basis, language),
        title=TITLES[topic][language],
    )


def _who(who: Who, names: Mapping[str, str], language: Language) -> str:
    role, institution = _word("roles", who["role"], language), _named(names, who["institution"])
    if institution is None:
        return role
    person = WORDS["sentences"]["person"][language]
    return person.format(institution=institution, role=role, name=_named(names, who["actor"]) or "")


def _what(sections: list[str], language: Language) -> str:
    """Of a measurement what it is of is left to the codes."""
    names = (one.partition("/")[0] for one in sections)
    return BETWEEN[language].join(dict.fromkeys(SEEN[one][language] if one in SEEN else one for one in names))


def _word(kind: str, code: str, language: Language) -> str:
    """A code that has no word, such as a purpose that nobody may have, is told as it was sent."""
    word = WORDS[kind].get(code)
    return word[language] if word else code


def _named(names: Mapping[str, str], key: str | UUID | None) -> str | None:
    return names.get(str(key)) if key else None
