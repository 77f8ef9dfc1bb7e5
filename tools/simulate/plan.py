"""The county as it is laid out: towns, their places, the institutions that keep records, who works there.

All of it follows from how many residents there are. Twenty residents with consecutive numbers are a block of
neighbours; the blocks are dealt to the places of a town in turn, so that a small county has several too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from domain.institution import CREDIT_CODE, is_institution_code
from domain.requests import NewInstitution
from domain.values import Licence
from tools.simulate.chance import Dice
from tools.simulate.words import DOCTORS, SURNAMES, TOWNS, VILLAGES

COUNTY = "110101"
BLOCK = 20  # residents
PLACES = 5  # of a town: its seat, a community, three villages
PLACE_BLOCKS = 40  # so 800 residents live in a place, 4,000 in a town
TOWN_BLOCKS = PLACES * PLACE_BLOCKS
FIRST_TOWN = 101
MOST_RESIDENTS = 600_000  # as many as have numbers that are nobody's (people.Person.identity_number)


@dataclass(frozen=True)
class Staff:
    """Somebody who works in the county. `login`: the subject of their tokens, one in the whole county."""

    login: str
    name: str
    roles: tuple[str, ...]
    licence: Licence | None = None


@dataclass(frozen=True)
class Post:
    """An institution with its people: the doctors first, then whoever files."""

    name: str  # by which the rest of the simulation knows it
    institution: NewInstitution
    staff: tuple[Staff, ...]

    @property
    def doctors(self) -> tuple[Staff, ...]:
        return tuple(one for one in self.staff if "practitioner" in one.roles)

    @property
    def manager(self) -> Staff:
        return next(one for one in self.staff if "record-manager" in one.roles)


@dataclass(frozen=True)
class Place:
    """Where a block of residents lives. area: the 12 digits that their record numbers begin with."""

    town: int
    index: int
    name: str
    area: str
    is_rural: bool

    @property
    def post(self) -> Post:
        """The institution that keeps their records."""
        return _post(self.town, self.index)


def place_of(number: int) -> Place:
    """Where the resident of this number lives."""
    block = number // BLOCK
    return _place(block // TOWN_BLOCKS, block % PLACES)


def record_number(number: int) -> str:
    """The 17 digits of the resident's record: the place, and how manieth in it."""
    block, within = divmod(number, BLOCK)
    before = block % TOWN_BLOCKS // PLACES * BLOCK
    return f"{place_of(number).area}{before + within + 1:05d}"


def posts(residents: int) -> Iterator[Post]:
    """The institutions of a county of so many residents, the bureau first."""
    yield BUREAU
    yield HOSPITAL
    last = max(0, residents - 1) // BLOCK
    for town in range(last // TOWN_BLOCKS + 1):
        settled = PLACES if town < last // TOWN_BLOCKS else min(PLACES, last % TOWN_BLOCKS + 1)
        yield from (_post(town, index) for index in range(settled))


def _town(town: int) -> str:
    name = TOWNS[town % len(TOWNS)]
    return name if town < len(TOWNS) else f"{name}{town // len(TOWNS) + 1}"


@cache
def _place(town: int, index: int) -> Place:
    code = f"{COUNTY}{FIRST_TOWN + town:03d}"
    if index == 0:
        return Place(town, index, f"示例县{_town(town)}镇镇区", f"{code}001", is_rural=False)
    if index == 2:
        return Place(town, index, f"示例县{_town(town)}镇中心社区", f"{code}002", is_rural=False)
    village = "示例" if (town, index) == (0, 1) else VILLAGES[(town * 3 + index) % len(VILLAGES)]
    return Place(town, index, f"示例县{_town(town)}镇{village}村", f"{code}{200 + index}", is_rural=True)


@cache
def _post(town: int, index: int) -> Post:
    place, code = _place(town, index), f"{COUNTY}{FIRST_TOWN + town:03d}"
    if index == 0:
        new = _institution(f"{_town(town)}镇卫生院", "township-hospital", "12", f"{code}000")
        return Post(f"town-{town}", new, _clinicians(new, DOCTOR, 2, "manager", town, index))
    if index == 2:
        new = _institution(f"{_town(town)}镇社区卫生服务中心", "community-health-centre", "12", place.area)
        return Post(f"centre-{town}", new, _clinicians(new, DOCTOR, 2, "manager", town, index))
    village = place.name.removeprefix(f"示例县{_town(town)}镇")
    new = _institution(f"{village}卫生室", "village-clinic", "52", place.area)
    return Post(f"village-{town}-{index}", new, _clinicians(new, VILLAGE_DOCTOR, 1, "", town, index))


DOCTOR, VILLAGE_DOCTOR = "执业医师", "乡村医生"


def _clinicians(
    new: NewInstitution, licence: str, doctors: int, manager: str, town: int, index: int
) -> tuple[Staff, ...]:
    """Doctors, and a record manager: in a village the doctor is that too.

    The doctors of the first town's seat and village have the logins that the demo has tokens for.
    """
    dice = Dice("staff", new.area)
    place = f"{FIRST_TOWN + town}-{index}"
    roles = ("practitioner",) if manager else ("practitioner", "record-manager")
    staff = []
    for which in range(doctors):
        login = f"doctor-{place}-{which + 1}"
        if which == 0 and (town, index) in ((0, 0), (0, 1)):
            login = "doctor" if index == 0 else "village-doctor"
        number = Licence(kind=licence, number=f"示例-110-{place}-{which + 1}")
        staff.append(Staff(login, _name(dice), roles, number))
    if manager:
        login = "manager" if (town, index) == (0, 0) else f"manager-{place}"
        staff.append(Staff(login, _name(dice), ("record-manager",)))
    if (town, index) == (0, 0):
        staff.append(Staff("clerk", "卫生院管理员", ("institution-administrator",)))
        staff.append(Staff("connector", "卫生院接口", ("connector",)))
    return tuple(staff)


def _name(dice: Dice) -> str:
    return dice.pick(SURNAMES) + dice.pick(DOCTORS)


def _institution(name: str, kind: str, prefix: str, area: str) -> NewInstitution:
    return NewInstitution(name, kind, credit_code(f"{prefix}{COUNTY}DEM{area[6:]}"), area)


def credit_code(first17: str) -> str:
    """A unified social credit code with its check character (GB 32100-2015)."""
    return next(first17 + last for last in CREDIT_CODE if is_institution_code(first17 + last))


def _county_hospital() -> Post:
    new = _institution("示例县人民医院", "hospital", "12", f"{COUNTY}000000")
    licences = [Licence(kind=DOCTOR, number=f"示例-110-000-{which}") for which in (1, 2)]
    dice = Dice("staff", new.area)
    doctors = [
        Staff(f"specialist-{which}", _name(dice), ("practitioner",), licence)
        for which, licence in enumerate(licences, start=1)
    ]
    return Post("hospital", new, (*doctors, Staff("hospital-manager", _name(dice), ("record-manager",))))


ADMINISTRATOR = Staff("county", "县管理员", ("county-administrator",))
BUREAU = Post(
    "bureau",
    _institution("示例县卫生健康局", "county-bureau", "11", f"{COUNTY}000000"),
    (ADMINISTRATOR, Staff("auditor", "审计员", ("auditor",))),
)
HOSPITAL = _county_hospital()
TOWN_HOSPITAL, VILLAGE_CLINIC = _post(0, 0), _post(0, 1)  # those of the demo's doctor and village doctor
