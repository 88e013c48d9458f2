import asyncio
import io
import os

from core.floor import Floor
from core.site import CameraConfig
from service.messages import assigned, assignment, encode, read_message, receive_message
from service.outbox import Outbox


def test_messages_arrive_with_their_payload():
    """What was encoded comes out again, one message after the other, then the end."""
    pipe = io.BytesIO(
        encode({"type": "still", "camera_id": "大门"}, b"\xff\xd8") + encode({"a": 1})
    )
    assert read_message(pipe) == ({"type": "still", "camera_id": "大门"}, b"\xff\xd8")
    assert read_message(pipe) == ({"a": 1}, b"")
    assert read_message(pipe) is None


def test_cameras_reach_the_worker_with_their_floors():
    """To the last digit; a camera that is on no plan has none. The site file holds no floor."""
    floor = Floor((1 / 3, 0.1, -0.2, 0.0, 2.5, 0.7, 0.0, 1.3, 1 / 7))
    gate = CameraConfig("gate", "大门", "rtsp://x/1", (), floor)
    yard = CameraConfig("yard", "Yard", "rtsp://x/2", ())
    received = read_message(io.BytesIO(encode(assignment([gate, yard]))))
    assert received is not None
    assert assigned(received[0]) == [gate, yard]
    assert "floor" not in gate.to_mapping()


def test_a_message_cut_off_by_a_death_is_the_end():
    """A worker that is killed in the middle of a message ends the stream, without an error."""
    whole = encode({"type": "tracks"}, b"12345")
    for length in (2, 9, len(whole) - 1):
        assert read_message(io.BytesIO(whole[:length])) is None

    async def receive(data: bytes):
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await receive_message(reader)

    assert asyncio.run(receive(whole[:-1])) is None
    assert asyncio.run(receive(whole)) == ({"type": "tracks"}, b"12345")


def test_a_stopped_reader_does_not_hold_up_the_sender():
    """When nobody reads, messages are dropped and counted, and `send` returns."""
    reading, writing = os.pipe()
    outbox = Outbox(os.fdopen(writing, "wb", buffering=0))
    for _ in range(50):
        outbox.send({"type": "fragment"}, b"x" * 2**20)
    assert outbox.dropped > 0
    os.close(reading)
