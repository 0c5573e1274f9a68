"""Processes that can be killed: one bad input costs one input."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest

from watcher.workers import Workers, WorkFailed

_ROOT = Path(__file__).resolve().parents[2]


# --- what the workers are given to do: importable functions -------------------------------------


def double(number: int, *, plus: int = 0) -> int:
    return number * 2 + plus


def process_id() -> int:
    return os.getpid()


def loop_forever(marker: str = os.devnull) -> NoReturn:
    Path(marker).write_text(str(os.getpid()))
    while True:
        pass


def search_forever(marker: str = os.devnull) -> bool:
    """Hold the interpreter in C, where no handler of a signal gets a turn."""
    Path(marker).write_text(str(os.getpid()))
    return re.match(r"(a*)*b", "a" * 200) is not None


def crash(status: int) -> NoReturn:
    os._exit(status)


def die_of(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(30)


def hog() -> int:
    return len(bytearray(2**31))


def fail(message: str) -> NoReturn:
    raise LookupError(message)


class PickyError(Exception):
    """An exception that pickles and does not unpickle, as those of many libraries."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first}, {second}")


def fail_picky() -> NoReturn:
    raise PickyError("one", "two")


def leave() -> NoReturn:
    sys.exit(3)


def give_function() -> object:
    return lambda: None


def mark(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(30)


_prepared: list[str] = []


def prepare() -> None:
    _prepared.append("ready")


def prepared() -> list[str]:
    return _prepared


# --- one input ----------------------------------------------------------------------------------


async def test_gives_what_the_function_gives():
    async with Workers(count=1) as workers:
        assert await workers.run(double, 21) == 42
        assert await workers.run(double, 21, plus=1) == 43
        assert await workers.run(process_id) != os.getpid()


async def test_raises_what_the_function_raises_with_the_place_where_it_did():
    async with Workers(count=1) as workers:
        with pytest.raises(LookupError, match="no such word") as caught:
            await workers.run(fail, "no such word")
    assert "in fail" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        pytest.param(loop_forever, (), "took longer than 3 s", id="endless loop"),
        pytest.param(search_forever, (), "took longer than 3 s", id="endless in C"),
        pytest.param(crash, (7,), "crashed: it ended itself with status 7", id="exits"),
        pytest.param(die_of, (signal.SIGSEGV,), "crashed: SIGSEGV", id="segmentation fault"),
        pytest.param(die_of, (signal.SIGKILL,), "SIGKILL, perhaps for lack of", id="killed"),
        pytest.param(die_of, (signal.SIGTERM,), "died twice: somebody", id="ended from outside"),
        pytest.param(hog, (), "needed more than 512 MB", id="memory"),
        pytest.param(fail_picky, (), "PickyError: one, two", id="an error that does not travel"),
        pytest.param(leave, (), "tried to end the process", id="sys.exit"),
    ],
)
async def test_a_bad_input_fails_alone(function, arguments, words):
    async with Workers(count=2, timeout_s=3, max_memory_mb=512) as workers:
        await workers.run(double, 1)
        bad, *good = await asyncio.gather(
            workers.run(function, *arguments),
            *(workers.run(double, number) for number in range(20)),
            return_exceptions=True,
        )
        assert isinstance(bad, WorkFailed)
        assert words in bad.why
        assert good == [number * 2 for number in range(20)]
        assert await workers.run(double, 5) == 10


async def test_what_cannot_travel_is_an_error_of_the_program():
    async with Workers(count=1) as workers:
        with pytest.raises(Exception, match="pickle"):
            await workers.run(lambda: None)
        with pytest.raises(Exception, match="pickle"):
            await workers.run(give_function)
        assert await workers.run(double, 5) == 10


async def test_large_inputs_and_results_travel():
    async with Workers(count=2) as workers:
        page = "خبر " * 2_000_000
        assert await workers.run(str.upper, page) == page


async def test_each_new_process_is_prepared():
    async with Workers(count=1, initializer=prepare) as workers:
        assert await workers.run(prepared) == ["ready"]
        with pytest.raises(WorkFailed):
            await workers.run(crash, 1)
        assert await workers.run(prepared) == ["ready"]


async def test_workers_that_do_not_start_are_a_failure_and_not_a_silence():
    async with Workers(count=1, initializer=leave) as workers:
        with pytest.raises(WorkFailed, match="died twice"):
            await workers.run(double, 1)


# --- the pool -----------------------------------------------------------------------------------


async def test_a_worker_killed_while_idle_is_replaced():
    async with Workers(count=1) as workers:
        first = await workers.run(process_id)
        os.kill(first, signal.SIGKILL)
        await _until(lambda: not _is_alive(first))
        assert await workers.run(process_id) != first


