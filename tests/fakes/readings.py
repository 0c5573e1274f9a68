"""Values of the model to put on record: sources, entries, readings, alerts. All of it invented."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from watcher.model import (
    Alert,
    Article,
    Entry,
    Fingerprint,
    Match,
    Passage,
    Pending,
    Reading,
    Relation,
    Removed,
    Severity,
    Source,
    Span,
)
from watcher.pages import traces_of

if TYPE_CHECKING:
    from watcher.record import Record

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
BAGHDAD = timezone(timedelta(hours=3))
NEW_STORY = Relation("new", None, None, "nothing on record shares enough of its words")


def source(name: str = "nahr", url: str = "", **more: object) -> Source:
    return Source(id=name, name=f"صحيفة {name}", url=url or f"https://{name}.example/rss", **more)  # type: ignore[arg-type]


def entry(number: int | str = 1, **more: object) -> Entry:
    url = f"https://nahr.example/{number}"
    given = {"title": f"خبر {number}", "published": NOW.astimezone(BAGHDAD), "tags": ("سياسة",)}
    return Entry(url=url, link=f"{url}?utm_source=rss", **given | more)  # type: ignore[arg-type]


def fingerprint(url: str, *keys: int, text: str = "") -> Fingerprint:
    keys = keys or (int(hashlib.sha256(url.encode()).hexdigest()[:15], 16),)
    text_hash = hashlib.sha256((text or url).encode()).hexdigest()[:32]
    return Fingerprint(url=url, text_hash=text_hash, sketch=(*keys, 2**63 - 1), keys=keys, size=120)


def alert(rule: str = "bridges", severity: Severity = Severity.MEDIUM, **more: object) -> Alert:
    given = {
        "rule_title": "جسور بغداد",
        "where": "title",
        "title": "افتتاح جسر جديد في بغداد",
        "title_hits": ((7, 10),),
        "passages": (Passage("… جسر على دجلة …", ((2, 5),), cut_before=True),),
        "terms": ("جسر",),
        "source": "صحيفة النهر",
        "url": "https://nahr.example/1",
        "published": NOW.astimezone(BAGHDAD),
        "seen": NOW,
    }
    return Alert(rule=rule, severity=severity, **given | more)  # type: ignore[arg-type]


def reading(pending: Pending, *targets: str, **more: object) -> Reading:
    url = pending.entry.url
    article = Article(
        url=url,
        title=pending.entry.title,
        text="افتتح وزير الإعمار اليوم جسراً على دجلة.\nوقال إن الأعمال استمرت عامين.",
        published=pending.entry.published,
        source=pending.source,
        tags=("سياسة",),
        removed=(Removed("اقرأ أيضاً", "a link to other articles"),),
    )
    match = Match("bridges", Severity.MEDIUM, "text", (Span("text", 25, 29, "جسر"),))
    given: dict[str, object] = {
        "article": article,
        "matches": (match,) if targets else (),
        "relation": NEW_STORY,
        "alerts": tuple((target, alert(url=url)) for target in targets),
    }
    given |= more
    told = traces_of(given["article"])  # type: ignore[arg-type]
    traces = replace(told, fingerprint=given.pop("fingerprint", fingerprint(url)))  # type: ignore[arg-type]
    return Reading(pending=pending, traces=traces, **given)  # type: ignore[arg-type]


async def listed(record: Record, *entries: Entry) -> list[Pending]:
    """Have a source list entries, and take them up."""
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    await record.polled(replace(state, seen_before=True), entries, NOW)
    return await record.pending(NOW, 100)
