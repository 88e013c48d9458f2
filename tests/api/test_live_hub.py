import asyncio
import json
from collections.abc import Awaitable, Callable

from memory_engine import live_status

from api.live import GROUP_BYTES, LiveHub
from api.viewer import EVENTS, LAG_S, Message, Viewer


class Scene:
    """A hub with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.watched: list[tuple[str, bool]] = []
        self.hub = LiveHub(lambda camera, on: self.watched.append((camera, on)), lambda: self.now)

    def init(self, data: bytes = b"init") -> None:
        self.hub.publish_init("gate", mime="video/mp4", epoch=1.5, width=640, height=360, data=data)

    def fragments(self, *datas: bytes) -> None:
        """Those in capitals are keyframes."""
        for data in datas:
            self.hub.publish_fragment("gate", keyframe=data.isupper(), data=data)


async def _drain(viewer: Viewer) -> list[str]:
    """What waits, in short: `init`, `status`, or the bytes of a binary frame."""
    seen = []
    while True:
        try:
            message = await asyncio.wait_for(viewer.next(), 0.02)
        except TimeoutError:
            return seen
        if message is None:
            return [*seen, "end"]
        seen.append(_short(message))


def _short(message: Message) -> str:
    return json.loads(message)["type"] if isinstance(message, str) else message.decode("latin-1")


def _play(story: Callable[[Scene], Awaitable[None]]) -> None:
    asyncio.run(story(Scene()))  # type: ignore[arg-type]


def test_a_viewer_gets_init_then_fragments_from_a_keyframe() -> None:
    """Nothing is sent that a decoder could not start with."""

    async def story(scene: Scene) -> None:
        with scene.hub.watch("gate") as viewer:
            scene.fragments(b"A")
            scene.init()
            scene.fragments(b"b", b"C", b"d")
            assert await _drain(viewer) == ["init", "\x01init", "\x02C", "\x02d"]

    _play(story)


def test_a_late_viewer_starts_at_once() -> None:
    """With everything since the last keyframe."""

    async def story(scene: Scene) -> None:
        scene.init()
        scene.fragments(b"A", b"b", b"C", b"d")
        with scene.hub.watch("gate") as viewer:
            scene.fragments(b"e")
            assert await _drain(viewer) == ["init", "\x01init", "\x02C", "\x02d", "\x02e"]

    _play(story)


def test_old_pictures_are_not_shown_as_live() -> None:
    """What was kept from before a pause is dropped, and so is what needs it to be decoded."""

    async def story(scene: Scene) -> None:
        scene.init()
        scene.fragments(b"A", b"b")
        scene.now += LAG_S + 1
        with scene.hub.watch("gate") as viewer:
            scene.fragments(b"c", b"D")
            assert await _drain(viewer) == ["init", "\x01init", "\x02D"]

    _play(story)


def test_what_is_kept_is_bounded() -> None:
    """A camera that sends no keyframe for very long costs no memory for late viewers."""

    async def story(scene: Scene) -> None:
        scene.init()
        scene.fragments(b"A" * (GROUP_BYTES - 1), b"bb", b"c")
        with scene.hub.watch("gate") as viewer:
            assert await _drain(viewer) == []

    _play(story)


def test_a_slow_viewer_skips_to_the_next_keyframe() -> None:
    """Four seconds behind: what waits is dropped, and it goes on live with a new init."""

    async def story(scene: Scene) -> None:
        scene.init()
        with scene.hub.watch("gate") as slow, scene.hub.watch("gate") as quick:
            scene.fragments(b"A", b"b")
            assert len(await _drain(quick)) == 4
            scene.now += LAG_S + 1
            scene.fragments(b"c", b"D", b"e")
            assert await _drain(slow) == ["init", "\x01init", "\x02D", "\x02e"]
            assert await _drain(quick) == ["\x02c", "\x02D", "\x02e"]
            assert (slow.skips, quick.skips) == (1, 0)

    _play(story)


def test_a_viewer_that_reads_nothing_costs_bounded_memory() -> None:
    """A flood within one moment is dropped by its size."""

    async def story(scene: Scene) -> None:
        scene.init()
        with scene.hub.watch("gate") as viewer:
            for _ in range(100):
                scene.fragments(b"A" * 2**20)
            assert sum(len(m) for m in await _drain(viewer)) < 20 * 2**20
            assert viewer.skips > 0

    _play(story)


def test_a_new_stream_begins_with_its_own_init() -> None:
    """After a camera reconnects or changes its resolution, the new init goes first."""

    async def story(scene: Scene) -> None:
        scene.init()
        scene.fragments(b"A")
        with scene.hub.watch("gate") as viewer:
            scene.init(b"new")
            scene.fragments(b"b", b"C")
            assert await _drain(viewer) == ["init", "\x01init", "\x02A", "init", "\x01new", "\x02C"]

    _play(story)


def test_states_and_stills_are_the_newest() -> None:
    """A viewer that comes back to read finds one state and one still, not a history."""

    async def story(scene: Scene) -> None:
        with scene.hub.watch("gate") as viewer:
            for number in b"12345":
                scene.hub.publish_status(live_status("gate"))
                scene.hub.publish_still("gate", 1.0, bytes([number]))
            scene.hub.publish_tracks("gate", {"timestamp": 1.0, "boxes": [], "latency_s": 0.1})
            assert await _drain(viewer) == ["status", "still", "\x035", "tracks"]

    _play(story)


def test_a_still_never_comes_apart() -> None:
    """The picture that goes with a text is sent even where a newer one came in between."""

    async def story(scene: Scene) -> None:
        with scene.hub.watch("gate") as viewer:
            scene.hub.publish_still("gate", 1.0, b"old")
            assert _short(str(await viewer.next())) == "still"
            scene.hub.publish_still("gate", 2.0, b"new")
            assert await _drain(viewer) == ["\x03old", "still", "\x03new"]

    _play(story)


def test_the_engine_learns_who_watches() -> None:
    """The first viewer and the last one count, those between do not."""

    async def story(scene: Scene) -> None:
        with scene.hub.watch("gate"):
            with scene.hub.watch("gate"), scene.hub.watch("yard"):
                assert scene.hub.viewer_count() == 3
            assert scene.watched == [("gate", True), ("yard", True), ("yard", False)]
        assert scene.watched[3:] == [("gate", False)]

    _play(story)


def test_a_page_that_does_not_keep_up_is_cut_off() -> None:
    """It connects again and reads its lists; the events it missed are no gap then."""

    async def story(scene: Scene) -> None:
        with scene.hub.subscribe() as slow:
            for _ in range(EVENTS + 1):
                scene.hub.publish_status(live_status("gate"))
            assert await slow.next() is None

    _play(story)


def test_a_closed_hub_ends_every_stream() -> None:
    """Those that are open, and those that come later."""

    async def story(scene: Scene) -> None:
        with scene.hub.watch("gate") as viewer, scene.hub.subscribe() as page:
            scene.hub.close()
            assert await viewer.next() is None
            assert await page.next() is None
        with scene.hub.watch("gate") as viewer, scene.hub.subscribe() as page:
            assert await viewer.next() is None
            assert await page.next() is None

    _play(story)
