"""A pool of processes for CPU work on hostile input: a worker that hangs is killed, and no other.

Knows nothing about what is worked on. Processes are never forked from the daemon, which has threads
and an event loop: a fork would copy their locks in whatever state they are. A small server without
either forks them, so that they start at once and share the memory of what they import.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from multiprocessing import forkserver
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Self, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from contextlib import AbstractAsyncContextManager

P = ParamSpec("P")
T = TypeVar("T")

_RECYCLE_AFTER: Final = 1_000
"""Tasks until a worker is replaced by a fresh one: C libraries leak, the daemon runs for years."""
_AHEAD: Final = 1
"""Inputs that wait in the pipe for each worker: it takes the next one without waiting for us."""
_START_GRACE_S: Final = 60.0
"""For a new process to import what it needs, before the pool itself counts as broken."""
_LOOKS_EACH_S: Final = 0.5
"""How often the pool looks whether a worker has ended, took too long or is not wanted any more."""
_PR_SET_PDEATHSIG: Final = 1
_LARGE: Final = 256 * 2**10
_TAKES_ROOM: Final = 512 * 2**10
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8


def return_large_blocks() -> None:
    """Have the C library give large blocks of this process back to the system once they are free.

    Left to itself, glibc keeps blocks of up to 32 MB for reuse as soon as one was freed, and does
    so for each thread apart: the daemon's memory stays what the largest pages ever took.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def return_freed_memory() -> None:
    """Give back what this process has freed since; worth its milliseconds after something large."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


class WorkFailed(WatcherError):
    """One input could not be worked on: it took too long or too much, or the worker died of it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Workers:
    """Runs plain functions in other processes; use it as an async context manager.

    `timeout_s` and `max_memory_mb` are for one input. `initializer`, an importable function, runs
    once in each new process, to import what is heavy.
    """

    def __init__(
        self,
        count: int = 2,
        timeout_s: float = 20,
        max_memory_mb: int = 1024,
        initializer: Callable[[], object] | None = None,
    ) -> None:
        self._count = count
        self._timeout_s = timeout_s
        self._max_memory_mb = max_memory_mb
        self._initializer = initializer
        self._slots = asyncio.Semaphore(count * (1 + _AHEAD))
        self._room = asyncio.Semaphore(1)
        self._waiting: set[asyncio.Future[bytes]] = set()
        self._pool: ProcessPool | None = None
        self._is_closed = False

    async def __aenter__(self) -> Self:
        self._pool = self._open_pool()
        return self

    async def __aexit__(self, *_: object) -> None:
        pool, self._pool, self._is_closed = self._pool, None, True
        # Nothing is known about these inputs, so nothing may be recorded about them.
        for waiting in self._waiting:
            waiting.cancel()
        if pool is not None:
            await asyncio.to_thread(_close, pool)

    def room(self, size: int) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of an input of so many bytes, and hold it; an async context manager.

        Large ones have it one at a time, so that what they take never adds up, and a site of large
        pages never has every worker. Others have it at once.
        """
        return self._room if size > _TAKES_ROOM else nullcontext()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` in a worker and give what it returns or raise what it raises.

        The function must be importable, arguments and result picklable. Raises WorkFailed where
        this input costs the worker its life or its limits. When the caller is canceled, the
        worker is killed and replaced. When the workers are closed, whoever waits is canceled.
        """
        async with self._slots:
            # Here: a copy only of what is worked on, and of what comes next.
            payload = pickle.dumps((function, args, kwargs))
            try:
                answer = await self._attempt(payload)
            except _NotItsFault:
                answer = await self._last_attempt(payload)
            del payload
        is_result, value = pickle.loads(answer)  # noqa: S301 - our own process wrote it
        if is_result:
            result: T = value
            return result
        raise value

    async def _last_attempt(self, payload: bytes) -> bytes:
        try:
            return await self._attempt(payload)
        except _NotItsFault as error:
            raise WorkFailed(f"the worker died twice: {error}") from error

    async def _attempt(self, payload: bytes) -> bytes:
        pool = self._pool
        if self._is_closed:
            raise asyncio.CancelledError
        assert pool is not None, "use `async with Workers(...)`"
        try:
            future = pool.schedule(_execute, (payload,), timeout=self._timeout_s)
        except RuntimeError as error:
            self._replace(pool)
            raise _NotItsFault(str(error)) from error
        try:
            # What waits in the pipe may wait for as long as the one before it takes.
            async with asyncio.timeout((1 + _AHEAD) * self._timeout_s + _START_GRACE_S):
                return await self._outcome(future)
        except asyncio.CancelledError:
            future.cancel()  # type: ignore[no-untyped-call]  # a gap in pebble's types
            raise
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGTERM:
                raise _NotItsFault("somebody ended it") from error
            raise WorkFailed(f"the worker crashed: {_ending(error.exitcode)}") from error
        except BrokenProcessPool as error:
            self._replace(pool)
            raise _NotItsFault(str(error) or "the pool broke") from error
        except TimeoutError as error:
            if not future.done():
                self._replace(pool)
                raise _NotItsFault("the pool does not answer") from error
            raise WorkFailed(f"took longer than {self._timeout_s:g} s") from error

    async def _outcome(self, future: Future[bytes]) -> bytes:
        """Wait for the pool's future without binding the two: on closing, ours ends alone."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bytes] = loop.create_future()
        self._waiting.add(waiting)

        def tell(_: Future[bytes]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_copy, future, waiting)

        future.add_done_callback(tell)
        try:
            return await waiting
        finally:
            self._waiting.discard(waiting)

    def _replace(self, broken: ProcessPool) -> None:
        """Put a new pool in the place of a broken one, unless somebody just did."""
        if self._pool is broken:
            self._pool = self._open_pool()
            threading.Thread(target=_close, args=(broken,), daemon=True).start()

    def _open_pool(self) -> ProcessPool:
        CONSTS.sleep_unit = (
            _LOOKS_EACH_S  # ten looks a second in two threads cost an idle daemon much
        )
        pool = ProcessPool(
            max_workers=self._count,
            max_tasks=_RECYCLE_AFTER,
            initializer=_prepare,
            initargs=(self._max_memory_mb, self._initializer),
            context=_fork_server(self._initializer),
        )
        # Ctrl-C reaches every process of the terminal, also one that is just starting. The mask is
        # inherited by the workers, and by the pool's thread that starts their successors.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            assert pool.active  # asking starts the processes
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pool


def _fork_server(initializer: Callable[[], object] | None) -> Any:
    """Have a small process without threads fork the workers, with what they need imported."""
    context = multiprocessing.get_context("forkserver")
    if initializer is not None:
        context.set_forkserver_preload([initializer.__module__, "trafilatura", "feedparser"])
    return context


class _NotItsFault(Exception):
    pass


def _copy(source: Future[bytes], target: asyncio.Future[bytes]) -> None:
    if target.done():
        return
    if source.cancelled():
        target.cancel()
    elif (error := source.exception()) is not None:
        target.set_exception(error)
    else:
        target.set_result(source.result())


def _close(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # a gap in pebble's types
    pool.join()


def _ending(exitcode: int) -> str:
    if exitcode >= 0:
        return f"it ended itself with status {exitcode}"
    hint = ", perhaps for lack of memory" if exitcode == -signal.SIGKILL else ""
    return f"{signal.Signals(-exitcode).name}{hint}"


# --- in the worker ------------------------------------------------------------------------------


def _prepare(max_memory_mb: int, initializer: Callable[[], object] | None) -> None:
    # The default action ends the process even while C code holds the interpreter.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return_large_blocks()
    if sys.platform == "linux":
        # A killed parent closes nothing that a worker in an endless loop would notice.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # Our parent is the fork server, which lives as long as anybody holds this end of its pipe:
        # without ours it ends with the daemon, and we with it.
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]  # noqa: SLF001 - it has no other name
        daemon = multiprocessing.parent_process()
        if daemon is None or not daemon.is_alive():
            os._exit(1)
    if initializer is not None:
        initializer()
    # What was imported lasts: to walk it again and again takes time, and unshares its memory.
    gc.freeze()
    _limit_memory(max_memory_mb)


def _limit_memory(megabytes: int) -> None:
    # Data, not address space: mapped libraries and the reserves of threads cost nothing.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes * 2**20
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _execute(payload: bytes) -> bytes:
    """Do one task. All pickling is done here, so that nothing odd can break the pool's own pipe."""
    try:
        return _answer(payload)
    except MemoryError:
        limit = resource.getrlimit(resource.RLIMIT_DATA)[0] // 2**20
        return pickle.dumps((False, WorkFailed(f"needed more than {limit} MB")))
    except (SystemExit, KeyboardInterrupt) as error:
        return pickle.dumps((False, WorkFailed(f"tried to end the process: {error!r}")))
    except Exception as error:  # noqa: BLE001 - it is raised again where the result was wanted
        return pickle.dumps((False, _portable(error)))


def _answer(payload: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(payload)  # noqa: S301 - our own parent wrote it
        return pickle.dumps((True, function(*args, **kwargs)))
    finally:
        if len(payload) > _LARGE:
            # What a large input took is kept for the next one otherwise, which may never come.
            gc.collect()
            return_freed_memory()


def _portable(error: Exception) -> Any:
    """Give the error with its traceback as a note, or one in its place that survives pickling."""
    error.add_note("in a worker: " + "".join(traceback.format_exception(error)))
    try:
        return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever an exception class of a library does
        return WorkFailed(f"{type(error).__name__}: {error}")
