"""Which part of an area code says whose area it is: the digits that a whole county, or a village, shares."""

import re

WHOLE = re.compile(r"^([0-9]{6}|[0-9]{9})(000)+$", re.ASCII)


def covered(area: str) -> str:
    """What an institution's area covers: 110101000000 the county 110101, 110101001001 one village."""
    found = WHOLE.fullmatch(area)
    return found[1] if found else area
