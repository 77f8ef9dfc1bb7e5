"""儿童中医药健康管理服务记录表 (guidance of parents in Chinese medicine), edition 2017.

One form stands for the two that are printed, 6～18月龄 and 24～36月龄; `age` names the column.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms.codes import OPTIONS
from domain.forms.lists import Several
from domain.forms.model import Block, Code, Date, Line, Name


class GuidanceAge(Code, value_set=OPTIONS):
    MONTHS_6 = "6-months", "6月龄"
    MONTHS_12 = "12-months", "12月龄"
    MONTHS_18 = "18-months", "18月龄"
    MONTHS_24 = "24-months", "24月龄"
    MONTHS_30 = "30-months", "30月龄"
    MONTHS_36 = "36-months", "36月龄"


class TcmService(Code, value_set=OPTIONS):
    DIET = "diet", "中医饮食调养指导", "1"
    DAILY_LIFE = "daily-life", "中医起居调摄指导", "2"
    ABDOMEN_AND_SPINE = "abdomen-and-spine", "传授摩腹、捏脊方法（6、12月龄）", "3"
    YINGXIANG_AND_ZUSANLI = "yingxiang-and-zusanli", "传授按揉迎香穴、足三里穴方法（18、24月龄）", "3"
    SISHENCONG = "sishencong", "传授按揉四神聪穴方法（30、36月龄）", "3"
    OTHER = "other", "其他", "4"


TAUGHT_AT: Mapping[TcmService, tuple[GuidanceAge, ...]] = {
    TcmService.ABDOMEN_AND_SPINE: (GuidanceAge.MONTHS_6, GuidanceAge.MONTHS_12),
    TcmService.YINGXIANG_AND_ZUSANLI: (GuidanceAge.MONTHS_18, GuidanceAge.MONTHS_24),
    TcmService.SISHENCONG: (GuidanceAge.MONTHS_30, GuidanceAge.MONTHS_36),
}


class ChildTcmGuidance(Block):
    """儿童中医药健康管理服务记录表."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"service_note": ("services", TcmService.OTHER)}

    age: GuidanceAge = Field(title="月龄")
    services: Annotated[list[TcmService], Several()] = Field(title="中医药健康管理服务")
    service_note: Line | None = Field(None, title="其他服务")
    next_on: Date | None = Field(None, title="下次随访日期")
    doctor: Name | None = Field(None, title="随访医生签名")

    def oddities(self) -> Iterator[FieldProblem]:
        for service in self.services:
            if self.age not in TAUGHT_AT.get(service, tuple(GuidanceAge)):
                yield {"field": "/services", "reason": "names a method that is taught at another age"}
