import re

import pytest
from fastapi.testclient import TestClient
from pydantic_core import _pydantic_core as pydantic_core
from sentences import sentences

from api.app import describe
from api.fields_zh import FIELDS
from api.phrases_zh import PHRASES
from api.sentences_zh import SENTENCES
from api.translation import field_sentence, sentence

ZH = {"Accept-Language": "zh-CN"}
CHINESE = re.compile("[\u4e00-\u9fff]")
NOT_ASKED_FOR = (
    "date", "time", "timezone", "url", "uuid", "decimal", "fraction", "complex", "dataclass",
    "frozen", "named_tuple", "ordered_dict", "counter", "deque", "set_item", "arguments",
    "callable", "is_", "missing_", "unexpected_", "multiple_argument", "ellipsis", "assertion",
    "needs_python", "no_such", "get_attribute", "default_factory", "iteration", "bytes_invalid",
)  # fmt: skip
"""Kinds of values and code that no schema of the API has; a test looks for the first of them."""


def test_every_sentence_is_told_in_chinese() -> None:
    """A new error without its Chinese sentence fails here, and so does a line that no error says;
    values keep their places."""
    said = sentences()
    assert len(said) > 150
    assert said - SENTENCES.keys() == set()
    assert SENTENCES.keys() - said == set()
    for english, chinese in (SENTENCES | PHRASES).items():
        assert CHINESE.search(chinese), english
        numbers = set(map(int, re.findall(r"\{(\d)\}", chinese)))
        allowed = set(range(english.count("{}")))
        assert numbers <= allowed, english
        assert allowed - numbers <= {1} if "mistake" in english else numbers == allowed, english


def test_every_fault_of_a_field_is_told_in_chinese() -> None:
    """Every type of pydantic's errors that the API can lead to, with the names of its values."""
    known = {error["type"]: error for error in pydantic_core.list_all_errors()}
    asked = {name for name in known if not name.startswith(NOT_ASKED_FOR)} | {"value_error"}
    assert asked == set(FIELDS)
    for name, template in FIELDS.items():
        used = set(re.findall(r"\{(\w+)\}", template))
        assert used <= set(known[name].get("example_context") or {}), name


def test_the_api_has_no_dates_addresses_or_decimals() -> None:
    """Kinds of values whose faults have no Chinese sentence."""
    described = str(describe("0").openapi())
    assert not re.findall(r"'format': '(?!binary|password)[\w-]+'", described)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no unit 'a b' in the organisation", "组织中没有部门“a b”"),
        ("the area cannot be used: the polygon covers nothing: draw a larger one",
         "区域无法使用：多边形没有面积：请画大一些"),
        ("the ticket still needs measures, money", "工单还缺少：整改措施、资金"),
        ("a ticket that is closed cannot assign: possible now is reopen",
         "状态为“已关闭”的工单不能“派发”：现在可以：重开"),
        ("there is a contractor 'Bau' already: choose another one",
         "承包商“Bau”已存在：请另选一个"),
        ("a sentence of a later version", "a sentence of a later version"),
    ],
)  # fmt: skip
def test_values_stand_in_the_sentence(english: str, chinese: str) -> None:
    """As they were, or in Chinese where they are sentences themselves; English stays as it is."""
    assert sentence(english, "zh-CN") == chinese
    assert sentence(english, "en") == english


def test_an_answer_is_in_the_language_that_was_asked_for(client: TestClient) -> None:
    """Title, detail and the faults of fields; English where nothing is asked for."""
    missing = client.get("/api/v1/hazards/none", headers=ZH)
    assert missing.headers["Content-Language"] == "zh-CN"
    assert (missing.json()["title"], missing.json()["detail"]) == ("找不到", "没有隐患“none”")
    assert client.get("/api/v1/hazards/none").json()["detail"] == "there is no hazard 'none'"
    wrong = {"id": "gate", "name": "", "source": "a\nb", "enabled": "perhaps", "extra": 1}
    answer = client.post("/api/v1/cameras", json=wrong, headers=ZH).json()
    assert {fault["place"]: fault["message"] for fault in answer["errors"]} == {
        "name": "至少 1 个字符",
        "source": "请在一行内使用可显示的字符",
        "enabled": "应为真或假",
        "zones": "此项必填",
        "extra": "没有此项：请去掉",
    }
    assert "zones: 此项必填" in answer["detail"]
    broken = client.post("/api/v1/cameras", content="{", headers=ZH).json()
    assert CHINESE.search(broken["detail"])


def test_a_long_address_costs_no_time(client: TestClient) -> None:
    """What is longer than any sentence is not compared with all of them: it stays as it is."""
    path = "/api/v1/nothing/" + " cannot be : choose one of" * 400
    assert client.get(path, headers=ZH).json()["detail"].startswith("there is nothing at /")


def test_our_own_faults_of_fields_are_told_too() -> None:
    """Their sentence is the message."""
    fault = {"type": "zone_id", "msg": "zone id 'door' is used twice", "ctx": {"id": "door"}}
    assert field_sentence(fault, "zh-CN") == "区域编号“door”重复"
    assert field_sentence(fault, "en") == "zone id 'door' is used twice"
