"""The taken width of an exit in metres, from the plan to the hazard, while the service runs."""

import io

from PIL import Image
from running_service import PASSAGE, Service, exit_camera, service_with, wait_for

ANY = {"If-Match": "*"}
ON_PLAN = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.9], [0.1, 0.9]]
"""120 by 160 of the plan's 400 by 200 pixels."""


def _lay(service: Service, camera_id: str) -> str:
    """The four corners of the passage are four corners of a plan, whose id is returned."""
    drawing = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(drawing, "PNG")
    plan = service.client.post(
        "/api/v1/plans",
        params={"unit_id": "site", "name": "一号车间"},
        content=drawing.getvalue(),
        headers={"Content-Type": "application/octet-stream"},
    ).json()
    body = {"plan_id": plan["id"], "picture_points": PASSAGE, "plan_points": ON_PLAN}
    answer = service.client.put(f"/api/v1/cameras/{camera_id}/view", json=body, headers=ANY)
    assert answer.status_code == 204, answer.text
    return str(plan["id"])


def _scale(service: Service, plan_id: str, metres_per_px: float) -> None:
    answer = service.client.put(
        f"/api/v1/plans/{plan_id}/scale", json={"metres_per_px": metres_per_px}, headers=ANY
    )
    assert answer.status_code == 200, answer.text


def test_an_open_hazard_gets_its_metres_when_the_camera_is_laid(tmp_path, blocked_video):
    """A passage of 1.2 m, and a carton of 0.5 m in it. The camera is not started again for it: the
    same hazard goes on, and the carton is not taken for a part of the free way. A plan that is
    measured anew counts too."""
    with service_with(tmp_path, [exit_camera("hall", blocked_video)]) as service:
        service.begin()
        hazard = wait_for(lambda: service.hazards(open="true"))[0]
        blocked = hazard["blocked"]
        assert (blocked["metres"], blocked["passage_metres"]) == (None, None)
        assert 0.3 < blocked["share"] < 0.5
        live_since = service.status("hall")["since"]
        plan_id = _lay(service, "hall")
        _scale(service, plan_id, 0.01)
        block_m = 1.2 / 32

        def told() -> dict[str, float]:
            return service.hazard(hazard["id"])["blocked"]

        wait_for(lambda: told()["metres"])
        assert abs(told()["metres"] - 0.5) < block_m
        assert abs(told()["passage_metres"] - 1.2) < block_m
        _scale(service, plan_id, 0.02)
        wait_for(lambda: abs(told()["passage_metres"] - 2.4) < 2 * block_m)
        assert service.status("hall")["since"] == live_since
        assert [h["id"] for h in service.hazards()] == [hazard["id"]]
