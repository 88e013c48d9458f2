"""The last seconds of a camera, encoded."""

from collections import deque
from itertools import islice

from core.site import CameraConfig
from streams.encoded import EncodedPacket

RING_S, LONGEST_RING_S = 20.0, 90.0


def ring_seconds(config: CameraConfig) -> float:
    """What becomes certain after the longest dwell must still be there from its beginning."""
    dwell = max((zone.dwell_s for zone in config.zones), default=0.0)
    return min(RING_S + dwell, LONGEST_RING_S)


class PacketRing:
    """Packets of one generation, from a keyframe on, bounded in seconds and bytes.

    Whole groups of pictures are dropped, oldest first, so the span is at least `seconds` once so
    much has come, unless the bytes run out first.
    """

    def __init__(self, seconds: float = RING_S, max_bytes: int = 32 << 20) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._groups: deque[list[EncodedPacket]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def append(self, packet: EncodedPacket) -> None:
        """Takes a packet; one of another generation starts the ring again at its next keyframe."""
        if self._groups and self._groups[-1][-1].generation != packet.generation:
            self.clear()
        if packet.is_keyframe:
            self._groups.append([packet])
        elif self._groups:
            self._groups[-1].append(packet)
        else:
            return
        self._bytes += packet.size
        self._trim(packet.timestamp)

    def since(self, timestamp: float) -> list[EncodedPacket]:
        """Packets from the last keyframe not after a moment (UTC seconds), or from the oldest."""
        first = 0
        for index, group in enumerate(self._groups):
            if group[0].timestamp > timestamp:
                break
            first = index
        return [packet for group in islice(self._groups, first, None) for packet in group]

    def last_group(self) -> list[EncodedPacket]:
        """Packets from the newest keyframe on."""
        return list(self._groups[-1]) if self._groups else []

    def clear(self) -> None:
        """Forgets everything."""
        self._groups.clear()
        self._bytes = 0

    def _trim(self, newest: float) -> None:
        while len(self._groups) > 1 and newest - self._groups[1][0].timestamp >= self._seconds:
            self._drop_oldest()
        while self._bytes > self._max_bytes and self._groups:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._bytes -= sum(packet.size for packet in self._groups.popleft())
