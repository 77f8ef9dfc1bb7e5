"""What people type when they look for somebody: a name set plain, its prefixes, and its pinyin initials.

张小明 is found by 张小明, 张, 张小, zxm, z, zx. A character that is read in several ways (单: dan, chan,
shan) gives each of its initials. A name in other letters gives the first letter of each word.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

LONGEST_PREFIX = 8  # characters; who types more has the whole name
MOST_READINGS = 8  # of one name


def prefixes(text: str) -> Iterator[str]:
    """The beginnings of a plain text, the whole of it included if it is not too long."""
    return (text[:length] for length in range(1, min(len(text), LONGEST_PREFIX) + 1))


def initials(name: str) -> list[str]:
    """Every way to write the initials of a name, in small letters."""
    words = unicodedata.normalize("NFKC", name).casefold().split()
    parts = [part for word in words for part in _parts(word)]
    return ["".join(reading) for reading in islice(product(*parts), MOST_READINGS)] if parts else []


def _parts(word: str) -> Iterator[tuple[str, ...]]:
    """The initials of each Chinese character, and the first letter of what is between them."""
    is_within = False
    for one in word:
        if letters := _readings(one):
            yield letters
            is_within = False
        elif unicodedata.category(one)[0] in "LN":
            if not is_within:
                yield (one,)
            is_within = True
        else:
            is_within = False


@cache
def _readings(character: str) -> tuple[str, ...]:
    """The first letters of a character's readings, the usual first; none for what is not Chinese."""
    if not unicodedata.name(character, "").startswith("CJK"):
        return ()
    from pypinyin.constants import PINYIN_DICT  # a large table: read when the first name is

    readings: str = PINYIN_DICT.get(ord(character), "")
    bare = (unicodedata.normalize("NFD", reading)[:1] for reading in readings.split(","))
    return tuple(dict.fromkeys(letter for letter in bare if letter.isascii() and letter.isalpha()))
