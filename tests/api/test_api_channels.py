"""Channels: their secret goes in and never out, and a test message tells whether they work."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from signed_in import browser_of
from small_site import settle_in
from sqlalchemy import select

from api.app import Application
from hazards.access.roles import Role
from hazards.audit.tables import AuditRow
from hazards.database import Database
from hazards.notify import actions
from hazards.notify.tables import ChannelRow, MessageRow

CHANNELS = "/api/v1/channels"
SECRET = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
ZH = {"Accept-Language": "zh-CN"}


@pytest.fixture(autouse=True)
def works(database: Database) -> None:
    settle_in(database)


def _body(**changes: Any) -> dict[str, Any]:
    wanted = {"name": "Night group", "url": f"wecombot://{SECRET}", "person_id": None,
              "unit_id": "works"}  # fmt: skip
    return wanted | changes


def _made(client: TestClient, **changes: Any) -> dict[str, Any]:
    answer = client.post(CHANNELS, json=_body(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


def _edit(client: TestClient, id: str, **changes: Any) -> Any:
    tag = client.get(f"{CHANNELS}/{id}").headers["ETag"]
    body = _body(url=None, active=True) | changes
    return client.put(f"{CHANNELS}/{id}", json=body, headers={"If-Match": tag})


def _url(database: Database, id: str) -> str:
    with database.read() as session:
        return session.get_one(ChannelRow, id).url


def test_a_secret_goes_in_and_never_out(client: TestClient, database: Database) -> None:
    """Not in an answer, not in a refusal, not in the trail; an edit without one keeps it."""
    made = _made(client)
    assert made == {
        "id": made["id"], "name": "Night group", "service": "WeCom Bot",
        "address": "wecombot://****", "person_id": None, "unit_id": "works",
        "owner_name": "Works", "active": True,
    }  # fmt: skip
    edited = _edit(client, made["id"], name="Day group", person_id="li", unit_id=None)
    assert edited.json() | {"id": 0} == made | {
        "id": 0, "name": "Day group", "person_id": "li", "unit_id": None, "owner_name": "Li",
    }  # fmt: skip
    assert _url(database, made["id"]) == f"wecombot://{SECRET}"
    refused = client.post(CHANNELS, json=_body(url=f"nonsense://{SECRET}"))
    answers = [edited, refused, client.get(CHANNELS), client.get(f"{CHANNELS}/{made['id']}")]
    assert all(SECRET not in answer.text for answer in answers)
    with database.read() as session:
        rows = session.scalars(select(AuditRow)).all()
        assert rows
        assert all(SECRET not in f"{row.before}{row.after}" for row in rows)
    new = _edit(client, made["id"], url="mailtos://me:pass-word@example.com?to=a@example.org")
    assert (new.json()["service"], new.json()["address"]) == (
        "E-Mail",
        "mailtos://example.com/****",
    )
    assert "pass-word" not in new.text
    assert "pass-word" in _url(database, made["id"])


@pytest.mark.parametrize("url", ["nonsense://x", "wecombot", "https://example.com/hook", "://"])
def test_a_wrong_address_is_told_at_once(client: TestClient, url: str) -> None:
    """Before a message is lost to it, in both languages, when it is made and when it is edited."""
    answer = client.post(CHANNELS, json=_body(url=url), headers=ZH)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["place"] == "url"
    assert "Apprise" in fault["message"]
    assert "没有服务使用这样的地址" in fault["message"]
    made = _made(client)
    assert _edit(client, made["id"], url=url).json()["code"] == "invalid_request"
    assert client.get(CHANNELS).json()["items"] == [made]


def test_a_channel_has_one_owner(client: TestClient) -> None:
    """A person or a unit that there is; nobody or both is refused."""
    for owner in ({"unit_id": None}, {"person_id": "li"}):
        assert client.post(CHANNELS, json=_body(**owner)).json()["code"] == "incomplete"
    for owner in ({"unit_id": "gone"}, {"unit_id": None, "person_id": "gone"}):
        assert client.post(CHANNELS, json=_body(**owner)).json()["code"] == "not_found"


def test_a_create_that_is_sent_again_makes_one(client: TestClient, database: Database) -> None:
    """Under one key; with another address the key is refused."""
    key = {"Idempotency-Key": "k1"}
    first = client.post(CHANNELS, json=_body(), headers=key)
    assert client.post(CHANNELS, json=_body(), headers=key).json() == first.json()
    other = client.post(CHANNELS, json=_body(url="wecombot://other"), headers=key)
    assert other.json()["code"] == "key_reused"
    with database.read() as session:
        assert len(session.scalars(select(ChannelRow)).all()) == 1


def test_an_edit_names_what_it_has_seen(client: TestClient) -> None:
    """412 after somebody else's edit, 428 without a tag."""
    made = _made(client)
    path = f"{CHANNELS}/{made['id']}"
    tag = client.get(path).headers["ETag"]
    assert _edit(client, made["id"], name="Other").status_code == 200
    body = _body(url=None, active=True)
    assert client.put(path, json=body, headers={"If-Match": tag}).status_code == 412
    assert client.put(path, json=body).status_code == 428


