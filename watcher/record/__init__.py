"""Remember everything, and hand out what waits: entries and notices. Owns sqlalchemy."""

from watcher.record.alerts import Acknowledgement, Delivery, Told
from watcher.record.answers import Answer
from watcher.record.engine import NOTICE_A_CUT, RecordRefused, libpq_url
from watcher.record.history import History, Matched, Superseded
from watcher.record.migrate import newest as newest_revision
from watcher.record.outbox import Outage, retry_delay
from watcher.record.people import People
from watcher.record.raw import Kept
from watcher.record.search import Archived
from watcher.record.status import NoticeStatus, OutboxStatus, SourceStatus, Status
from watcher.record.store import Record

__all__ = [
    "NOTICE_A_CUT",
    "Acknowledgement",
    "Answer",
    "Archived",
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
    "libpq_url",
    "newest_revision",
    "retry_delay",
]