async def test_canceling_the_caller_kills_the_work(tmp_path: Path):
    marker = tmp_path / "pid"
    async with Workers(count=1) as workers:
        task = asyncio.create_task(workers.run(mark, str(marker)))
        await _until(lambda: marker.exists() and bool(marker.read_text()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await workers.run(double, 2) == 4
        await _until(lambda: not _is_alive(int(marker.read_text())))


async def test_canceling_what_waits_for_its_turn_costs_nothing():
    async with Workers(count=1) as workers:
        tasks = [asyncio.create_task(workers.run(double, number)) for number in range(10)]
        await asyncio.sleep(0)
        for task in tasks[1::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[::2] == [0, 4, 8, 12, 16]
    assert all(isinstance(result, asyncio.CancelledError) for result in results[1::2])


@pytest.mark.parametrize("function", [loop_forever, search_forever])
async def test_closing_takes_less_than_two_seconds_whatever_runs(function, tmp_path: Path):
    markers = [tmp_path / str(number) for number in range(4)]
    async with Workers(count=2) as workers:
        pid = await workers.run(process_id)
        running = [asyncio.create_task(workers.run(function, str(path))) for path in markers]
        await _until(lambda: sum(path.exists() for path in markers) == 2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended)
    assert not _is_alive(pid)


async def test_closing_does_not_wait_for_what_fills_the_pipe(tmp_path: Path):
    """An input that comes next is larger than the pipe, and nobody takes it."""
    marker = tmp_path / "begun"
    async with Workers(count=1) as workers:
        running = asyncio.create_task(workers.run(loop_forever, str(marker)))
        await _until(marker.exists)
        waiting = asyncio.create_task(workers.run(len, bytes(5_000_000)))
        await asyncio.sleep(0.2)  # for the pipe to be full, which is where closing could hang
    ended = await asyncio.gather(running, waiting, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended)


async def test_what_waits_behind_a_bad_input_is_worked_on(tmp_path: Path):
    """It outlives the worker that it waited for."""
    async with Workers(count=1, timeout_s=1) as workers:
        marker = tmp_path / "begun"
        running = asyncio.create_task(workers.run(loop_forever, str(marker)))
        await _until(marker.exists)
        assert await workers.run(double, 21) == 42
        with pytest.raises(WorkFailed):
            await running


async def test_closing_at_once_is_possible():
    async with Workers(count=2):
        pass


# --- the parent ---------------------------------------------------------------------------------

_PROGRAM = """
import asyncio, json, signal, sys
from pathlib import Path
from tests.integration.test_workers import double, loop_forever, process_id, search_forever
from watcher.workers import Workers

async def interrupted():
    async with Workers(count=1) as workers:
        before = await workers.run(process_id)
        heard = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, heard.set)
        print(json.dumps([before]), flush=True)
        await heard.wait()
        print(await workers.run(double, 21), await workers.run(process_id) == before, flush=True)

async def killed():
    markers = [Path(sys.argv[0]).with_suffix(end) for end in (".loop", ".search")]
    async with Workers(count=2, timeout_s=100) as workers:
        functions = zip((loop_forever, search_forever), markers)
        running = [asyncio.create_task(workers.run(f, str(path))) for f, path in functions]
        while not all(path.exists() and path.read_text() for path in markers):
            await asyncio.sleep(0.02)
        print(json.dumps([int(path.read_text()) for path in markers]), flush=True)
        await asyncio.gather(*running)

if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]]())
"""


def _start(tmp_path: Path, kind: str) -> tuple[subprocess.Popen[str], list[int]]:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    process = subprocess.Popen(
        [sys.executable, str(program), kind],
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    return process, json.loads(line) if line else pytest.fail(process.communicate()[1])


async def test_a_killed_parent_leaves_no_orphans(tmp_path: Path):
    process, pids = _start(tmp_path, "killed")
    with process:
        assert all(map(_is_alive, pids))
        process.kill()
        await _until(lambda: not any(map(_is_alive, pids)))


def test_ctrl_c_is_the_parents_business(tmp_path: Path):
    process, _ = _start(tmp_path, "interrupted")
    with process:
        os.killpg(process.pid, signal.SIGINT)
        said, complaints = process.communicate(timeout=30)
    assert (said.strip(), complaints, process.returncode) == ("42 True", "", 0)


# --- waiting ------------------------------------------------------------------------------------


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


async def _until(is_true, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


async def test_large_inputs_have_one_worker_at_a_time() -> None:
    """So a site of large pages never has them all; others go on beside."""
    order: list[str] = []

    async def work(name: str, size: int, seconds: float) -> None:
        async with workers.room(size):
            await workers.run(time.sleep, seconds)
            order.append(name)

    async with Workers(2) as workers:
        await asyncio.gather(
            work("large", 2**20, 1.0), work("another", 2**20, 0.0), work("small", 1_000, 0.1)
        )
    assert order == ["small", "large", "another"]
