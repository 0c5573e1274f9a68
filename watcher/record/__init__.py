"""Remember everything, and hand out what waits: entries and notices. Owns sqlalchemy."""

from watcher.record.alerts import Acknowledgement, Delivery, Told
from watcher.record.answers import Answer
from watcher.record.checkup import Checkup, examine
from watcher.record.engine import RecordRefused
from watcher.record.history import History, Matched, Superseded
from watcher.record.outbox import Outage, retry_delay
from watcher.record.people import People
from watcher.record.raw import Kept
from watcher.record.search import Archived
from watcher.record.status import NoticeStatus, OutboxStatus, SourceStatus, Status
from watcher.record.store import Record

__all__ = [
    "Acknowledgement",
    "Answer",
    "Archived",
    "Checkup",
    "Delivery",
    "History",
    "Kept",
    "Matched",
    "NoticeStatus",
    "Outage",
    "OutboxStatus",
    "People",
    "Record",
    "RecordRefused",
    "SourceStatus",
    "Status",
    "Superseded",
    "Told",
    "examine",
    "retry_delay",
]
