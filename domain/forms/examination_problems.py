"""健康体检表·现存主要健康问题: the seven groups."""

from typing import Annotated

from pydantic import Field

from domain.forms import examination_codes as c
from domain.forms.examination_physical import Present
from domain.forms.lists import Several
from domain.forms.model import Block, Line


class CurrentProblems(Block):
    """现存主要健康问题. In the five coded groups "none" (未发现) stands alone."""

    cerebrovascular: Annotated[list[c.Cerebrovascular], Several(alone="none")] | None = Field(
        None, title="脑血管疾病"
    )
    cerebrovascular_other: Line | None = Field(None, title="其他脑血管疾病")
    kidney: Annotated[list[c.Kidney], Several(alone="none")] | None = Field(None, title="肾脏疾病")
    kidney_other: Line | None = Field(None, title="其他肾脏疾病")
    heart: Annotated[list[c.Heart], Several(alone="none")] | None = Field(None, title="心脏疾病")
    heart_other: Line | None = Field(None, title="其他心脏疾病")
    vascular: Annotated[list[c.Vascular], Several(alone="none")] | None = Field(None, title="血管疾病")
    vascular_other: Line | None = Field(None, title="其他血管疾病")
    eye: Annotated[list[c.Eye], Several(alone="none")] | None = Field(None, title="眼部疾病")
    eye_other: Line | None = Field(None, title="其他眼部疾病")
    nervous_system: Present | None = Field(None, title="神经系统疾病")
    other_system: Present | None = Field(None, title="其他系统疾病")
