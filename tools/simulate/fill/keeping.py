"""Filing, lost cards, consultations, and what residents decide about their record."""

from datetime import date
from hashlib import sha256

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import day


def filing(dice: Dice) -> JsonObject:
    return {"paper_place": f"档案室 {dice.whole(1, 6)} 柜 {dice.whole(1, 5)} 层"}


def card_loss(lost: date) -> JsonObject:
    return {"lost_on": day(lost), "note": "外出时遗失"}


def card_replacement(number: str) -> JsonObject:
    return {"number": number, "reason": "lost"}


def paper(dice: Dice) -> str:
    """The SHA-256 of a signed sheet that nobody has."""
    return sha256(str(dice.draw()).encode()).hexdigest()


def research_opt_out(dice: Dice) -> JsonObject:
    return {"by": "resident", "paper": paper(dice), "reason": "不愿信息用于研究"}


def restriction(dice: Dice) -> JsonObject:
    return {
        "by": "resident",
        "paper": paper(dice),
        "sections": [dice.pick(("problems", "medications", "encounters"))],
        "reason": "不希望其他机构查阅",
    }


def statement(dice: Dice) -> JsonObject:
    text = dice.pick(("平时在家自测血压没有这么高。", "本人已戒烟多年。", "过敏史系幼年时家人所述。"))
    return {"by": "resident", "paper": paper(dice), "text": text}


def consultation_request(
    to: str, institution: str, department: str, question: str, sections: list[str], until: date, doctor: str
) -> JsonObject:
    return {
        "to": to,
        "institution": institution,
        "department": department,
        "remote": True,
        "question": question,
        "sections": list(sections),
        "until": day(until),
        "doctor": doctor,
    }


def consultation(opinion: str, doctor: str, institution: str) -> JsonObject:
    return {"opinion": opinion, "doctors": [{"name": doctor, "institution": institution}]}
