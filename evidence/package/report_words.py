"""What the report says of a package as a whole, in Chinese and English: how far it can be trusted first."""

from collections.abc import Mapping
from typing import Final

from evidence.package.contents import Contents, Words

TITLE: Final[Words] = ("居民健康档案证据包", "Evidence package of a health record")
NOT_NORMATIVE: Final[Words] = (
    "本报告仅供阅读；具有证明力的是 events.ndjson、parts.ndjson 与 proofs 中的原始字节，"
    "请用 verify.py 核验。",
    "This report is for reading. What proves anything are the bytes of events.ndjson, parts.ndjson and "
    "proofs: check them with verify.py.",
)
KEYS: Final[Words] = (
    "公钥应通过另一途径取得（见证方、主管部门公告），不应只信本包所附的公钥。",
    "Get the public keys by another way (from a witness, from the bureau's gazette): do not trust those in "
    "the package alone.",
)
WITHHELD: Final[Mapping[str, Words]] = {
    "not-selected": ("未在本次提取范围内", "not asked for"),
    "not-open": ("不向申请人开放", "not open to whoever asked"),
    "erased": ("密钥已依法销毁，内容已删除", "erased: its key was destroyed"),
}
PDF: Final[Words] = ("PDF 版本", "As PDF")
PDF_MADE: Final[Words] = ("见 report.pdf", "report.pdf")
LABELS: Final[Mapping[str, Words]] = {
    "record": ("档案标识", "Record"),
    "issued_at": ("签发时间", "Issued at"),
    "issued_to": ("申请人身份", "Issued to"),
    "purpose": ("用途", "Purpose"),
    "basis": ("依据", "Basis"),
    "origin": ("日志", "Log"),
    "size": ("日志事件总数", "Events of the log"),
    "events": ("本包事件数", "Events here"),
    "parts_shown": ("披露的内容部分", "Parts shown"),
    "parts_withheld": ("仅以承诺值出现的部分", "Parts as commitments only"),
}


def independence(contents: Contents) -> list[Words]:
    """How independent the trust in it is: the first thing that its reader is told."""
    told: list[Words] = []
    trust = contents.trust
    if trust.has_witnesses:
        witnesses = "、".join(trust.cosigned_by)
        told.append(
            (
                f"独立性：检查点由见证方 {witnesses} 联署，达到策略要求的人数。",
                f"Independence: the checkpoint is cosigned by the witnesses {', '.join(trust.cosigned_by)}, "
                "as many as the policy asks for.",
            )
        )
    if contents.stamps:
        names = [one.authority for one in contents.stamps]
        told.append(
            (
                f"时间戳：{'、'.join(names)} 签发；用 openssl 核验。签发者不应是运营方。",
                f"Time: stamped by {', '.join(names)}; check that it was not by the operator.",
            )
        )
    return told or [NOBODY]


def completeness(size: object) -> str:
    """Up to where a stream is shown to be whole. size: of the tree of the head list; None without one."""
    if size is None:
        return "此后有无事件仅凭签发方声明 no list shows that none follows"
    return f"截至日志第 {size} 条已证明完整 shown to be whole up to event {size} of the log"


NOBODY: Final[Words] = (
    "独立性：无。没有见证方联署，也没有外部时间戳；本包的可信度仅建立在运营方自己的密钥之上。",
    "Independence: none. No quorum of witnesses has cosigned, and there is no time-stamp: trust in this "
    "package rests on the operator's own key alone.",
)
