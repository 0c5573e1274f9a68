"""Runs a blocking call beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MOST_HANGING: Final = 4
"""Calls to one service that were given up and have not ended: it gets no more until one does."""


class StillHanging(WatcherError):
    """Earlier calls were given up and hang all the same: no further one was begun."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} earlier attempts, long given up, still hang there: the service drips its "
            "answers. It is tried again when one of them has ended"
        )


@dataclass(slots=True)
class Calls:
    """The blocking calls to one service: those that hang are bounded."""

    _begun: list[threading.Thread] = field(default_factory=list)

    async def run(self, call: Callable[[], T]) -> T:
        """Await a blocking call in a thread of its own. Raises StillHanging."""
        self._begun = [thread for thread in self._begun if thread.is_alive()]
        if len(self._begun) >= MOST_HANGING:
            raise StillHanging(len(self._begun))
        return await in_thread(call, self._begun.append)


async def in_thread(
    call: Callable[[], T], tell: Callable[[threading.Thread], None] = lambda _thread: None
) -> T:
    """Await a blocking call in a thread of its own.

    The thread is a daemon: asyncio's own pool, like every executor, is joined when the program
    ends, and a mail server that hangs would hold the daemon for as long. `tell` is told of it.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def give(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # None only where T allows it

    def work() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as caught:  # noqa: BLE001 - handed to the awaiting side
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(give, result, error)

    thread = threading.Thread(target=work, name="notify", daemon=True)
    tell(thread)
    thread.start()
    return await future
