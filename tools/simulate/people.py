"""Who lives in the county: households of neighbours, how their members are related, when they die or move.

All members of a block follow from (seed, block), so each can be known without making the others' lives.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from domain.identity import check_digit, provinces
from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.plan import BLOCK, Place, place_of
from tools.simulate.words import FEMALE, MALE, SURNAMES

RECORDS_SINCE = date(2009, 9, 1)  # when records began to be opened
RECORDS_UNTIL = date(2016, 12, 31)  # by when those who lived here had one
HORIZON = date(2040, 12, 31)  # beyond any county's today
PARENTS_LIVE = 1955  # of heads born since then a parent may live in the household
BORN_UNTIL = date(2026, 5, 31)
FERTILE = (20, 40)  # age of mothers
PROVINCES = sorted(provinces())


@dataclass(frozen=True)
class Person:
    """One resident. Numbers of relatives are of the same household; deaths and moves may lie beyond today."""

    number: int
    name: str
    sex: str  # "male" or "female"
    born: date
    household: int  # the number of its head
    relation: str  # to the head: "head", "spouse", "child", "parent" or "sibling"
    opened: date  # when the record was opened
    address: str = ""
    spouse: int | None = None
    mother: int | None = None
    father: int | None = None
    children: tuple[tuple[int, date, str], ...] = ()  # number, born, sex
    died: date | None = None
    moved: date | None = None
    returned: date | None = None
    refused: date | None = None

    @property
    def place(self) -> Place:
        return place_of(self.number)

    @property
    def is_newborn(self) -> bool:
        """Whether the record begins with the birth."""
        return (self.opened - self.born).days < 60

    @property
    def gone(self) -> date | None:
        """The first day on which there is no care here any more, for good."""
        left = None if self.returned else self.moved
        ends = [day for day in (self.died, left, self.refused) if day]
        return min(ends) if ends else None

    @property
    def identity_number(self) -> str:
        """Valid by GB 11643, and nobody's: the order is one of 996 to 999, once kept for centenarians."""
        thousands, region = divmod(self.number, 10_000)
        order = 998 - 2 * (thousands % 2) + (self.sex == "male")
        first17 = f"{PROVINCES[thousands // 2]}{region:04d}{self.born:%Y%m%d}{order:03d}"
        return first17 + check_digit(first17)

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    def birthday(self, age: int) -> date:
        return _years_after(self.born, age)

    def is_away(self, on: date) -> bool:
        """Whether there is no care here on that day."""
        if self.gone and on >= self.gone:
            return True
        return self.moved is not None and on >= self.moved and (self.returned is None or on <= self.returned)


