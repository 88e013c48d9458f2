"""A worker as a process of its own: commands come in on standard input, messages go out.

A closed input means that the service is gone: the worker ends its violations and clips, and stops.
"""

import json
import os
import signal
import sys
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import structlog

from core.errors import AnyanError, ModelError
from core.redaction import redact
from service.lock import hold_lock
from service.logs import configure_logs
from service.messages import Message, assigned, read_message
from service.outbox import Outbox
from service.worker import Worker

log = structlog.get_logger(__name__)


def main() -> int:
    """Runs one worker. The first argument is JSON with the arguments of Worker and its index."""
    configure_logs()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then tells us
    outbox = Outbox(_own_standard_output())
    settings: dict[str, Any] = json.loads(sys.argv[1])
    data_dir = Path(settings["data_dir"])
    try:
        # A worker whose service was killed needs a moment to finish its clips.
        lock = data_dir / "locks" / f"worker-{settings['index']}"
        hold_lock(lock, wait_s=20.0, holder="worker")
        worker = Worker(
            model=Path(settings["model"]),
            threads=settings["threads"],
            data_dir=data_dir,
            time_zone=settings["time_zone"],
            target_fps=settings["target_fps"],
            detection_days=settings["detection_days"],
            outbox=outbox,
        )
    except AnyanError as error:
        log.error("worker_failed", code=error.code, reason=error.message)
        outbox.send(
            {
                "type": "failed",
                "model": isinstance(error, ModelError),
                "detail": error.message,
            }
        )
        outbox.close(2.0)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    commands = _Commands(worker, sys.stdin.buffer)
    commands.start()
    worker.run()
    outbox.close(2.0)
    return 1 if commands.failed else 0


def _own_standard_output() -> BinaryIO:
    """The pipe for messages; whatever else writes to standard output goes to the log instead."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


class _Commands(Thread):
    """Obeys until the service closes the pipe, then stops the worker, whatever happened."""

    def __init__(self, worker: Worker, pipe: BinaryIO) -> None:
        super().__init__(name="commands", daemon=True)
        self.failed = False
        self._worker = worker
        self._pipe = pipe

    def run(self) -> None:
        """Until the pipe is closed."""
        try:
            while (received := read_message(self._pipe)) is not None:
                self._obey(received[0])
        except Exception as error:  # the worker must not live on without its commands
            self.failed = True
            log.error("command_failed", error=redact(repr(error)))
        finally:
            self._worker.stop()

    def _obey(self, message: Message) -> None:
        match message["type"]:
            case "assign":
                self._worker.assign(assigned(message))
            case "watch":
                self._worker.watch(message["camera_id"], message["watched"])
            case "capture":
                self._worker.capture(message["camera_id"], message["zone_id"])
            case "relearn":
                self._worker.relearn(message["camera_id"])


if __name__ == "__main__":
    sys.exit(main())
