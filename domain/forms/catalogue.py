"""Every form we hold. A changed form is a new edition here; what stands here already never changes."""

import json
from datetime import date
from importlib.resources import files

from domain.forms.diabetes import DiabetesFollowUp
from domain.forms.hypertension import HypertensionFollowUp
from domain.forms.model import Block
from domain.forms.registry import Form
from domain.scalars import JsonObject

NATIONAL = "国家基本公共卫生服务规范（第三版），国卫基层发〔2017〕13号"


def _examples() -> dict[str, JsonObject]:
    text = files("domain.forms").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, JsonObject] = json.loads(text)
    return examples


EXAMPLES = _examples()


def _national(name: str, title: str, model: type[Block]) -> Form:
    """A form of the national specification, third edition, in force since it was issued."""
    return Form(name, "2017", title, NATIONAL, date(2017, 2, 28), model, EXAMPLES[name])


FORMS = (
    _national("hypertension-follow-up", "高血压患者随访服务记录表", HypertensionFollowUp),
    _national("type-2-diabetes-follow-up", "2型糖尿病患者随访服务记录表", DiabetesFollowUp),
)
