"""The 33 questions of 老年人中医药健康管理服务记录表, answered by what was felt in the last year."""

from typing import Annotated

from pydantic import Field

from domain.forms.model import Block
from domain.scalars import Count

Answer = Annotated[int, Count("points", 1, 5)]  # 没有 1, 很少 2, 有时 3, 经常 4, 总是 5


class Answers(Block):
    """33 项, 1 to 5 points each. Weight, colds, allergies and waist have steps of their own."""

    energetic: Answer | None = Field(None, title="（1）您精力充沛吗？（指精神头足，乐于做事）")
    easily_tired: Answer | None = Field(
        None, title="（2）您容易疲乏吗？（指体力如何，是否稍微活动一下或做一点家务劳动就感到累）"
    )
    short_of_breath: Answer | None = Field(None, title="（3）您容易气短，呼吸短促，接不上气吗？")
    weak_voice: Answer | None = Field(None, title="（4）您说话声音低弱无力吗？（指说话没有力气）")
    low_spirits: Answer | None = Field(
        None, title="（5）您感到闷闷不乐、情绪低沉吗？（指心情不愉快，情绪低落）"
    )
    anxious: Answer | None = Field(None, title="（6）您容易精神紧张、焦虑不安吗？（指遇事是否心情紧张）")
    lonely: Answer | None = Field(None, title="（7）您因为生活状态改变而感到孤独、失落吗？")
    easily_frightened: Answer | None = Field(None, title="（8）您容易感到害怕或受到惊吓吗？")
    heavy_body: Answer | None = Field(
        None, title="（9）您感到身体超重不轻松吗？（感觉身体沉重；按体质指数：＜24、24～、25～、26～、≥28）"
    )
    dry_eyes: Answer | None = Field(None, title="（10）您眼睛干涩吗？")
    cold_hands_and_feet: Answer | None = Field(
        None, title="（11）您手脚发凉吗？（不包含因周围温度低或穿得少导致的手脚发冷）"
    )
    cold_stomach_back_or_knees: Answer | None = Field(
        None, title="（12）您胃脘部、背部或腰膝部怕冷吗？（一处或多处怕冷）"
    )
    cold_intolerant: Answer | None = Field(
        None, title="（13）您比一般人耐受不了寒冷吗？（指比别人容易害怕冬天或夏天的冷空调、电扇等）"
    )
    catches_colds: Answer | None = Field(
        None, title="（14）您容易患感冒吗？（每年：＜2次、2～4次、5～6次、8次以上、几乎每月）"
    )
    nose_runs_without_cold: Answer | None = Field(None, title="（15）您没有感冒时也会鼻塞、流鼻涕吗？")
    sticky_mouth_or_snoring: Answer | None = Field(None, title="（16）您有口黏口腻，或睡眠打鼾吗？")
    allergic: Answer | None = Field(
        None,
        title="（17）您容易过敏吗？（药物、食物、气味、花粉或季节交替等；从来没有、一年1～2次、3～4次、5～6次、每次）",
    )
    hives: Answer | None = Field(None, title="（18）您的皮肤容易起荨麻疹吗？（包括风团、风疹块、风疙瘩）")
    bruises: Answer | None = Field(None, title="（19）您的皮肤在不知不觉中会出现青紫瘀斑、皮下出血吗？")
    skin_reddens_when_scratched: Answer | None = Field(None, title="（20）您的皮肤一抓就红，并出现抓痕吗？")
    dry_skin_or_lips: Answer | None = Field(None, title="（21）您皮肤或口唇干吗？")
    numb_limbs_or_fixed_pain: Answer | None = Field(None, title="（22）您有肢体麻木或固定部位疼痛的感觉吗？")
    oily_face: Answer | None = Field(None, title="（23）您面部或鼻部有油腻感或者油亮发光吗？")
    dark_complexion_or_spots: Answer | None = Field(
        None, title="（24）您面色或目眶晦黯，或出现褐色斑块/斑点吗？"
    )
    eczema_or_boils: Answer | None = Field(None, title="（25）您有皮肤湿疹、疮疖吗？")
    dry_mouth_and_throat: Answer | None = Field(None, title="（26）您感到口干咽燥、总想喝水吗？")
    bitter_mouth: Answer | None = Field(None, title="（27）您感到口苦或嘴里有异味吗？（指口苦或口臭）")
    large_abdomen: Answer | None = Field(
        None,
        title="（28）您腹部肥大吗？（指腹部脂肪肥厚；腹围：＜80cm、80～85cm、86～90cm、91～105cm、＞105cm）",
    )
    averse_to_cold_food: Answer | None = Field(
        None, title="（29）您吃（喝）凉的东西会感到不舒服或者怕吃（喝）凉的东西吗？"
    )
    sticky_stool: Answer | None = Field(None, title="（30）您有大便黏滞不爽、解不尽的感觉吗？")
    dry_stool: Answer | None = Field(None, title="（31）您容易大便干燥吗？")
    thick_tongue_coating: Answer | None = Field(None, title="（32）您舌苔厚腻或有舌苔厚厚的感觉吗？")
    purple_tongue_veins: Answer | None = Field(None, title="（33）您舌下静脉瘀紫或增粗吗？")
