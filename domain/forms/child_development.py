"""发育评估: the ages at which children are examined and the warning signs (预警征象) asked at each.

Every age but the first month has four signs, numbered 1 to 4; they stand below in the order of the ages.
"""

from collections.abc import Mapping, Sequence

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class InfantAge(Code, value_set=OPTIONS):
    FULL_MONTH = "full-month", "满月"
    MONTHS_3 = "3-months", "3月龄"
    MONTHS_6 = "6-months", "6月龄"
    MONTHS_8 = "8-months", "8月龄"


class InfantSign(Code, value_set=OPTIONS):
    NONE = "none", "无"
    NO_REACTION_TO_NOISE = "no-reaction-to-noise", "对很大声音没有反应（3月龄）", "1"
    NO_SOUND_OR_SMILE = "no-sound-or-smile", "逗引时不发音或不会微笑（3月龄）", "2"
    NO_GAZE = "no-gaze", "不注视人脸，不追视移动人或物品（3月龄）", "3"
    HEAD_NOT_RAISED = "head-not-raised", "俯卧时不会抬头（3月龄）", "4"
    NO_LAUGH = "no-laugh", "发音少，不会笑出声（6月龄）", "1"
    NO_REACHING = "no-reaching", "不会伸手抓物（6月龄）", "2"
    CLENCHED_FISTS = "clenched-fists", "紧握拳松不开（6月龄）", "3"
    NO_SUPPORTED_SITTING = "no-supported-sitting", "不能扶坐（6月龄）", "4"
    NO_RESPONSE_TO_SOUND = "no-response-to-sound", "听到声音无应答（8月龄）", "1"
    STRANGERS_NOT_DISTINGUISHED = "strangers-not-distinguished", "不会区分生人和熟人（8月龄）", "2"
    NO_PASSING_OF_TOYS = "no-passing-of-toys", "双手间不会传递玩具（8月龄）", "3"
    NO_SITTING_ALONE = "no-sitting-alone", "不会独坐（8月龄）", "4"


class ToddlerAge(Code, value_set=OPTIONS):
    MONTHS_12 = "12-months", "12月龄"
    MONTHS_18 = "18-months", "18月龄"
    MONTHS_24 = "24-months", "24月龄"
    MONTHS_30 = "30-months", "30月龄"


class ToddlerSign(Code, value_set=OPTIONS):
    NONE = "none", "无"
    NO_REACTION_TO_NAME = "no-reaction-to-name", "呼唤名字无反应（12月龄）", "1"
    NO_WAVING = "no-waving", "不会模仿“再见”或“欢迎”动作（12月龄）", "2"
    NO_PINCER_GRASP = "no-pincer-grasp", "不会用拇食指对捏小物品（12月龄）", "3"
    NO_SUPPORTED_STANDING = "no-supported-standing", "不会扶物站立（12月龄）", "4"
    NO_MAMA_OR_PAPA = "no-mama-or-papa", "不会有意识叫“爸爸”或“妈妈”（18月龄）", "1"
    NO_POINTING = "no-pointing", "不会按要求指人或物（18月龄）", "2"
    NO_EYE_CONTACT = "no-eye-contact", "与人无目光交流（18月龄）", "3"
    NO_WALKING = "no-walking", "不会独走（18月龄）", "4"
    NO_NAMES_OF_THINGS = "no-names-of-things", "不会说3个物品的名称（24月龄）", "1"
    NO_SIMPLE_TASKS = "no-simple-tasks", "不会按吩咐做简单事情（24月龄）", "2"
    NO_SPOON = "no-spoon", "不会用勺吃饭（24月龄）", "3"
    NO_STAIRS = "no-stairs", "不会扶栏上楼梯/台阶（24月龄）", "4"
    NO_PHRASES = "no-phrases", "不会说2～3个字的短语（30月龄）", "1"
    NARROW_INTERESTS = "narrow-interests", "兴趣单一、刻板（30月龄）", "2"
    NO_TOILET_SIGNAL = "no-toilet-signal", "不会示意大小便（30月龄）", "3"
    NO_RUNNING = "no-running", "不会跑（30月龄）", "4"


class PreschoolAge(Code, value_set=OPTIONS):
    YEARS_3 = "3-years", "3岁"
    YEARS_4 = "4-years", "4岁"
    YEARS_5 = "5-years", "5岁"
    YEARS_6 = "6-years", "6岁"


class PreschoolSign(Code, value_set=OPTIONS):
    NONE = "none", "无"
    NO_OWN_NAME = "no-own-name", "不会说自己的名字（3岁）", "1"
    NO_PRETEND_PLAY = "no-pretend-play", "不会玩“拿棍当马骑”等假想游戏（3岁）", "2"
    NO_CIRCLE = "no-circle", "不会模仿画圆（3岁）", "3"
    NO_JUMPING = "no-jumping", "不会双脚跳（3岁）", "4"
    NO_ADJECTIVES = "no-adjectives", "不会说带形容词的句子（4岁）", "1"
    NO_TAKING_TURNS = "no-taking-turns", "不能按要求等待或轮流（4岁）", "2"
    NO_DRESSING = "no-dressing", "不会独立穿衣（4岁）", "3"
    NO_ONE_LEG_STAND = "no-one-leg-stand", "不会单脚站立（4岁）", "4"
    NO_NARRATION = "no-narration", "不能简单叙说事情经过（5岁）", "1"
    OWN_SEX_UNKNOWN = "own-sex-unknown", "不知道自己的性别（5岁）", "2"
    NO_CHOPSTICKS = "no-chopsticks", "不会用筷子吃饭（5岁）", "3"
    NO_HOPPING = "no-hopping", "不会单脚跳（5岁）", "4"
    NO_FEELINGS_TOLD = "no-feelings-told", "不会表达自己的感受或想法（6岁）", "1"
    NO_ROLE_PLAY = "no-role-play", "不会玩角色扮演的集体游戏（6岁）", "2"
    NO_SQUARE = "no-square", "不会画方形（6岁）", "3"
    NO_SPRINTING = "no-sprinting", "不会奔跑（6岁）", "4"


SIGNS_PER_AGE = 4


def _by_age(ages: Sequence[Code], signs: Sequence[Code]) -> Mapping[Code, Code]:
    """The age at which each sign is asked; the ages in order, four signs each."""
    return {sign: ages[place // SIGNS_PER_AGE] for place, sign in enumerate(signs)}


ASKED_AT: Mapping[Code, Code] = {
    **_by_age(list(InfantAge)[1:], list(InfantSign)[1:]),
    **_by_age(list(ToddlerAge), list(ToddlerSign)[1:]),
    **_by_age(list(PreschoolAge), list(PreschoolSign)[1:]),
}