def test_channels_are_listed_by_name_in_pages(client: TestClient) -> None:
    """Two of the same name stand side by side; a part of a name finds its channels."""
    for name in ("B", "A", "B", "C 1"):
        _made(client, name=name)
    seen, after = [], None
    while True:
        query = {"limit": 1} | ({"after": after} if after else {})
        page = client.get(CHANNELS, params=query).json()
        seen += [channel["name"] for channel in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["A", "B", "B", "C 1"]
    found = client.get(CHANNELS, params={"search": "c"}).json()["items"]
    assert [channel["name"] for channel in found] == ["C 1"]


def test_a_test_message_goes_through_the_outbox(client: TestClient, database: Database) -> None:
    """Once under one key, for this channel alone, nobody's inbox; its end is told in the asked
    language. A channel that is off sends none."""
    made, other = _made(client), _made(client, name="Other")
    path = f"{CHANNELS}/{made['id']}"
    key = {"Idempotency-Key": "t1"}
    sent = client.post(f"{path}/test", headers=key)
    assert (sent.status_code, sent.json()["state"]) == (201, "waiting")
    assert client.post(f"{path}/test", headers=key).json() == sent.json()
    with database.begin() as session:
        (row,) = actions.claim(session, "sender", now=sent.json()["made_at"])
        assert (row.id, row.channel_id) == (sent.json()["id"], made["id"])
        assert (row.code, row.details["by"]) == ("channel_test", "admin")
        actions.given_up(
            session, row.id, "sender", state="unclear",
            problem="the receiver gave no answer: it may have arrived",
        )  # fmt: skip
    (seen,) = client.get(f"{path}/messages", headers=ZH).json()["items"]
    assert (seen["state"], seen["problem"]) == ("unclear", "接收方没有应答：可能已送达")
    assert client.get(f"{CHANNELS}/{other['id']}/messages").json() == {"items": []}
    _edit(client, made["id"], active=False)
    assert client.post(f"{path}/test").json()["code"] == "conflict"


def test_a_deleted_channel_gives_up_what_waits(client: TestClient, database: Database) -> None:
    """The message stays to be seen; a second delete finds nothing."""
    made = _made(client)
    path = f"{CHANNELS}/{made['id']}"
    client.post(f"{path}/test")
    assert client.delete(path).status_code == 204
    assert client.delete(path).json()["code"] == "not_found"
    with database.read() as session:
        assert session.scalars(select(MessageRow)).one().channel_id is None


def test_channels_of_other_parts_are_not_ones_own(
    client: TestClient, app: Application, database: Database
) -> None:
    """An administrator of a part has the channels of its units and people, and no others."""
    theirs = _made(client, unit_id="yard")
    mine = [_made(client, unit_id="team-a"), _made(client, unit_id=None, person_id="li")]
    deputy = browser_of(app, database, "deputy", Role.ADMINISTRATOR, "works")
    found = {channel["id"] for channel in deputy.get(CHANNELS).json()["items"]}
    assert found == {channel["id"] for channel in mine}
    path = f"{CHANNELS}/{theirs['id']}"
    any_tag = {"If-Match": "*"}
    body = _body(url=None, active=True)
    assert [
        deputy.get(path).status_code,
        deputy.get(f"{path}/messages").status_code,
        deputy.post(f"{path}/test").status_code,
        deputy.delete(path).status_code,
        deputy.put(path, json=body, headers=any_tag).status_code,
        deputy.post(CHANNELS, json=_body(unit_id="yard")).status_code,
        _edit(deputy, mine[0]["id"], unit_id="yard").status_code,
    ] == [403] * 7
