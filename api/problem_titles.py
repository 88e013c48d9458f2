"""What each error code means, in both languages."""

from collections.abc import Mapping

CHINESE, ENGLISH = "zh-CN", "en"

_TITLES: dict[str, tuple[str, str]] = {
    "error": ("Something went wrong: read the details", "出错了：请看详细说明"),
    "internal_error": ("Something went wrong: try again", "服务器出错：请重试"),
    "invalid_request": ("The request cannot be used: correct it", "请求有误：请改正后再发"),
    "not_found": ("Not found", "找不到"),
    "conflict": ("It exists already or has changed: load again", "已存在或已改变：请重新载入"),
    "stale": ("Changed in the meantime: load it again", "已被他人修改：请重新载入后再改"),
    "precondition_missing": (
        "An edit needs the header If-Match: send the ETag",
        "修改需要 If-Match 请求头：请附上 ETag",
    ),
    "key_reused": (
        "This Idempotency-Key came with another request: use a new one",
        "此 Idempotency-Key 已用于其他请求：请换一个",
    ),
    "wrong_transition": (
        "This step does not begin here: load again",
        "当前状态不能执行此步骤：请重新载入",
    ),
    "month_closed": ("The month is closed", "该月已结账"),
    "not_enough": ("Points or stock do not suffice", "积分或库存不足"),
    "too_late": ("The time for this is over", "已过期限"),
    "sheet_refused": ("The Excel file has mistakes", "Excel 文件有误，未导入任何内容"),
    "incomplete": ("Something is missing: add it", "内容不全：请补充"),
    "photo_error": ("This is no photo that can be kept", "照片无法使用"),
    "plan_file_error": ("This plan cannot be used: export it again", "平面图无法使用：请重新导出"),
    "forbidden": ("You may not do this here", "没有此处的权限"),
    "not_signed_in": ("Sign in first", "请先登录"),
    "wrong_login": ("User name or password is wrong", "用户名或密码错误"),
    "provider_away": ("The identity provider does not answer", "统一身份认证没有应答"),
    "csrf": ("The page is out of date: load it again", "页面已过期：请刷新"),
    "rate_limited": ("Too many failed sign-ins: wait", "登录失败次数过多：请稍候"),
    "domain_error": ("The records do not allow this", "记录不允许此操作"),
    "source_error": ("The camera or file cannot be read", "无法读取摄像头或文件"),
    "source_unavailable": ("The camera cannot be reached", "无法连接摄像头"),
    "login_refused": ("The camera refuses the login", "摄像头拒绝登录"),
    "not_video": ("What answers is not video", "返回的不是视频"),
    "stream_stalled": ("The camera sends no picture", "摄像头没有画面"),
    "picture_frozen": ("The picture no longer changes", "画面静止不动"),
    "model_error": ("The model cannot be used", "模型无法使用"),
    "training_failed": ("The training stopped", "训练无法开始或已中断"),
    "data_set_error": ("The data set cannot be used", "数据集无法使用"),
    "manifest_mismatch": ("The model file is not the described one", "模型文件与清单不符"),
    "zone_error": ("The zone cannot be judged", "区域无法判定"),
    "site_file_error": ("The site file has a mistake", "现场文件有误"),
    "settings_error": ("A setting cannot be used", "设置无法使用"),
    "evidence_error": ("The evidence cannot be used", "证据文件无法使用"),
    "disk_full": ("The disk is full: free some room", "磁盘已满：请清理空间"),
    "database_away": ("The database does not answer: try again", "数据库没有应答：请稍后重试"),
}  # fmt: skip


def title_of(code: str, language: str) -> str:
    """The sentence for a code."""
    english, chinese = _TITLES[code]
    return chinese if language == CHINESE else english


def language_of(headers: Mapping[str, str]) -> str:
    """`zh-CN` or `en`: the one that Accept-Language likes better, English where it says nothing."""
    liked = {CHINESE: 0.0, ENGLISH: 0.0}
    for part in headers.get("accept-language", "").split(","):
        name, _, quality = part.strip().partition(";q=")
        primary = name.split("-")[0].lower()
        for language, before in liked.items():
            if language.startswith(primary) and primary:
                liked[language] = max(before, _number(quality))
    return CHINESE if liked[CHINESE] > liked[ENGLISH] else ENGLISH


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
