"""Tries a source in a process of its own: whatever answers there cannot harm the service.

The source comes on standard input, so that its password is in no process list.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict

from api.engine import Probe
from core.errors import LoginRefused, NotVideo, SourceError, SourceUnavailable, StreamStalled
from core.redaction import redact
from service.messages import encode, receive_message
from streams.probe import probe
from streams.source import Source

TIMEOUT_S = 15.0
_ERRORS = {e.code: e for e in (LoginRefused, NotVideo, SourceUnavailable, StreamStalled)}


async def probe_apart(source: str) -> Probe:
    """Raises SourceError with what to do; takes TIMEOUT_S at most."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.probe_process", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(source.encode())
    process.stdin.close()
    try:
        received = await asyncio.wait_for(receive_message(process.stdout), TIMEOUT_S)
    except TimeoutError:
        raise StreamStalled(
            f"nothing came within {TIMEOUT_S:g} s: check the address and the network"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if received is None:
        raise NotVideo("the decoder broke on what this source sends: try another stream of it")
    message, still = received
    if message["type"] == "error":
        raise _ERRORS.get(message["code"], SourceError)(message["detail"])
    del message["type"]
    return Probe(**message, still=still)


def main() -> None:
    """The child's side."""
    try:
        result = asdict(probe(Source.parse(sys.stdin.read()), timeout_s=TIMEOUT_S - 3.0))
    except SourceError as error:
        detail = redact(error.message)
        answer = encode({"type": "error", "code": error.code, "detail": detail})
    else:
        still = result.pop("still")
        answer = encode({"type": "probe", **result}, still)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
