from dataclasses import replace
from pathlib import Path

import pytest
from made import make_video, read

from streams.encoded import EncodedPacket
from streams.ring import PacketRing


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[EncodedPacket]:
    """20 s with a keyframe each second."""
    path: Path = tmp_path_factory.mktemp("ring") / "a.mp4"
    return read(make_video(path, seconds=20.0), start_time=1000.0)[0]


def fill(ring: PacketRing, packets: list[EncodedPacket]) -> PacketRing:
    for packet in packets:
        ring.append(packet)
    return ring


def test_it_is_bounded_in_seconds(packets: list[EncodedPacket]) -> None:
    """It keeps what was asked for and at most one group of pictures more."""
    held = fill(PacketRing(seconds=5.0), packets).since(0.0)
    assert held[0].is_keyframe
    assert held[-1] is packets[-1]
    assert 5.0 <= held[-1].timestamp - held[0].timestamp < 6.1


def test_it_is_bounded_in_bytes(packets: list[EncodedPacket]) -> None:
    """A stream that floods drops its oldest groups, never its limit."""
    limit = sum(p.size for p in packets) // 4
    ring = PacketRing(seconds=60.0, max_bytes=limit)
    for packet in packets:
        ring.append(packet)
        assert ring.size <= limit
        assert ring.size == sum(p.size for p in ring.since(0.0))
    assert ring.since(0.0)[0].is_keyframe


def test_since_begins_at_the_keyframe_before(packets: list[EncodedPacket]) -> None:
    """A clip that begins in mid-group would not decode."""
    ring = fill(PacketRing(seconds=60.0), packets)
    assert ring.since(1003.5)[0].timestamp == pytest.approx(1003.0)
    assert ring.since(1003.0)[0].timestamp == pytest.approx(1003.0)
    assert ring.since(0.0)[0] is packets[0]
    assert ring.since(9e9)[0].timestamp == pytest.approx(1019.0)
    assert ring.last_group() == packets[-25:]


def test_it_begins_with_a_keyframe(packets: list[EncodedPacket]) -> None:
    """Packets before the first keyframe are of no use."""
    assert fill(PacketRing(), packets[10:20]).since(0.0) == []
    assert fill(PacketRing(), packets[10:40]).since(0.0) == packets[25:40]


def test_a_new_generation_starts_it_again(tmp_path: Path, packets: list[EncodedPacket]) -> None:
    """Packets of two generations never share a clip."""
    ring = fill(PacketRing(), packets[:50])
    later = [replace(p, generation=7) for p in packets[60:100]]
    fill(ring, later)
    assert {p.generation for p in ring.since(0.0)} == {7}
    assert ring.since(0.0) == later[15:]
