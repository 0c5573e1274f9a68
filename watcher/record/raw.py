"""Evidence: what readings were read from, as received, for some days. Statements only.

Bodies are kept once, whoever lists them, under the SHA-256 of their bytes; each reading keeps the
entry as it was listed, the answer's headers that matter, and which body it was.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from watcher.model import Evidence, Fetched, Validators
from watcher.record.tables import entries, evidence, raw
from watcher.record.values import entry_json, entry_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Row, Table

    from watcher.model import Pending
    from watcher.record.upsert import Insert

DROPPED_AT_ONCE = 200
"""Readings whose evidence goes in one transaction: reading must not wait for it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Evidence made ready outside the transaction, which others wait for."""

    row: dict[str, Any]
    hash: str | None = None
    """SHA-256 of the body in hexadecimal digits; None where no page was fetched."""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence on record, with the entry that it belongs to and what became of that reading."""

    id: int
    entry_id: int
    source: str
    first_contact: bool
    gap_s: float | None
    seen: datetime
    status: str
    evidence: Evidence


def pack(given: Evidence) -> Packed:
    """Compress evidence with Zstandard."""
    listed = json.dumps(entry_json(given.entry), ensure_ascii=False, separators=(",", ":"))
    row: dict[str, Any] = {
        "received": given.received,
        "listed": zstd.compress(listed.encode("utf-8", "surrogatepass")),
    }
    row["size"] = len(row["listed"])
    page = given.page
    if page is None:
        return Packed(row)
    row |= {
        "final_url": page.final_url,
        "content_type": page.content_type,
        "etag": page.validators.etag,
        "last_modified": page.validators.last_modified,
        "served": page.date,
    }
    return Packed(row, hashlib.sha256(page.body).hexdigest(), zstd.compress(page.body))


def keep(connection: Connection, pending: Pending, packed: Packed) -> None:
    """Keep what an entry was read from."""
    if packed.hash is not None:
        body = {"hash": packed.hash, "size": len(packed.body), "packed": packed.body}
        connection.execute(_BODY[connection.dialect.name], body)
    row = packed.row | {"entry_id": pending.id, "hash": packed.hash}
    connection.execute(_KEEP, row)


_KEEP = insert(evidence)


def _body(insert_into: Callable[[Table], Insert]) -> Insert:
    """Build the insert of a body; one that is known is held, so that it is not dropped now."""
    adding = insert_into(raw)
    same = {"size": adding.excluded.size}
    return adding.on_conflict_do_update(index_elements=["hash"], set_=same)


_BODY = {"sqlite": _body(sqlite.insert), "postgresql": _body(postgresql.insert)}


def total(connection: Connection) -> int:
    """Give the bytes that all bodies and entries take together, compressed."""
    bodies = connection.scalar(select(func.coalesce(func.sum(raw.c.size), 0)))
    listed = connection.scalar(select(func.coalesce(func.sum(evidence.c.size), 0)))
    return int(bodies or 0) + int(listed or 0)


def drop(connection: Connection, before: datetime, most: int) -> bool:
    """Drop some of what was received before then, or is too much; tell whether there is more.

    The oldest goes first. A body goes with the last reading that names it.
    """
    rows = connection.execute(_OLDEST).all()
    over = total(connection) - most if rows else 0
    doomed: list[Any] = []
    for row in rows:
        if row.received >= before and over <= 0:
            break
        doomed.append(row)
        over -= row.size + (row.body_size or 0)
    if doomed:
        connection.execute(delete(evidence).where(evidence.c.id.in_([row.id for row in doomed])))
        _drop_bodies(connection, {row.hash for row in doomed if row.hash})
    return bool(doomed)


_OLDEST = (
    select(
        evidence.c.id,
        evidence.c.hash,
        evidence.c.size,
        evidence.c.received,
        raw.c.size.label("body_size"),
    )
    .join(raw, raw.c.hash == evidence.c.hash, isouter=True)
    .order_by(evidence.c.id)
    .limit(DROPPED_AT_ONCE)
)


def _drop_bodies(connection: Connection, hashes: set[str]) -> None:
    """Drop those of the bodies that no reading names any more."""
    among = raw.c.hash.in_(sorted(hashes))
    # Held first, so that the next statement sees what a reading in between has come to name.
    connection.execute(select(raw.c.hash).where(among).order_by(raw.c.hash).with_for_update())
    is_named = select(1).where(evidence.c.hash == raw.c.hash).exists()
    connection.execute(delete(raw).where(among, ~is_named))


def kept(
    connection: Connection, since: datetime, source: str | None, after: int, limit: int
) -> list[Kept]:
    """Give up to `limit` pieces of evidence received since then, with ids behind `after`.

    Of each entry the newest only: it is what its article was last read from.
    """
    given = {"since": since, "after": after}
    query = _KEPT if source is None else _KEPT.where(entries.c.source == source)
    rows = connection.execute(query.limit(limit), given)
    return [_kept(row) for row in rows]


def count(connection: Connection, since: datetime, source: str | None) -> int:
    """Count the same."""
    query = _KEPT if source is None else _KEPT.where(entries.c.source == source)
    counted = query.with_only_columns(evidence.c.id).order_by(None).subquery()
    given = {"since": since, "after": 0}
    return connection.scalar(select(func.count()).select_from(counted), given) or 0


_newer = evidence.alias()
_KEPT = (
    select(
        evidence,
        raw.c.packed,
        *(entries.c[name] for name in ("url", "source", "first_contact", "gap_s", "seen")),
        entries.c.status,
    )
    .join(entries, entries.c.id == evidence.c.entry_id)
    .join(raw, raw.c.hash == evidence.c.hash, isouter=True)
    .where(
        evidence.c.received >= bindparam("since", type_=evidence.c.received.type),
        evidence.c.id > bindparam("after"),
        ~select(1)
        .where(_newer.c.entry_id == evidence.c.entry_id, _newer.c.id > evidence.c.id)
        .exists(),
    )
    .order_by(evidence.c.id)
)


def _kept(row: Row[Any]) -> Kept:
    listed = json.loads(zstd.decompress(row.listed).decode("utf-8", "surrogatepass"))
    known = Evidence(entry_of(listed, row.url), row.received)
    if row.packed is not None:
        page = Fetched(
            url=known.entry.link or row.url,
            final_url=row.final_url,
            body=zstd.decompress(row.packed),
            content_type=row.content_type,
            validators=Validators(row.etag, row.last_modified, row.hash),
            date=row.served,
        )
        known = replace(known, page=page)
    told = (row.id, row.entry_id, row.source, row.first_contact, row.gap_s, row.seen, row.status)
    return Kept(*told, known)
