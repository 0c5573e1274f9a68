"""Remember everything, and hand out what waits: entries and notices. Owns sqlalchemy."""

from watcher.record.alerts import Acknowledgement, Delivery, Told
from watcher.record.answers import Answer
from watcher.record.backlog import Backlog
from watcher.record.checking import Finding, check_record
from watcher.record.checkup import Checkup, examine, examine_cluster, known_backups
from watcher.record.engine import NOTICE_A_CUT, RecordRefused, libpq_url, shown_address
from watcher.record.history import History, Matched, Superseded
from watcher.record.members import REMEMBERED_S
from watcher.record.migrate import newest as newest_revision
from watcher.record.moving.backups import back_up, drop_old, name_of, restore
from watcher.record.moving.copying import CopiedTable, Tell, copy_record
from watcher.record.outbox import Outage, retry_delay
from watcher.record.people import People
from watcher.record.presence import REPORTED_EVERY_S
from watcher.record.pruning import LEAST as LEAST_KEPT
from watcher.record.pruning import Keep
from watcher.record.raw import Kept
from watcher.record.search import Archived
from watcher.record.space import compact
from watcher.record.status import NoticeStatus, OutboxStatus, SourceStatus, Status
from watcher.record.store import Record

__all__ = [
    "LEAST_KEPT",
    "NOTICE_A_CUT",
    "REMEMBERED_S",
    "REPORTED_EVERY_S",
    "Acknowledgement",
    "Answer",
    "Archived",
    "Backlog",
    "Checkup",
    "CopiedTable",
    "Delivery",
    "Finding",
    "History",
    "Keep",
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
    "Tell",
    "Told",
    "back_up",
    "check_record",
    "compact",
    "copy_record",
    "drop_old",
    "examine",
    "examine_cluster",
    "known_backups",
    "libpq_url",
    "name_of",
    "newest_revision",
    "restore",
    "retry_delay",
    "shown_address",
]
