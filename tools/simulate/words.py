"""Names and places for people who do not exist. The words are common ones, put together by chance."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
)
MALE = ("建国 志强 德福 国庆 建军 海涛 永强 文斌 志明 伟民 晓东 长河 立新 启明 少华 广才 家辉 子轩 浩然 宇航 "
        "俊杰 天佑 明远 福生 满仓 春生 树林 振华 金山 玉田").split()  # fmt: skip
FEMALE = ("秀英 玉兰 桂芳 淑珍 春梅 丽华 晓燕 红霞 美玲 雪梅 慧敏 佳琪 雨桐 梓涵 诗雨 小禾 桂兰 素珍 翠花 "
          "秋菊 敏 静 娟 芳 婷婷 欣怡 思雨 月英 凤英 爱莲").split()  # fmt: skip
DOCTORS = "平 安 康 宁 文 武 清 明 和 顺 仁 义 礼 信 德 慧 芸 兰 竹 松".split()
VILLAGES = "东风 红旗 前进 向阳 柳树 槐荫 杏花 石桥 大河 小河 清泉 双井 三里 五里 白云 青山 南湖 北坡".split()
TOWNS = "示例 长安 永宁 太平 兴隆 和平 新华 建设 胜利 光明 安定 崇文 丰乐 广济 惠民".split()
WORK_UNITS = (
    "无",
    "示例县纺织厂",
    "示例县第一小学",
    "示例镇供销社",
    "个体",
    "示例县建筑公司",
    "示例县汽车站",
)
