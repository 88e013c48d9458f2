"""Long work of a command shows how far it is and the time left, beside the answer."""

from collections.abc import Iterable, Sized
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def with_time_left(items: Iterable[Item], doing: str, count: int | None = None) -> Iterable[Item]:
    """Passes the items on. On a terminal only, on standard error: the answer goes elsewhere.

    count: of the items, where they cannot be counted themselves.
    """
    console = Console(stderr=True)
    return track(
        items,
        doing,
        len(items) if isinstance(items, Sized) else count,
        console=console,
        transient=True,
        # The thread that refreshes and the one that counts can wait for each other (rich 15).
        auto_refresh=False,
        disable=not console.is_terminal,
    )
