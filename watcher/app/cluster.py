"""One process of a cluster: built for its roles, run until it is told to stop."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from watcher import __version__, log, systemd
from watcher.app.backpressure import Backpressure
from watcher.app.build import (
    answers_of,
    counted_record,
    notifier_of,
    pipeline_of,
    workers_of,
)
from watcher.app.counting import CountedFetcher
from watcher.app.faults import WELL
from watcher.app.life import Life
from watcher.app.memory import pass_over_what_lasts
from watcher.app.periodic import RULES_TICK_S, TIDY_TICK_S, Periodic, refreshed
from watcher.app.seeing import Seeing
from watcher.cluster import (
    JobQueue,
    KeptOutages,
    Member,
    QueueWorker,
    Server,
    SharedTurns,
    Sweep,
    Tasks,
    folder_of,
    lead,
    put_in_force,
)
from watcher.config import Cache, default_folder
from watcher.errors import Invalid, StorageUnavailable, WatcherError
from watcher.metrics import Metrics
from watcher.model import LEASE_S, Role, Secret
from watcher.record import Outage, libpq_url, newest_revision
from watcher.rulebook import Rulebook
from watcher.schedule import Ticks
from watcher.workers import return_freed_memory, return_large_blocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection

    from watcher.app.duty import Duty
    from watcher.cluster import Kind
    from watcher.config import Config
    from watcher.pipeline import Pipeline
    from watcher.rulefolder import RulesRead

SWEEP_S: Final = 1.0
STALLED_S: Final = 2.0
BACKPRESSURE_LOOK_S: Final = 2.0
POLLS_AT_ONCE: Final = 64
READS_AT_ONCE: Final = 16
DELIVERIES_AT_ONCE: Final = 16
_RULES_PATIENCE_S: Final = 30.0


@dataclass(slots=True)
class RulesInForce:
    """Goes by the rules in force: those of who leads, from the folder here or from the record."""

    pipeline: Pipeline
    member: Member
    server: Server
    rulebook: Rulebook
    periodic: Periodic
    cache: Path
    _refused: str = ""
    """The revision that cannot be used here."""

    async def refresh(self) -> None:
        """Look at the folder, and at what is in force."""
        is_changed = await refreshed(self.rulebook)
        if not self.member.is_leading:
            await self._follow()
        elif is_changed:
            self.periodic.judge_rules()
            await self.periodic.record_rules()
            await self.put_in_force()

    async def put_in_force(self) -> None:
        """Have all machines go by the rules of the folder here, unless they do."""
        current = self.rulebook.current
        if not self.rulebook.refused and self.member.in_force != current.revision:
            folder = self.rulebook.folder
            files = {str(Path(text.name).relative_to(folder)): text.body for text in current.texts}
            await put_in_force(self.server, current.revision, files)
            self.member.in_force = current.revision
        await self._follow()

    async def wait(self) -> None:
        """Wait until the rules here are those in force. Raises TimeoutError after a while."""
        async with asyncio.timeout(_RULES_PATIENCE_S):
            while not self.member.rules or self.member.rules != self.member.in_force:  # noqa: ASYNC110 - beats tell, not events
                await asyncio.sleep(RULES_TICK_S / 2)

    async def _follow(self) -> None:
        wanted = self.member.in_force
        if wanted in {"", self.member.rules, self._refused}:
            return
        try:
            read = await self._read(wanted)
        except Invalid as invalid:
            self._refused = wanted
            for problem in invalid.problems:
                log.error("rules", status="in force elsewhere, refused here", problem=problem)
            return
        if read is None:
            return
        self.pipeline.put_in_force(read.rules)
        await self.pipeline.record.rule_revision(read.revision, read.text, self.member.now())
        self.member.rules = read.revision
        pass_over_what_lasts()
        rules = len(read.rules.rules)
        log.event("rules", status="in force", rules=rules, revision=read.revision[:12])

    async def _read(self, revision: str) -> RulesRead | None:
        if self.rulebook.current.revision == revision:
            return self.rulebook.current
        folder = await folder_of(self.server, revision, self.cache)
        if folder is None:
            return None
        log.event("rules", status="not those of the folder here: taken from the record")
        book = self.rulebook
        opened = await asyncio.to_thread(Rulebook.open, folder, book.targets, book.cache)
        return opened.current


@dataclass(slots=True)
class Node:
    """A process of the cluster with everything open."""

    roles: frozenset[Role]
    pipeline: Pipeline
    member: Member
    server: Server
    queue: JobQueue
    rules: RulesInForce
    periodic: Periodic
    worker: QueueWorker = field(init=False)
    seeing: Seeing = field(init=False)
    metrics: Metrics
    outages: KeptOutages = field(init=False)
    tasks: Tasks = field(init=False)
    backpressure: Backpressure = field(init=False)
    """Of whoever leads."""

    def __post_init__(self) -> None:
        """Know what targets said to others, and have beats hold what is in hand."""
        self.outages = KeptOutages(self.server)
        self.tasks = Tasks(self.pipeline, self.outages, self.rules.wait, self.queue.lanes)
        self.member.renew = self.tasks.renew
        self.worker = QueueWorker(self.server, self.member, self.tasks.by_kind)
        life = Life((self.worker,), Ticks(), self.pipeline.record)
        periodic = self.periodic
        parts = (periodic.config, self.metrics, self.pipeline, periodic.rulebook, life)
        self.seeing = Seeing(*parts, self._fault)
        self.backpressure = Backpressure(self.pipeline)
        self.pipeline.intake.sharers = lambda: 1 + self.member.others_working

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. Raises Unfit where this process must not work any more."""
        running = [asyncio.ensure_future(part) for part in self._parts()]
        await self.periodic.open_answers()
        await self.seeing.open()
        systemd.ready()
        sources, rules = len(self.pipeline.sources), len(self.pipeline.rules.rules)
        roles = ",".join(sorted(self.roles))
        log.event("run", status="started", roles=roles, sources=sources, rules=rules)
        told = asyncio.create_task(stop.wait())
        try:
            ended, _ = await asyncio.wait({told, *running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            systemd.stopping()
            for task in (told, *running):
                task.cancel()
            await asyncio.gather(told, *running, return_exceptions=True)
            await self.periodic.close_answers()
            await self.seeing.close()
            log.event("run", status="stopped")
        for task in ended - {told}:
            task.result()

    def _parts(self) -> list[Awaitable[None]]:
        worker = self.worker
        own = [duty for duty in self._duties() if duty.is_own and duty.name != "rules"]
        parts: list[Awaitable[None]] = [
            self.member.run(),
            _every(RULES_TICK_S, self.rules.refresh),
            *(_every(duty.every_s, duty.do) for duty in own),
        ]
        kinds: list[Kind] = [
            *(("poll", "read") if Role.WORK in self.roles else ()),
            *(("deliver",) if Role.SEND in self.roles else ()),
        ]
        if kinds:
            parts.append(worker.listen(kinds))
        if Role.SCHEDULE in self.roles:
            parts.append(lead(self.server, self.member, self._lead))
        if Role.WORK in self.roles:
            parts.append(worker.run(["poll"], POLLS_AT_ONCE))
            parts.append(worker.run(["read"], READS_AT_ONCE))
        if Role.SEND in self.roles:
            parts.append(worker.run(["deliver"], DELIVERIES_AT_ONCE))
        return parts

    def _duties(self) -> list[Duty]:
        return [*self.periodic.duties(), *self.seeing.duties()]

    async def _lead(self) -> None:
        """Do what one process does for all."""
        record, sweep = self.pipeline.record, Sweep(self.server, self.queue)
        now = self.member.now()
        await record.sync_sources(self.pipeline.sources.values(), now)
        await record.release_held(now)
        await self.rules.put_in_force()
        self.periodic.awake_since = now
        self.backpressure = Backpressure(self.pipeline)
        await self.backpressure.look()
        duties = [duty for duty in self._duties() if not duty.is_own]
        try:
            await asyncio.gather(
                _every(SWEEP_S, lambda: sweep.sources(read_up=bool(self.backpressure.held))),
                _every(SWEEP_S, sweep.entries),
                _every(SWEEP_S, sweep.targets),
                _every(STALLED_S, sweep.stalled),
                _every(BACKPRESSURE_LOOK_S, self.backpressure.look),
                _every(TIDY_TICK_S / 24, sweep.tidy),
                *(_every(duty.every_s, self._well_informed(duty.do)) for duty in duties),
            )
        finally:  # who leads next tells of it
            self.seeing.begin_again()

    def _fault(self) -> str:
        return (self.member.is_leading and self.backpressure.held) or WELL

    def _well_informed(self, duty: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Have a duty know how targets took what others sent."""

        async def do() -> None:
            names = [target.name for target in self.pipeline.targets]
            for name, state in (await self.outages.read(names)).items():
                self.pipeline.delivery.learn_outage(name, Outage.read(state))
            await duty()

        return do


async def _every(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; canceled, it stops at once."""
    while True:
        try:
            await do()
        except StorageUnavailable as failure:
            log.debug("cluster", status="tried again later", why=str(failure))
        except Exception as failure:  # noqa: BLE001 - an edge: what goes wrong once must not end the process
            log.error("cluster", failure=failure)
        await asyncio.sleep(seconds)


@asynccontextmanager
async def open_node(config: Config, roles: Collection[Role]) -> AsyncIterator[Node]:
    """Build a process of the cluster, with everything open; close all of it afterwards."""
    url = config.database.reveal()
    if not libpq_url(url):
        raise WatcherError(
            "--role: several machines share one PostgreSQL, and `database:` names SQLite. Move "
            "the record to a PostgreSQL and name it there (database: "
            "postgresql://user:password@host/name), or leave the role out: one daemon on SQLite "
            "does everything."
        )
    # One request at a time to each host, anywhere.
    config = replace(config, fetch=replace(config.fetch, connections_per_host=1))
    names = [target.name for target in config.targets]
    cache = default_folder()
    return_large_blocks()
    rulebook = Rulebook.open(config.rules, names, Cache(cache / "rules"))
    return_freed_memory()
    async with AsyncExitStack() as stack:
        metrics = Metrics(names, config.metrics.sources, __version__)
        server = Server(url)
        queue = JobQueue(server)
        record = await stack.enter_async_context(
            counted_record(
                config, metrics, queue=queue, reading_lease_s=LEASE_S, sending_lease_s=LEASE_S
            )
        )
        await stack.enter_async_context(server)
        await queue.open()
        said = ",".join(sorted(roles))
        schema, settings = newest_revision(), _settings_of(config)
        member = Member(server, record.holder, said, schema, settings)
        turns = SharedTurns(server, record.holder, member.hosts)
        fetcher = CountedFetcher(config.fetch, metrics, everywhere=turns)
        workers = workers_of(config)
        await stack.enter_async_context(fetcher)
        if Role.WORK in roles:
            await stack.enter_async_context(workers)
        notifier = await stack.enter_async_context(notifier_of(config, clock=member.now))
        queue.lanes = notifier.sharing()
        rules = rulebook.current.rules
        parts = (config, record, fetcher, workers, notifier, rules, member.now)
        pipeline = pipeline_of(*parts)
        answers = answers_of(config, pipeline) if Role.SCHEDULE in roles else None
        periodic = Periodic(config, pipeline, rulebook, _jobs_are_made, answers)
        in_force = RulesInForce(pipeline, member, server, rulebook, periodic, cache / "cluster")
        await member.join()
        pass_over_what_lasts()
        yield Node(frozenset(roles), pipeline, member, server, queue, in_force, periodic, metrics)


def _jobs_are_made() -> None:
    """Wake nobody: the transaction that queued a notice made its job."""


def _settings_of(config: Config) -> str:
    """Hash what must be the same on every machine; no secret goes into it."""
    targets = tuple(replace(target, url=Secret("")) for target in config.targets)
    same = (config.sources, targets, config.polling, config.timezone, config.operator)
    return hashlib.blake2b(repr(_in_order(same)).encode(), digest_size=8).hexdigest()


def _in_order(value: object) -> object:
    """Give a value in a form that is written the same by every process: sets have no order."""
    if is_dataclass(value):
        return [_in_order(getattr(value, part.name)) for part in fields(value)]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    return [_in_order(part) for part in value] if isinstance(value, tuple) else value
