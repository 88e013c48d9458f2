"""Floor plans of a works, for tests of the map and of cameras on it."""

import io

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from hazards.database import Database
from hazards.site.people_tables import ROOT, PersonRow
from hazards.site.tree import UnitKind, create_unit

SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5], [0.1, 0.5]]


def png(width: int = 400, height: int = 200, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


def send(client: TestClient, data: bytes, unit_id: str = "works", **params: object):
    return client.post(
        "/api/v1/plans",
        params={"unit_id": unit_id, "name": "一号车间", **params},
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )


@pytest.fixture
def works(database: Database) -> None:
    """/site/works with li, and /site/yard."""
    with database.begin() as session:
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Works", id="works")
        create_unit(session, parent_id=ROOT, kind=UnitKind.WORKSHOP, name="Yard", id="yard")
        session.add(
            PersonRow(id="li", number="1", name="李", unit_id="works", post="fitter", active=True)
        )


@pytest.fixture
def plan(client: TestClient, works: None) -> dict:
    answer = send(client, png())
    assert answer.status_code == 201, answer.text
    return answer.json()
