"""The words of messages that leave the service, in Chinese and English.

The pages word the same codes through their own texts; see hazards.notify.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["zh", "en"]

TEXTS: dict[str, dict[Language, tuple[str, str]]] = {
    "overdue": {
        "zh": (
            "隐患整改逾期：{title}",
            "整改期限为 {due_at}，至今未完成。已上报第 {level} 级（{to}）。",
        ),
        "en": (
            "Overdue: {title}",
            "It was due at {due_at} and is not done. It has climbed to level {level} ({to}).",
        ),
    },
    "supervised": {
        "zh": (
            "挂牌督办：{title}",
            "整改期限为 {due_at}，至今未完成。已列入挂牌督办，须经专门验收。",
        ),
        "en": (
            "Under supervision: {title}",
            "It was due at {due_at}, is not done, and is supervised now: it needs its acceptance.",
        ),
    },
    "unassigned": {
        "zh": ("隐患无人负责：{title}", "没有可指派的责任人，请指定责任人和整改期限。"),
        "en": ("Nobody has it: {title}", "No person can be found for it: assign it to somebody."),
    },
    "checks_due": {
        "zh": ("今日检查：{count} 项", "待检查：{places}。"),
        "en": ("Checks due today: {count}", "To be checked: {places}."),
    },
    "reviews_due": {
        "zh": ("风险回头看：{count} 处未完成", "{quarter} 尚未复核：{places}。"),
        "en": ("Risks to look back at: {count}", "Not reviewed in {quarter} yet: {places}."),
    },
    "days_running": {
        "zh": ("连续违章：{name}", "{name} 连续三天出现“{kind}”，请当面沟通。"),
        "en": ("Three days running: {name}", "{name}: {kind} on three days running. Talk to them."),
    },
    "sudden_rise": {
        "zh": ("违章突增：{name}", "近一周确认 {recent} 起，此前平均每周 {usual} 起。"),
        "en": (
            "Sudden rise: {name}",
            "{recent} confirmed in the last week, against {usual} a week before.",
        ),
    },
    "anchors": {
        "zh": (
            "账本与审计记录的锚点：{month}",
            "请在系统之外保存以下内容，用于核对记录是否被改写：{anchors}。",
        ),
        "en": (
            "Anchors of the ledger and the audit trail: {month}",
            "Keep these lines outside of the service, to show later that nothing was rewritten: "
            "{anchors}.",
        ),
    },
    "channel_test": {
        "zh": (
            "测试消息：{channel}",
            "由 {by} 于 {asked_at} 发出。收到此消息，说明该渠道可用。",
        ),
        "en": (
            "Test message: {channel}",
            "Sent by {by} at {asked_at}. You read it, so this channel works.",
        ),
    },
}  # fmt: skip
KINDS: dict[str, dict[Language, str]] = {
    "missing_helmet": {"zh": "未戴安全帽", "en": "missing helmet"},
    "restricted_zone": {"zh": "闯入禁区", "en": "restricted zone"},
    "blocked_exit": {"zh": "安全出口堵塞", "en": "blocked exit"},
    "camera_tamper": {"zh": "摄像头被遮挡或失焦", "en": "camera covered or out of focus"},
    "unsafe_act": {"zh": "不安全行为", "en": "unsafe act"},
    "unsafe_condition": {"zh": "不安全状态", "en": "unsafe condition"},
    "gas": {"zh": "气体报警", "en": "gas alarm"},
    "vibration": {"zh": "振动报警", "en": "vibration alarm"},
    "door_contact": {"zh": "门磁报警", "en": "door contact"},
    "other": {"zh": "其他", "en": "other"},
}
RUNGS: dict[str, dict[Language, str]] = {
    "owner": {"zh": "责任人", "en": "owner"},
    "team_leader": {"zh": "班组长", "en": "team leader"},
    "area_owner": {"zh": "区域负责人", "en": "area owner"},
    "safety_staff": {"zh": "安全员", "en": "safety staff"},
    "manager": {"zh": "管理层", "en": "manager"},
}


def words(
    code: str, details: Mapping[str, object], language: Language, zone: ZoneInfo
) -> tuple[str, str]:
    """Subject and sentence of a message. Raises KeyError for a code that has no words."""
    values = {name: _word(name, value, language, zone) for name, value in details.items()}
    subject, body = TEXTS[code][language]
    return subject.format_map(values), body.format_map(values)


def _word(name: str, value: object, language: Language, zone: ZoneInfo) -> str:
    if name in {"due_at", "asked_at"} and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, zone).strftime("%Y-%m-%d %H:%M")
    if name in {"kind", "title"} and value in KINDS:
        return KINDS[str(value)][language]
    if name == "to" and value in RUNGS:
        return RUNGS[str(value)][language]
    if isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(map(str, value))
    return str(value)
