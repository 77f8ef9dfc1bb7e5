"""老年人中医药健康管理服务记录表 (constitution of the elderly in Chinese medicine), edition 2017.

Scores and results follow 体质判定标准表 (annex 2 of the form): a biased constitution is the sum of its four
answers, 11 points or more 是, 9 to 10 倾向是. The balanced one is the sum of five, four of them reversed:
with 17 points or more it is 是 if no other exceeds 8 points, and 基本是 if none exceeds 10. What the doctor
wrote is compared with what the answers give, as far as they were all given.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OPTIONS
from domain.forms.constitution_answers import Answers
from domain.forms.lists import Several
from domain.forms.model import Block, Breach, Code, Filled, Line, Name
from domain.scalars import Count

BIASED: Mapping[str, tuple[str, ...]] = {  # constitution -> its questions
    "qi_deficiency": ("easily_tired", "short_of_breath", "weak_voice", "catches_colds"),
    "yang_deficiency": (
        "cold_hands_and_feet",
        "cold_stomach_back_or_knees",
        "cold_intolerant",
        "averse_to_cold_food",
    ),
    "yin_deficiency": ("dry_eyes", "dry_skin_or_lips", "dry_mouth_and_throat", "dry_stool"),
    "phlegm_dampness": ("heavy_body", "sticky_mouth_or_snoring", "large_abdomen", "thick_tongue_coating"),
    "damp_heat": ("oily_face", "eczema_or_boils", "bitter_mouth", "sticky_stool"),
    "blood_stasis": (
        "bruises",
        "numb_limbs_or_fixed_pain",
        "dark_complexion_or_spots",
        "purple_tongue_veins",
    ),
    "qi_stagnation": ("low_spirits", "anxious", "lonely", "easily_frightened"),
    "special_diathesis": ("nose_runs_without_cold", "allergic", "hives", "skin_reddens_when_scratched"),
}
BALANCED = "energetic"  # and, reversed:
REVERSED = ("easily_tired", "weak_voice", "low_spirits", "cold_intolerant")
YES_FROM, TENDENCY_FROM, BALANCED_FROM = 11, 9, 17
MOST_BESIDE_BALANCED, MOST_BESIDE_MOSTLY_BALANCED = 8, 10

BiasedScore = Annotated[int, Count("points", 4, 20)]
BalancedScore = Annotated[int, Count("points", 5, 25)]


class BiasedResult(Code, value_set=OPTIONS):
    """偏颇体质. On paper neither option is ticked for a constitution that is absent."""

    YES = "yes", "是", "2"
    TENDENCY = "tendency", "倾向是", "3"
    NO = "no", "否"


class BalancedResult(Code, value_set=OPTIONS):
    YES = "yes", "是", "2"
    MOSTLY = "mostly", "基本是", "3"
    NO = "no", "否"


class Guidance(Code, value_set=OPTIONS):
    EMOTIONS = "emotions", "情志调摄", "1"
    DIET = "diet", "饮食调养", "2"
    DAILY_LIFE = "daily-life", "起居调摄", "3"
    EXERCISE = "exercise", "运动保健", "4"
    ACUPOINTS = "acupoints", "穴位保健", "5"
    OTHER = "other", "其他", "6"


class Guided(Block):
    """中医药保健指导 for one constitution."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"guidance_note": ("guidance", Guidance.OTHER)}

    guidance: Annotated[list[Guidance], Several()] | None = Field(None, title="中医药保健指导")
    guidance_note: Line | None = Field(None, title="其他指导")


class Biased(Guided):
    """One of the eight biased constitutions."""

    rules: ClassVar[tuple[str, ...]] = ("result is yes from 11 points, tendency from 9",)

    score: BiasedScore | None = Field(None, title="得分")
    result: BiasedResult | None = Field(None, title="体质辨识")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        if self.score is not None and self.result not in (None, biased_result(self.score)):
            yield "/result", "must be the result of the score"


class Balanced(Guided):
    """平和质."""

    score: BalancedScore | None = Field(None, title="得分")
    result: BalancedResult | None = Field(None, title="体质辨识")


class ElderlyConstitution(Filled):
    """老年人中医药健康管理服务记录表."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        *(f"{name}/score is the sum of {', '.join(parts)}" for name, parts in BIASED.items()),
        f"balanced/score is the sum of {BALANCED} and, reversed, of {', '.join(REVERSED)}",
        "balanced is yes from 17 points if no other score exceeds 8, mostly if none exceeds 10",
    )

    answers: Answers | None = Field(None, title="33项问题")
    qi_deficiency: Biased | None = Field(None, title="气虚质")
    yang_deficiency: Biased | None = Field(None, title="阳虚质")
    yin_deficiency: Biased | None = Field(None, title="阴虚质")
    phlegm_dampness: Biased | None = Field(None, title="痰湿质")
    damp_heat: Biased | None = Field(None, title="湿热质")
    blood_stasis: Biased | None = Field(None, title="血瘀质")
    qi_stagnation: Biased | None = Field(None, title="气郁质")
    special_diathesis: Biased | None = Field(None, title="特禀质")
    balanced: Balanced | None = Field(None, title="平和质")
    doctor: Name | None = Field(None, title="医生签名")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        given = self.scores()
        for name, points in scores(self.answers or Answers()).items():
            if points is not None and given.get(name, points) != points:
                yield f"/{name}/score", "must be the sum of the points of its questions"
        result = balanced_result({**scores(self.answers or Answers()), **given})
        if self.balanced and result and self.balanced.result not in (None, result):
            yield "/balanced/result", "must be the result of the nine scores"

    def scores(self) -> dict[str, int]:
        """The scores that were written down."""
        parts = ((name, getattr(self, name)) for name in (*BIASED, "balanced"))
        return {name: part.score for name, part in parts if part is not None and part.score is not None}


def scores(answers: Answers) -> dict[str, int | None]:
    """The score of each of the nine constitutions; None where a question is unanswered."""
    biased = {name: _sum([getattr(answers, one) for one in questions]) for name, questions in BIASED.items()}
    reverse = [None if (points := getattr(answers, one)) is None else 6 - points for one in REVERSED]
    return {**biased, "balanced": _sum([getattr(answers, BALANCED), *reverse])}


def biased_result(score: int) -> BiasedResult:
    """What a score of 4 to 20 points means."""
    if score >= YES_FROM:
        return BiasedResult.YES
    return BiasedResult.TENDENCY if score >= TENDENCY_FROM else BiasedResult.NO


def balanced_result(known: Mapping[str, int | None]) -> BalancedResult | None:
    """What the nine scores mean for 平和质; None while one is unknown."""
    others = [points for name in BIASED if (points := known.get(name)) is not None]
    balanced = known.get("balanced")
    if balanced is None or len(others) < len(BIASED):
        return None
    if balanced < BALANCED_FROM or max(others) > MOST_BESIDE_MOSTLY_BALANCED:
        return BalancedResult.NO
    return BalancedResult.YES if max(others) <= MOST_BESIDE_BALANCED else BalancedResult.MOSTLY


def _sum(points: list[int | None]) -> int | None:
    known = [one for one in points if one is not None]
    return sum(known) if len(known) == len(points) else None
