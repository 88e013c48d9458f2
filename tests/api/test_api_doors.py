import pytest
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.app import Application, describe

OPEN = {
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/oidc"),
    ("GET", "/api/v1/oidc/login"),
    ("GET", "/api/v1/oidc/callback"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}
PAGES = "/{path:path}"


def _contexts() -> list[RouteContext]:
    return list(iter_route_contexts(describe("0").routes))


def _all_routes() -> list[tuple[str, str]]:
    """Every method and path that the application answers, however its routers are nested."""
    found = []
    for route in _contexts():
        if route.path != PAGES:
            found += [(method, str(route.path)) for method in sorted(route.methods or ())]
    return found


def test_the_list_of_routes_is_complete() -> None:
    """The test below looks at as many routes as the description and a few hidden ones."""
    described = {
        (method.upper(), path)
        for path, methods in describe("0").openapi()["paths"].items()
        for method in methods
    }
    assert set(_all_routes()) == described | {("GET", "/api/v1/openapi.json"), ("GET", "/metrics")}


@pytest.mark.parametrize(("method", "path"), sorted(set(_all_routes()) - OPEN))
def test_nothing_is_open_by_accident(app: Application, method: str, path: str) -> None:
    """Without a session, or with a made-up one, every route is 401 before it looks at anything."""
    path = path.replace("{id}", "a")
    for cookies in ({}, {"anyan_session": "made-up"}):
        answer = TestClient(app, cookies=cookies).request(method, path)
        assert answer.status_code == 401, path
        assert answer.json()["code"] == "not_signed_in"


def test_live_pictures_need_a_session(app: Application) -> None:
    """The socket is closed with 4401, which the page understands."""
    sockets = [route.path for route in _contexts() if not route.methods]
    assert sockets == ["/api/v1/cameras/{id}/live"]
    with TestClient(app).websocket_connect("/api/v1/cameras/a/live") as socket:
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_text()
    assert caught.value.code == 4401
