"""Many machines over one PostgreSQL: who is there, who leads, whose turn it is, and the queue.

Owns procrastinate, and the connections of psycopg beside the record's.
"""

from watcher.cluster.jobs import JobQueue, Kind, QueueWorker
from watcher.cluster.leader import lead
from watcher.cluster.member import Member, Stranger, Unfit
from watcher.cluster.rules import folder_of, put_in_force
from watcher.cluster.server import Server
from watcher.cluster.sweep import KeptOutages, Sweep
from watcher.cluster.tasks import Tasks
from watcher.cluster.turns import SharedTurns

__all__ = [
    "JobQueue",
    "KeptOutages",
    "Kind",
    "Member",
    "QueueWorker",
    "Server",
    "SharedTurns",
    "Stranger",
    "Sweep",
    "Tasks",
    "Unfit",
    "folder_of",
    "lead",
    "put_in_force",
]
