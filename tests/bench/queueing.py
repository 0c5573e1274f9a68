"""Workers that do jobs of a given length: procrastinate by itself, or as the cluster uses it.

A process of its own, started as `python -m tests.bench.queueing KIND URL AT_ONCE SECONDS JOBS`; it
says `ready`, waits for a line, and works until no job is left.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from procrastinate import App, PsycopgConnector

from watcher.cluster import JobQueue, Member, QueueWorker, Server
from watcher.cluster.jobs import read_job
from watcher.record import libpq_url, newest_revision

HOSTS = 500


def bare(url: str, length_s: float) -> App:
    """Give procrastinate as its first page of documentation has it."""
    app = App(connector=PsycopgConnector(conninfo=libpq_url(url), max_size=8))

    @app.task(name="work", queue="work")
    async def work(number: int) -> None:
        await asyncio.sleep(length_s)

    return app


async def fill(kind: str, url: str, jobs: int) -> None:
    """Put so many jobs into the queue."""
    if kind == "bare":
        async with bare(url, 0).open_async() as app:
            work = app.tasks["work"].configure()
            numbers: list[dict[str, Any]] = [{"number": number} for number in range(jobs)]
            await work.batch_defer_async(*numbers)
        return
    async with Server(url) as server:
        queue = JobQueue(server)
        await queue.open()
        hosts = [f"https://{number % HOSTS}.example/" for number in range(jobs)]
        await queue.add([read_job(number, host) for number, host in enumerate(hosts)])


async def left(url: str) -> int:
    """Count the jobs that are not done."""
    async with Server(url, 1) as server:
        rows = await server.rows(
            "SELECT count(*) AS n FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        )
        return int(rows[0]["n"])


async def _ready() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def _work_bare(url: str, at_once: int, length_s: float) -> None:
    async with bare(url, length_s).open_async() as app:
        await _ready()
        await app.run_worker_async(
            queues=["work"], concurrency=at_once, wait=False, install_signal_handlers=False
        )


async def _work_ours(url: str, at_once: int, length_s: float) -> None:
    async def read(entry: int) -> None:
        await asyncio.sleep(length_s)

    async with Server(url) as server:
        member = Member(server, f"bench {id(server)}", "work", newest_revision())
        await member.join()
        await _ready()
        worker = QueueWorker(server, member, {"read": read})
        beating = asyncio.create_task(member.run())
        working = asyncio.create_task(worker.run(["read"], at_once))
        listening = asyncio.create_task(worker.listen(["read"]))
        await asyncio.to_thread(sys.stdin.readline)
        running = (listening, working, beating)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def main(arguments: list[str]) -> None:
    """Run one worker."""
    kind, url, at_once, length_s = arguments
    work: Any = _work_bare if kind == "bare" else _work_ours
    asyncio.run(work(url, int(at_once), float(length_s)))


if __name__ == "__main__":
    main(sys.argv[1:])
