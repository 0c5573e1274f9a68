"""Jobs for other machines, put into their queue by the transaction that makes the work.

Who gives a `Queue` to the record decides what a job is; without one there are none, and lanes look
for work by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

OPTION = "watcher_queue"
"""The connection's option that holds the queue: each statement that makes work knows its own."""


class Queue(Protocol):
    """Takes jobs as part of a transaction; both methods raise StorageUnavailable."""

    def read(self, connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
        """Have entries read: number and address of each."""

    def deliver(self, connection: Connection, targets: Collection[str]) -> None:
        """Have what waits for these targets delivered."""


def enqueue_reads(connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
    """Put entries, number and address of each, into the queue, where there is one."""
    queue = _queue_of(connection)
    if queue and entries:
        queue.read(connection, entries)


def enqueue_deliveries(connection: Connection, targets: Collection[str]) -> None:
    """Put targets that have something waiting into the queue, where there is one."""
    queue = _queue_of(connection)
    if queue and targets:
        queue.deliver(connection, targets)


def _queue_of(connection: Connection) -> Queue | None:
    queue: Queue | None = connection.get_execution_options().get(OPTION)
    return queue
