"""Rows for every table as each revision of the schema had it, to be carried forward.

What a revision adds stands under its number: columns of rows that were there before, by their place,
and rows of new tables. Values are such as the program of that time wrote, odd ones among them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from sqlalchemy import Integer, MetaData, Table, func, insert, select, text

from watcher.record.engine import parse_url
from watcher.record.migrate import _config, engine_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

Rows = dict[str, list[dict[str, Any]]]
VERSIONS = Path(__file__).resolve().parents[2] / "alembic" / "versions"
REVISIONS = tuple(sorted(path.name.partition("_")[0] for path in VERSIONS.glob("0*.py")))
NOW = datetime(2024, 5, 4, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
BYTES = bytes(range(256))
ALERT = {
    "rule": "bridges",
    "rule_title": "جسور بغداد",
    "severity": 2,
    "where": "title",
    "title": 'افتتاح جسر جديد في «بغداد» \\ \t"',
    "title_hits": [[7, 10]],
    "passages": [{"text": "… جسر على دجلة …", "hits": [[2, 5]], "cut_before": True}],
    "terms": ["جسر"],
    "source": "صحيفة النهر",
    "url": "https://nahr.example/1",
    "published": "2024-05-04T12:00:00+03:00",
    "seen": "2024-05-04T09:00:00+00:00",
}
TEXT = "افتتح وزير الإعمار اليوم جسراً على دجلة.\n\\N \\. \u200f\t😀 وقال إن الأعمال استمرت عامين."

ADDED: dict[str, Rows] = {
    "0001": {
        "sources": [
            {
                "id": "nahr",
                "name": "صحيفة النهر",
                "url": "https://nahr.example/rss",
                "configured_url": "https://nahr.example/rss",
                "is_active": True,
                "due": NOW,
                "etag": 'W/"5"',
                "polled": NOW,
                "interval_s": 0.1,
                "seen_before": True,
            },
            {"id": "old", "is_active": False, "due": LONG_AGO, "seen_before": False},
        ],
        "entries": [
            {
                "id": 1,
                "url_hash": "1" * 32,
                "url": "https://nahr.example/1",
                "source": "nahr",
                "status": "done",
                "first_contact": False,
                "seen": NOW,
                "retry_at": NOW,
                "finished": LATER,
            },
            {
                "id": 2,
                "url_hash": "2" * 32,
                "url": "https://nahr.example/2",
                "source": "nahr",
                "entry": {"url": "https://nahr.example/2", "title": "خبر", "tags": ["ا\u2028"]},
                "status": "pending",
                "attempts": 2,
                "first_contact": True,
                "seen": NOW,
                "retry_at": LATER,
                "claimed_by": "somebody",
                "claimed_until": LATER,
            },
            {
                "id": 900_000,
                "url_hash": "3" * 32,
                "url": "https://nahr.example/3",
                "source": "nahr",
                "status": "failed",
                "why": "500",
                "first_contact": False,
                "seen": NOW,
                "retry_at": NOW,
                "finished": NOW,
            },
        ],
        "stories": [
            {
                "id": 7,
                "title": "جسر",
                "origin": "1" * 32,
                "first_seen": NOW,
                "last_seen": LATER,
                "articles": 1,
            }
        ],
        "articles": [
            {
                "id": 11,
                "entry_id": 1,
                "source": "nahr",
                "story_id": 7,
                "relation": "new",
                "url": "https://nahr.example/1",
                "title": "افتتاح جسر جديد",
                "text": TEXT,
                "published": NOW - timedelta(days=800),
                "tags": ["سياسة"],
                "removed": [{"line": "اقرأ أيضاً", "why": "a link to other articles"}],
                "text_hash": "a" * 32,
                "sketch": BYTES,
                "keys": BYTES[:8],
                "size": 120,
                "seen": NOW,
            }
        ],
        "fingerprint_keys": [
            {"key": -(2**63), "day": 19_847, "article_id": 11},
            {"key": 2**63 - 1, "day": 19_847, "article_id": 11},
        ],
        "revisions": [
            {
                "id": 5,
                "article_id": 11,
                "entry_id": 1,
                "url": "https://nahr.example/1",
                "title": "جسر",
                "text": "نص",
                "text_hash": "b" * 32,
                "seen": NOW,
                "superseded": LATER,
            }
        ],
        "rule_revisions": [{"hash": "r" * 64, "yaml": "rules: []\n# ملاحظة", "first_seen": NOW}],
        "matches": [
            {
                "id": 3,
                "article_id": 11,
                "revision_id": 5,
                "rule": "bridges",
                "rule_revision": "r" * 64,
                "severity": 2,
                "found_in": "title",
                "spans": [{"field": "text", "start": 25, "end": 29, "term": "جسر"}],
                "seen": NOW,
            },
            {
                "id": 4,
                "article_id": 11,
                "rule": "bridges",
                "severity": 2,
                "spans": [],
                "held_back": "published 800 days ago",
                "seen": NOW,
            },
        ],
        "notices": [
            {
                "id": 21,
                "identity": "bridges.21",
                "rule": "bridges",
                "story_id": 7,
                "target": "desk",
                "occasion": "first-report",
                "severity": 2,
                "alert": ALERT,
                "status": "sent",
                "created": NOW,
                "retry_at": NOW,
                "finished": LATER,
            },
            {
                "id": 22,
                "identity": "22",
                "target": "desk",
                "occasion": "rules",
                "severity": 3,
                "alert": ALERT,
                "status": "waiting",
                "attempts": 1,
                "created": NOW,
                "retry_at": LATER,
            },
            {
                "id": 23,
                "identity": "23",
                "rule": "bridges",
                "story_id": 7,
                "target": "slack",
                "occasion": "first-report",
                "severity": 2,
                "alert": ALERT,
                "status": "dead",
                "why": "550",
                "created": NOW,
                "retry_at": NOW,
                "finished": NOW,
            },
        ],
        "deliveries": [
            {
                "id": 31,
                "notice_id": 21,
                "at": LATER,
                "outcome": "sent",
                "answer": "250 ok",
                "took_s": 0.25,
            }
        ],
        "silences": [
            {
                "id": 41,
                "rule": "bridges",
                "story_id": 7,
                "starts": NOW,
                "ends": LATER,
                "author": "ليلى",
                "why": "known",
            }
        ],
        "acknowledgements": [{"id": 51, "notice_id": 21, "at": LATER, "author": "ليلى"}],
        "remarks": [{"about": "rules", "what": "rules.yaml:3", "since": NOW}],
    },
    "0002": {
        "words": [{"id": 1, "word": "جسر"}, {"id": 2, "word": "وزير"}, {"id": 9, "word": "دجلة"}],
        "article_words": [{"article_id": 11, "words": [1, 2, 9]}],
    },
    "0003": {"sources": [{"kind": "sitemap", "links": "a", "more": {"https://x.example/": {}}}]},
    "0004": {
        "sources": [
            {"rhythm": BYTES[:164], "asked_s": 1.5, "failing_since": NOW, "troubles": "failing"}
        ],
        "source_days": [
            {"source": "nahr", "day": 19_847, "entries": 3, "quality": 0.7, "characters": 2**40}
        ],
        "troubles": [
            {"id": 61, "source": "nahr", "kind": "failing", "since": NOW, "what": "500", "told": 1}
        ],
    },
    "0005": {
        "articles": [{"quality": 0.8, "quality_why": ["no date"]}],
        "furniture": [{"source": "nahr", "learned": {"pages": [], "lines": {}}, "updated": NOW}],
    },
    "0006": {
        "articles": [{"published_how": "feed", "first_seen": NOW, "old_news": "announced again"}],
        "sources": [{"clock": {"feed": [180]}}],
        "entries": [{"gap_s": 12.5}],
    },
    "0007": {
        "raw": [{"hash": "c" * 64, "size": 256, "packed": BYTES}],
        "evidence": [
            {
                "id": 71,
                "entry_id": 1,
                "hash": "c" * 64,
                "size": 256,
                "received": NOW,
                "final_url": "https://nahr.example/1",
                "listed": BYTES,
            }
        ],
    },
    "0008": {
        "revisions": [{"why": "read again", "differences": [[0, 3, 0, 5]]}],
        "entries": [{"version": "v", "again": 1, "again_day": 19_847}],
        "match_changes": [
            {
                "id": 81,
                "kind": "changed",
                "match_id": 3,
                "revision_id": 5,
                "before": "جسر",
                "after": "نفق",
                "seen": LATER,
            }
        ],
    },
    "0009": {
        "articles": [{"traces": "جسر\nوزير جسر\n3"}],
        "word_counts": [{"word": "", "stories": 1}, {"word": "جسر", "stories": 1}],
    },
    "0010": {
        "articles": [{"agency": "afp", "figures": {"dead": [3, 7]}}],
        "matches": [{"figures": {"dead": [3, 3]}, "denial": "نفى"}],
        "stories": [{"open_since": NOW}],
    },
    "0011": {
        "notices": [
            {"thread": "t1", "topic": "security", "source": "nahr"},
            {"digest": {"why": "digest", "since": NOW.isoformat()}},
            {"bundled_in": 22, "status": "bundled", "why": ""},
        ]
    },
    "0012": {
        "deliveries": [
            {"receipt": "<1@x>", "taken": ["a@x.example"], "after_seen_s": 1.5},
        ]
    },
    "0013": {
        "rule_revisions": [{"in_force": LATER}],
        "tombstones": [{"hash": "d" * 32, "day": 19_000}],
        "processes": [{"holder": "elsewhere", "host": "h", "began": LONG_AGO, "seen": LONG_AGO}],
    },
}
"""What each revision adds."""


def rows_at(revision: str) -> Rows:
    """Give the rows of all tables as that revision has them."""
    found: Rows = {}
    for number in REVISIONS[: REVISIONS.index(revision) + 1]:
        for table, rows in ADDED.get(number, {}).items():
            known = found.setdefault(table, [])
            for place, row in enumerate(rows):
                if place < len(known):
                    known[place] = known[place] | row
                else:
                    known.append(row)
    return found


def make_at(url: str, revision: str, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Make the tables of a revision in an empty database, and fill them."""
    with engine_for(parse_url(url)).begin() as connection:
        command.upgrade(_config(connection), revision)
        fill(connection, rows)


def fill(connection: Connection, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Put rows into tables as they are in the database."""
    metadata = MetaData()
    metadata.reflect(connection, only=[*rows])
    is_sqlite = connection.dialect.name == "sqlite"
    for table in metadata.sorted_tables:
        for row in rows.get(table.name, ()):
            connection.execute(insert(table), as_kept(table, row, is_sqlite=is_sqlite))
        if not is_sqlite and "id" in table.c and isinstance(table.c.id.type, Integer):
            sequence = func.pg_get_serial_sequence(table.name, "id")
            newest = select(func.max(table.c.id)).scalar_subquery()
            connection.execute(select(func.setval(sequence, newest)))
    if is_sqlite and "article_words" in rows:
        connection.execute(text("INSERT INTO article_search (article_search) VALUES ('rebuild')"))


def as_kept(table: Table, row: Mapping[str, Any], *, is_sqlite: bool) -> dict[str, Any]:
    """Give a row as this database keeps it."""
    if table.name == "article_words" and is_sqlite:
        return {**row, "words": " ".join(map(str, row["words"]))}
    return {**row}
