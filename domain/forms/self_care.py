"""老年人生活自理能力评估表 (self-care of the elderly), edition 2017: five items, total and grade.

The code of a choice is its points. With all five items the total must be their sum; the grade must be the
one of the total: 0-3 able, 4-8 mild, 9-18 moderate, from 19 unable.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OPTIONS
from domain.forms.examination_codes import SelfCare
from domain.forms.model import Breach, Code, Filled
from domain.scalars import Count

MOST_POINTS = 37
THRESHOLDS = ((3, SelfCare.ABLE), (8, SelfCare.MILD), (18, SelfCare.MODERATE), (MOST_POINTS, SelfCare.UNABLE))
Points = Annotated[int, Count("points", 0, MOST_POINTS)]


class Eating(Code, value_set=OPTIONS):
    INDEPENDENT = "independent", "独立完成", "0"
    ASSISTED = "assisted", "需要协助，如切碎、搅拌食物等", "3"
    DEPENDENT = "dependent", "完全需要帮助", "5"


class Washing(Code, value_set=OPTIONS):
    INDEPENDENT = "independent", "独立完成", "0"
    BATH_ASSISTED = "bath-assisted", "能独立地洗头、梳头、洗脸、刷牙、剃须等；洗澡需要协助", "1"
    ASSISTED = "assisted", "在协助下和适当的时间内，能完成部分梳洗活动", "3"
    DEPENDENT = "dependent", "完全需要帮助", "7"


class Dressing(Code, value_set=OPTIONS):
    INDEPENDENT = "independent", "独立完成", "0"
    ASSISTED = "assisted", "需要协助，在适当的时间内完成部分穿衣", "3"
    DEPENDENT = "dependent", "完全需要帮助", "5"


class Toilet(Code, value_set=OPTIONS):
    INDEPENDENT = "independent", "不需协助，可自控", "0"
    OCCASIONALLY_INCONTINENT = "occasionally-incontinent", "偶尔失禁，但基本上能如厕或使用便具", "1"
    OFTEN_INCONTINENT = "often-incontinent", "经常失禁，在很多提示和协助下尚能如厕或使用便具", "5"
    DEPENDENT = "dependent", "完全失禁，完全需要帮助", "10"


class Moving(Code, value_set=OPTIONS):
    INDEPENDENT = "independent", "独立完成所有活动", "0"
    SLIGHTLY_ASSISTED = "slightly-assisted", "借助较小的外力或辅助装置能完成站立、行走、上下楼梯等", "1"
    MUCH_ASSISTED = "much-assisted", "借助较大的外力才能完成站立、行走，不能上下楼梯", "5"
    DEPENDENT = "dependent", "卧床不起，活动完全需要帮助", "10"


class SelfCareAssessment(Filled):
    """老年人生活自理能力评估表."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        "with all five items total is the sum of their points (their codes)",
        "grade is able up to 3 points, mild up to 8, moderate up to 18, unable from 19",
    )

    eating: Eating | None = Field(None, title="进餐")
    washing: Washing | None = Field(None, title="梳洗")
    dressing: Dressing | None = Field(None, title="穿衣")
    toilet: Toilet | None = Field(None, title="如厕")
    moving: Moving | None = Field(None, title="活动")
    total: Points | None = Field(None, title="总得分")
    grade: SelfCare | None = Field(None, title="程度等级")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        points = self.points()
        if points is None:
            points = self.total
        elif self.total not in (None, points):
            yield "/total", "must be the sum of the points of the five items"
        if points is not None and self.grade not in (None, grade_of(points)):
            yield "/grade", "must be the grade of the total"

    def points(self) -> int | None:
        """The sum of the five items; None while one is missing."""
        items = (self.eating, self.washing, self.dressing, self.toilet, self.moving)
        known = [int(item.code) for item in items if item is not None]
        return sum(known) if len(known) == len(items) else None


def grade_of(points: int) -> SelfCare:
    """The grade of a total, 0 to 37 points."""
    return next(grade for most, grade in THRESHOLDS if points <= most)
