"""Jobs: how work reaches machines. Owns procrastinate.

The record says what is to be done, and jobs say only that somebody should look: one that is lost is
made again by the scheduler's sweep, and one too many finds nothing to do. So jobs are never tried
again as such, and none is planned for later: in the queue, a job for later would hold up those that
share its lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector, exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from watcher.errors import StorageUnavailable
from watcher.lanes import MOST_IN_HAND_S
from watcher.log import debug, error, warning
from watcher.model import LEASE_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

    import sqlalchemy
    from procrastinate.connector import BaseConnector

    from watcher.cluster.member import Member
    from watcher.cluster.server import Server

    Lanes: TypeAlias = Mapping[str, str]
    """Targets, each with what it shares a pace with."""

Kind: TypeAlias = Literal["poll", "read", "deliver"]

NO_TARGET: Final = "(no such target)"
"""The lane of notices for targets that are no longer configured."""
HEARTBEAT_S: Final = 2.0
LOOK_S: Final = 0.5
"""How often a worker looks for jobs of which nobody told it: a lock was freed elsewhere."""
_STOP_S: Final = 4.0
"""How long jobs in hand may take to end when a worker is told to stop; less than it is missed."""
_PAUSE_S: Final = 1.0
_ORPHANS_S: Final = 5.0
_TRIES: Final = 5
_CHANNEL: Final = "procrastinate_queue_v1#"
_SILENT_S: Final = 10.0
"""After so long without a word it is looked whether the session still is."""


def host_lock(url: str) -> str:
    """Name the lock of what is fetched from an address."""
    try:
        return f"host {urlsplit(url).hostname or ''}"
    except ValueError:  # an address that no fetch will accept
        return "host "


def poll_job(source: str, url: str) -> Job:
    """Have a source polled; the lock by its host spares workers the wait for their turn.

    It goes before the pages of its host, of which there may be hundreds.
    """
    args: dict[str, Any] = {"source": source}
    return _job("poll", args, host_lock(url), f"poll {source}", priority=1)


def read_job(entry_id: int, url: str) -> Job:
    """Have an entry read."""
    return _job("read", {"entry": entry_id}, host_lock(url), f"read {entry_id}")


def deliver_job(lane: str, *, is_sweep: bool = False) -> Job:
    """Have delivered what waits in a lane, one worker at a time.

    A transaction that queues a notice makes a job of its own, even where one waits already: that
    one may look before the transaction ends.
    """
    return _job("deliver", {"lane": lane}, f"lane {lane}", f"deliver {lane}" if is_sweep else None)


def _job(
    kind: Kind, args: dict[str, Any], lock: str, queueing_lock: str | None, *, priority: int = 0
) -> Job:
    return Job(
        id=None,
        priority=priority,
        queue=kind,
        task_name=kind,
        lock=lock,
        queueing_lock=queueing_lock,
        task_kwargs=args,
    )


@dataclass(slots=True)
class JobQueue:
    """Puts jobs into the queue, as part of a transaction of the record or by themselves."""

    server: Server
    lanes: Lanes = field(default_factory=dict)
    _in_transactions: JobManager = field(init=False)
    _manager: JobManager = field(init=False)

    def __post_init__(self) -> None:
        """Use the connections there are; none is opened here."""
        self._in_transactions = JobManager(SyncPsycopgConnector())
        self._manager = JobManager(PsycopgConnector())

    async def open(self) -> None:
        """Prepare for jobs that belong to no transaction."""
        await self._manager.connector.open_async(self.server.pool)

    def read(self, connection: sqlalchemy.Connection, entries: Sequence[tuple[int, str]]) -> None:
        """Have entries read: number and address of each."""
        self._add(connection, [read_job(entry_id, url) for entry_id, url in entries])

    def deliver(self, connection: sqlalchemy.Connection, targets: Collection[str]) -> None:
        """Have what waits for these targets delivered."""
        lanes = {self.lanes.get(target, NO_TARGET) for target in targets}
        self._add(connection, [deliver_job(lane) for lane in sorted(lanes)])

    def _add(self, connection: sqlalchemy.Connection, jobs: list[Job]) -> None:
        driver = connection.connection.driver_connection
        try:
            self._in_transactions.batch_defer_jobs(jobs, connection=driver)
        except exceptions.ProcrastinateException as failure:
            raise _unavailable(failure) from None

    async def add(self, jobs: Sequence[Job]) -> int:
        """Put jobs into the queue that are not in it yet; give how many were new."""
        if not jobs:
            return 0
        try:
            await self._manager.batch_defer_jobs_async(list(jobs))
        except exceptions.AlreadyEnqueued:
            if len(jobs) == 1:
                return 0
            return sum([await self.add([job]) for job in jobs])
        except exceptions.ProcrastinateException as failure:
            raise _unavailable(failure) from None
        return len(jobs)

    async def end_stalled(self) -> int:
        """End the jobs of workers that are gone, so that their locks are free; give how many.

        What they were about is swept up again from the record.
        """
        try:
            stalled = list(await self._manager.get_stalled_jobs(seconds_since_heartbeat=LEASE_S))
            for job in stalled:
                with contextlib.suppress(exceptions.ConnectorException):  # it has ended by itself
                    await self._manager.finish_job(job, Status.FAILED, delete_job=True)
        except exceptions.ProcrastinateException as failure:
            raise _unavailable(failure) from None
        return len(stalled)

    async def tidy(self) -> None:
        """Forget workers that are gone, and ended jobs that were left."""
        try:
            await self._manager.prune_stalled_workers(2 * LEASE_S)
            await self._manager.delete_old_jobs(
                nb_hours=1, include_failed=True, include_cancelled=True, include_aborted=True
            )
        except exceptions.ProcrastinateException as failure:
            raise _unavailable(failure) from None


@dataclass(slots=True)
class QueueWorker:
    """Does the jobs of some kinds, so many at once, while this process is a member in good health.

    A job that raises is logged and over; what it was about stands in the record.
    """

    server: Server
    member: Member
    do: Mapping[Kind, Callable[..., Awaitable[None]]]
    name: str = "jobs"
    _in_hand: dict[int, asyncio.Task[Any]] = field(default_factory=dict)
    _since: dict[int, float] = field(default_factory=dict)
    """When each was taken up, on the loop's clock."""
    _workers: dict[_Worker, tuple[Kind, ...]] = field(default_factory=dict)

    @property
    def pieces(self) -> int:
        """How many jobs are in hand."""
        return len(self._in_hand)

    def standing(self, now: float, floor: float) -> str:
        """Say which job does not end, as a lane does."""
        oldest = min(self._since.values(), default=now)
        is_old = now - max(oldest, floor) > MOST_IN_HAND_S
        return f"a job has been in hand for {now - oldest:.0f} s" if is_old else ""

    async def run(self, kinds: Iterable[Kind], at_once: int) -> None:
        """Work until canceled."""
        while True:
            await self.member.well.wait()
            await self.server.drop_broken()
            await self._until_lost(kinds, at_once)
            await asyncio.sleep(_PAUSE_S)

    async def listen(self, kinds: Iterable[Kind]) -> None:
        """Have workers look when jobs of some kinds are put into the queue, until canceled.

        One session for all workers; each of the library's would have its own, and cancels it in
        the middle of connecting, for which a server that is to shut down waits a minute.
        """
        while True:
            try:
                async with self.server.session() as session:
                    for kind in kinds:
                        await session.execute(f'LISTEN "{_CHANNEL}{kind}"')
                    self._wake()
                    while True:
                        async for told in session.notifies(timeout=_SILENT_S):
                            self._wake(told.channel.removeprefix(_CHANNEL))
                        await session.execute("SELECT 1")
            except StorageUnavailable as failure:
                debug("cluster", status="is not told of jobs", why=str(failure))
            await asyncio.sleep(_PAUSE_S)

    async def _until_lost(self, kinds: Iterable[Kind], at_once: int) -> None:
        working = asyncio.create_task(self._work(kinds, at_once))
        lost = asyncio.create_task(self.member.lost.wait())
        try:
            await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                self._let_go()
        finally:
            working.cancel()
            lost.cancel()
            await asyncio.gather(working, lost, return_exceptions=True)

    def _let_go(self) -> None:
        for task in self._in_hand.values():
            task.cancel()

    async def _work(self, kinds: Iterable[Kind], at_once: int) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what matters we say
        app = App(connector=PsycopgConnector())
        app.job_manager = _Manager(app.connector, self._wake)
        for kind in kinds:
            app.task(name=kind, queue=kind, pass_context=True)(self._task(kind))
        worker = _Worker(
            app,
            queues=list(kinds),
            name=f"{self.member.holder} {' '.join(kinds)}",
            concurrency=at_once,
            shutdown_graceful_timeout=_STOP_S,
            delete_jobs="always",
            listen_notify=False,
            install_signal_handlers=False,
            fetch_job_polling_interval=LOOK_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=LEASE_S,
        )
        ending = asyncio.create_task(self._end_orphans(app, worker))
        self._workers[worker] = tuple(kinds)
        try:
            async with app.open_async(self.server.pool):
                await worker.run()  # type: ignore[no-untyped-call]  # the library has none there
        except (exceptions.ProcrastinateException, StorageUnavailable) as failure:
            warning("cluster", status="a worker begins anew", why=str(failure.__cause__ or failure))
        finally:
            ending.cancel()
            del self._workers[worker]

    def _wake(self, kind: str = "") -> None:
        for worker, kinds in self._workers.items():
            if not kind or kind in kinds:
                worker.wake()

    def _task(self, kind: Kind) -> Callable[..., Awaitable[None]]:
        async def task(context: JobContext, **given: Any) -> None:
            current = asyncio.current_task()
            assert current
            assert context.job.id is not None
            self._in_hand[context.job.id] = current
            self._since[context.job.id] = asyncio.get_running_loop().time()
            try:
                await self.do[kind](**given)
            except StorageUnavailable as failure:
                error("record", lane=kind, work=str(given), why=str(failure))
                await asyncio.sleep(_PAUSE_S)
            except Exception as failure:  # noqa: BLE001 - an edge: one bad job must not end the worker
                error(kind, work=str(given), failure=failure)
            finally:
                del self._in_hand[context.job.id], self._since[context.job.id]

        return task

    async def _end_orphans(self, app: App, worker: Worker) -> None:
        """End jobs that count as being done by this worker and are not.

        Taking or ending a job may fail on the way back, when it has been done in the database.
        """
        before: set[int] = set()
        while True:
            await asyncio.sleep(_ORPHANS_S)
            if worker.worker_id is None:
                continue
            with contextlib.suppress(exceptions.ProcrastinateException):
                jobs = await app.job_manager.list_jobs_async(
                    status="doing", worker_id=worker.worker_id
                )
                idle = {job.id: job for job in jobs if job.id and job.id not in self._in_hand}
                for job_id in before & idle.keys():
                    debug("cluster", orphan=job_id)
                    await app.job_manager.finish_job(idle[job_id], Status.FAILED, delete_job=True)
                before = set(idle)


class _Worker(Worker):
    """Looks for jobs also when one has ended: those that share its lock could not be taken."""

    def wake(self) -> None:
        """Look now."""
        self._new_job_event.set()


class _Manager(JobManager):
    """Bears with a database that fails now and then; orphans are ended, whoever made them."""

    def __init__(self, connector: BaseConnector, wake: Callable[[], None]) -> None:
        super().__init__(connector)
        self._wake = wake

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take a job; of two workers that choose jobs with one lock, the second looks again."""
        for _ in range(_TRIES):
            try:
                return await super().fetch_job(queues, worker_id)
            except exceptions.UniqueViolation:
                await asyncio.sleep(0)
        return None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - as the library calls it
        """End a job."""
        try:
            await super().finish_job(job, status, delete_job)
        except exceptions.ConnectorException as failure:
            debug("cluster", job=job.id, why=str(failure.__cause__ or failure))
        if job.lock:
            self._wake()


def _unavailable(failure: Exception) -> StorageUnavailable:
    why = failure.__cause__ or failure
    return StorageUnavailable(f"the queue of the cluster cannot be used: {why}")