def person(seed: int, number: int) -> Person:
    """The resident of this number."""
    return _block(seed, number // BLOCK)[number % BLOCK]


def household(seed: int, number: int) -> tuple[Person, ...]:
    """All who live with the resident, and the resident."""
    mine = person(seed, number).household
    return tuple(one for one in _block(seed, number // BLOCK) if one.household == mine)


@lru_cache(maxsize=4)
def _block(seed: int, block: int) -> tuple[Person, ...]:
    """The neighbours, in the order of their numbers."""
    dice = Dice(seed, "block", block)
    people: list[Person] = []
    while len(people) < BLOCK:
        size = min(dice.weighted(rates.HOUSEHOLD_SIZES), BLOCK - len(people))
        first = block * BLOCK + len(people)
        house = _household(dice, first, size)
        address = f"{place_of(first).name}{len(people) + 1}号"
        people += (_fate(dice.at(one.number), replace(one, address=address)) for one in house)
    return tuple(people)


def _household(dice: Dice, first: int, size: int) -> list[Person]:
    """A head, perhaps a spouse, their children, and a parent of the head."""
    born = date(dice.weighted(rates.HEAD_DECADES) + dice.whole(0, 8), dice.whole(1, 12), dice.whole(1, 28))
    head_sex = "male" if dice.chance(0.65) else "female"
    surname = dice.pick(SURNAMES)
    head = _person(dice, first, (first, "head"), head_sex, born, surname)
    if size == 1:
        return [head]
    spouse_born = born + timedelta(days=dice.whole(-1500, 1500))
    spouse = _person(dice, first + 1, (first, "spouse"), _other(head_sex), spouse_born, dice.pick(SURNAMES))
    father, mother = (head, spouse) if head_sex == "male" else (spouse, head)
    rest = [
        _person(dice, first + 2 + place, (first, "child"), sex, day, father.name[0])
        for place, (day, sex) in enumerate(_births(dice, mother.born, size - 2))
    ]
    rest = [replace(child, mother=mother.number, father=father.number) for child in rest]
    told = tuple((child.number, child.born, child.sex) for child in rest)
    head, spouse = (
        replace(one, spouse=other.number, children=told) for one, other in ((head, spouse), (spouse, head))
    )
    while 2 + len(rest) < size:
        rest.append(_elder(dice, head, first + 2 + len(rest)))
    return [head, spouse, *rest]


def _births(dice: Dice, mother_born: date, most: int) -> list[tuple[date, str]]:
    """When the children were born, at least 20 months apart."""
    births: list[tuple[date, str]] = []
    after = _years_after(mother_born, FERTILE[0]) + timedelta(days=dice.whole(0, 3000))
    for _ in range(min(most, dice.weighted(rates.CHILDREN))):
        if after > min(_years_after(mother_born, FERTILE[1]), BORN_UNTIL):
            break
        births.append((after, "male" if dice.chance(0.525) else "female"))
        after += timedelta(days=dice.whole(620, 2600))
    return births


def _elder(dice: Dice, head: Person, number: int) -> Person:
    """A parent of the head; of an old head a brother or sister."""
    sex = "female" if dice.chance(0.6) else "male"
    if head.born.year < PARENTS_LIVE:
        born = head.born + timedelta(days=dice.whole(-1800, 3600))
        return _person(dice, number, (head.household, "sibling"), sex, born, head.name[0])
    surname = head.name[0] if sex == "male" else dice.pick(SURNAMES)
    born = head.born - timedelta(days=dice.whole(7400, 12000))
    return _person(dice, number, (head.household, "parent"), sex, born, surname)


def _person(dice: Dice, number: int, house: tuple[int, str], sex: str, born: date, surname: str) -> Person:
    name = surname + dice.pick(MALE if sex == "male" else FEMALE)
    return Person(number, name, sex, born, *house, opened=born)


def _fate(dice: Dice, one: Person) -> Person:
    """When the record begins, and how it ends. A mother lives and stays until her youngest is two."""
    if one.born >= RECORDS_SINCE:
        opened = one.born + timedelta(days=dice.whole(3, 12))
    else:
        opened = dice.day(max(RECORDS_SINCE, one.born + timedelta(days=200)), RECORDS_UNTIL)
    if one.children and one.sex == "female":  # a pregnancy that is cared for finds a record
        pregnancies = [day - timedelta(days=230) for _, day, _ in one.children]
        opened = min([opened, *(day for day in pregnancies if day > RECORDS_SINCE)])
    youngest = max((day for _, day, _ in one.children), default=opened)
    safe = max(opened, youngest) + timedelta(days=730)
    died = _death(dice, one.born, max(safe, opened))
    moved = _first_year(dice, rates.YEARLY_MOVES, max(safe, opened))
    returned = moved + timedelta(days=dice.whole(300, 1500)) if moved and dice.chance(rates.RETURNS) else None
    refused = dice.day(safe, safe + timedelta(days=3000)) if dice.chance(rates.REFUSALS) else None
    if moved and died and (moved >= died or (returned and returned >= died)):
        moved = returned = None
    if refused and ((died and refused >= died) or moved):
        refused = None
    if refused or (moved and not returned):
        died = None  # nobody here would know
    return replace(one, opened=opened, died=died, moved=moved, returned=returned, refused=refused)


def _death(dice: Dice, born: date, since: date) -> date | None:
    for year in range(since.year, HORIZON.year + 1):
        age = year - born.year
        yearly = next(rate for upto, rate in rates.YEARLY_DEATHS if age <= upto or upto == 130)
        if dice.chance(yearly):
            first = max(since, date(year, 1, 1))
            return dice.day(first, date(year, 12, 31))
    return None


def _first_year(dice: Dice, yearly: float, since: date) -> date | None:
    for year in range(since.year + 1, HORIZON.year + 1):
        if dice.chance(yearly):
            return dice.day(date(year, 1, 1), date(year, 12, 31))
    return None


def _other(sex: str) -> str:
    return "female" if sex == "male" else "male"


def _years_after(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + years)
