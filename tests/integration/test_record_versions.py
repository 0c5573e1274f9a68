"""Outlets' newer versions, at the same address and at others, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Article, Match, Said, Severity, Span, Statement, When
from watcher.pages import traces_of
from watcher.record.tables import articles
from watcher.story import STORY_WINDOW, relate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection, Row, Select

    from watcher.model import Pending
    from watcher.record import Record

HOUR = timedelta(hours=1)
WISHES = {"desk": frozenset({"confirmed", "figures", "corrections", "closing"})}
DESK, BOTH = ("desk",), ("desk", "office")
TITLE = "افتتاح جسر جديد في بغداد"
LEAD = (
    "أعلنت وزارة الإعمار اليوم افتتاح جسر جديد على نهر دجلة في بغداد بعد عامين من العمل المتواصل "
    "بكلفة كبيرة تحملتها الموازنة العامة وبحضور وزير الإعمار ومحافظ بغداد وعدد من النواب والمهندسين."
)
BODY = (
    "وقال الوزير إن المشروع سيخفف الازدحام في العاصمة ويربط جانبي الكرخ والرصافة قرب المنطقة "
    "الصناعية القديمة. وأوضح المحافظ أن الطرق المؤدية إلى المكان أعيد تعبيدها وأن الإنارة اكتملت."
)
TAIL = (
    "وكشف مصدر أمني أن قوات التحالف انسحبت من القاعدة المجاورة للموقع قبل ساعات من الافتتاح "
    "ونقلت معداتها إلى أربيل برا."
)
OTHER = (
    "اختتمت اليوم في البصرة بطولة الشطرنج للناشئين بفوز لاعب من ميسان على منافسه في مباراة طويلة "
    "حضرها جمهور من الطلاب وأولياء الأمور في قاعة نقابة المعلمين وسط المدينة."
)


async def listed(record: Record, outlet: str, path: str, at: datetime, title: str) -> Pending:
    """Have an outlet list an address, perhaps with another title than before."""
    await record.sync_sources([source(name) for name in ("nahr", "mina", "jabal")], NOW)
    one = entry(f"{outlet}/{path}", title=title, published=at)
    await record.polled(await record.state(outlet), [one], at)
    [pending] = await record.pending(at, 1)
    return pending


async def read(
    record: Record,
    outlet: str,
    path: str,
    text: str,
    hours: float = 0,
    *,
    words: str = "قوات التحالف",
    title: str = "",
    when: dict[str, When] | None = None,
    denial: str = "",
    targets: Sequence[str] = DESK,
) -> tuple[str, list[tuple[str, str]]]:
    """Read an address as the pipeline does; give how it is related, and what this queued."""
    at = NOW + hours * HOUR
    pending = await listed(record, outlet, path, at, title or f"خبر {hours}")
    url = pending.entry.url
    article = Article(url=url, title=TITLE, text=text, published=at, source=outlet)
    place = text.find(words)
    spans = (Span("text", place, place + len(words), words),)
    found = (Match("bridges", Severity.MEDIUM, "text", spans),) if place >= 0 else ()
    told: dict[str, Any] = {
        "article": article,
        "matches": found,
        "alerts": tuple((target, alert(url=url)) for target in targets if found),
        "wishes": dict.fromkeys(BOTH, WISHES["desk"]),
        "when": when or {},
        "said": Said((), {}, {"bridges": Statement({}, denial)}),
    }
    given = reading(pending, **told, fingerprint=traces_of(article).fingerprint)

    relating = partial(relate, given.traces.fingerprint, source=outlet, at=at)
    relation, queued = await record.related(given, relating, at - STORY_WINDOW, at)
    return relation.kind, [(one.target, one.occasion.split()[0]) for one in queued]


def rows(connection: Connection, query: Select[Any]) -> Sequence[Row[Any]]:
    return connection.execute(query).all()


async def all_told(record: Record) -> list[str]:
    return sorted({one.occasion.split()[0] for one in await record.people.alerts(limit=100)})


async def test_a_version_at_another_address_leaves_the_older_one(record: Record) -> None:
    """The passage that people were shown still stands, whatever the newer version lacks."""
    await read(record, "nahr", "long", f"{LEAD}\n{BODY}\n{TAIL}")
    assert await read(record, "nahr", "short", f"{LEAD}\n{BODY}", 1) == ("revision", [])
    await read(record, "nahr", "long", f"{LEAD}\n{BODY}\n{TAIL}", 2)
    await read(record, "nahr", "short", f"{LEAD}\n{BODY}", 3)

    assert await all_told(record) == ["first-report"]
    both = await record._database.read(rows, select(articles).order_by(articles.c.id))
    assert [one.copy_of for one in both] == [None, both[0].id]
    history = await record.archive.history(both[0].url)
    assert history is not None
    assert (history.one.article.text, history.superseded) == (f"{LEAD}\n{BODY}\n{TAIL}", ())


async def test_a_version_at_another_address_confirms_nothing(record: Record) -> None:
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}\n{BODY}")
    kind, told = await read(record, "nahr", "2", f"{LEAD}\n{TAIL}\n{BODY} وانتهى.", 1)
    assert (kind, told) == ("revision", [])
    _, told = await read(record, "mina", "1", f"{LEAD}\n{TAIL}\n{BODY} وانتهى ذلك.", 2)
    assert told == []


async def test_that_the_page_people_were_shown_is_gone_is_told(record: Record) -> None:
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}\n{BODY}")
    await read(record, "nahr", "2", f"{LEAD}\n{TAIL}\n{BODY} وانتهى.", 1)
    gone = await listed(record, "nahr", "1", NOW + 2 * HOUR, "خبر آخر")
    await record.stays(gone, "HTTP 404", NOW + 2 * HOUR, is_gone=True, wishes=WISHES)
    assert await all_told(record) == ["deleted", "first-report"]


@pytest.mark.parametrize(
    ("text", "is_copy"), [(f"{LEAD}\n{TAIL}\n{BODY} وانتهى.", True), (f"{OTHER}\n{TAIL}", False)]
)
async def test_a_copy_that_is_revised_is_one_only_while_its_text_is(
    record: Record, text: str, is_copy: bool
) -> None:
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}\n{BODY}")
    assert (await read(record, "mina", "1", f"{LEAD}\n{TAIL}\n{BODY}", 1))[0] == "copy"
    await read(record, "mina", "1", text, 2)
    first, second = await record._database.read(rows, select(articles).order_by(articles.c.id))
    assert (second.text, second.copy_of) == (text, first.id if is_copy else None)


async def test_an_article_that_says_the_same_again_brings_nothing_about(record: Record) -> None:
    """It was read again because its source's words changed: what it says was told."""
    denial = "نفت الوزارة انسحاب قوات التحالف"
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", denial=denial)
    _, told = await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", 1, denial=denial)
    assert told == []
    _, told = await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", 2, targets=BOTH)
    assert told == [("office", "first-report")]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (None, [("desk", "first-report")]),
        (When("stories", 3600.0, 5), []),
        (When("outlets", 3600.0, 3), []),
        (When("stories", 3600.0 * 3, 1), [("desk", "burst")]),
    ],
)
async def test_a_rule_that_is_new_finds_what_is_read_again(
    record: Record, when: When | None, told: list[tuple[str, str]]
) -> None:
    """It tells as it would have told, waits as it would have waited, and is on record."""
    whens = {"bridges": when} if when else {}
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", words="ليست في النص")
    assert (await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", 1, when=whens))[1] == told
    assert (await read(record, "nahr", "1", f"{LEAD}\n{TAIL}", 2, when=whens))[1] == []
    history = await record.archive.history("https://nahr.example/nahr/1")
    assert history is not None
    assert [one.rule for one in history.matches] == ["bridges"]


async def test_a_correction_is_told_to_those_who_were_shown_the_passage(record: Record) -> None:
    """To no other target of the rule, and also where the rule no longer names the target."""
    soldiers, tanks = (TAIL.replace("قوات", word) for word in ("جنود", "دبابات"))
    await read(record, "nahr", "1", f"{LEAD}\n{TAIL}")
    _, told = await read(record, "mina", "1", f"{LEAD}\n{TAIL}", 1, targets=BOTH)
    assert told == [("office", "first-report")]
    text, words = f"{LEAD}\n{soldiers}", "جنود التحالف"
    _, told = await read(record, "nahr", "1", text, 2, words=words, targets=BOTH)
    assert told == [("desk", "corrected")]
    text, words = f"{LEAD}\n{tanks}", "دبابات التحالف"
    await read(record, "nahr", "1", text, 4, words=words, targets=["office"])
    again = [one for one in await record.people.alerts(limit=9) if "corrected" in one.occasion]
    assert [one.target for one in again] == ["desk", "desk"]
