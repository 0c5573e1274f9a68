"""An invented story as each kind of message tells it, to try templates on. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from watcher.model import (
    Alert,
    Digest,
    FigureChange,
    Links,
    Notice,
    Passage,
    Report,
    Severity,
    Update,
)
from watcher.notify.message import message_of

if TYPE_CHECKING:
    from watcher.notify.parts import Kind, Message

_SEEN: Final = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
_TITLE: Final = "Harbour TV: انفجار في مستودع للوقود قرب ميناء السدير"
_PASSAGE: Final = (
    "هز انفجار فجر السبت مستودعاً للوقود قرب ميناء السدير (Sadir Port)، وقالت مديرية الصحة إن 3 "
    "أشخاص قُتلوا وأصيب 12 آخرون، وإن مروحية من طراز UH-60 نقلت المصابين."
)
_FIGURES: Final = (
    FigureChange("القتلى", "3", "7", "وكالة الساحل"),
    FigureChange("الجرحى", "12", "2,500", "Meridian News"),
)


def _spans(text: str, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple((text.index(word), text.index(word) + len(word)) for word in words)


def _report(outlet: str, minutes: int, **more: str) -> Report:
    at = _SEEN + timedelta(minutes=minutes)
    url = f"https://{'-'.join(str(ord(char)) for char in outlet[:2])}.example/{minutes}"
    return replace(Report(outlet, "انفجار قرب الميناء", url, at, at), **more)  # type: ignore[arg-type]


REPORTS: Final = (
    _report("وكالة الساحل", 14, relation="same-event"),
    _report("صحيفة الرابية", 22, relation="copy", agency="وكالة الساحل"),
    _report("Meridian News", 95, relation="same-event"),
)
STORIES: Final = (
    _report("وكالة الساحل", 14, title="حريق في سفينة راسية عند الرصيف 9", relation="new"),
    _report("Meridian News", 95, title="Blast shuts fuel depot in Ras Example", relation="new"),
)
"""The first reports of other stories in a burst."""
FIRST: Final = Alert(
    rule="port-incidents",
    rule_title="حوادث الموانئ والمستودعات",
    severity=Severity.HIGH,
    where="title",
    title=_TITLE,
    title_hits=_spans(_TITLE, "انفجار", "ميناء السدير"),
    passages=(Passage(_PASSAGE, _spans(_PASSAGE, "انفجار", "ميناء السدير", "UH-60")),),
    terms=("انفجار", "ميناء السدير", "UH-60"),
    source="Harbour TV (العربية)",
    url="https://harbour.example/news/12?ref=a&x=1",
    published=_SEEN - timedelta(minutes=19),
    seen=_SEEN,
    author="ليلى Haddad",
    topic="الموانئ",
    source_id="harbour",
)
UPDATES: Final = (
    Update("confirmed", count=3),
    Update("figures", _FIGURES),
    Update("corrected", before=_PASSAGE, after=_PASSAGE.replace("3 أشخاص", "7 أشخاص")),
    Update(
        "denied",
        before=_PASSAGE,
        after="نفى مصدر في هيئة الموانئ وقوع انفجار، وقال إن ما نُشر «لا صحة له».",
    ),
    Update("deleted", before=_PASSAGE),
    Update("closing", _FIGURES, count=3, within_s=86_400.0),
    Update("burst", count=5, within_s=3600.0),
    Update("corroborated", count=3, within_s=7200.0),
    Update("quiet", within_s=2 * 86_400.0),
    Update("escalated", within_s=900.0),
)
LINKS: Final = Links(
    "https://watcher.example/a/7?s=Zm9v&k=1", "https://watcher.example/s/7?s=YmFy&k=1"
)


def sample_notices(target: str = "desk") -> dict[Kind, Notice]:
    """Give a notice of each kind."""
    alerts: dict[Kind, Alert] = {"first": FIRST}
    for update in UPDATES:
        reports = STORIES if update.kind == "burst" else REPORTS
        alerts[update.kind] = replace(FIRST, reports=reports, update=update)
    notices = {kind: _notice(kind, alert, target) for kind, alert in alerts.items()}
    begin = _SEEN - timedelta(hours=6)
    several = (
        replace(alerts["denied"], severity=Severity.CRITICAL),
        FIRST,
        *_others(),
    )
    notices["digest"] = replace(
        _notice("digest", several[0], target),
        digest=Digest("digest", begin, _SEEN, several, more=11),
    )
    storm = tuple(
        replace(FIRST, title=f"{_TITLE} ({n})", url=f"https://harbour.example/{n}")
        for n in range(1, 5)
    )
    notices["storm"] = replace(
        _notice("storm", FIRST, target),
        digest=Digest("storm", _SEEN - timedelta(hours=1), _SEEN, storm, more=36),
    )
    return notices


def sample_messages(zone: str = "UTC") -> tuple[Message, ...]:
    """Give a message of each kind, told to readers in an IANA zone."""
    notices = sample_notices().values()
    return tuple(message_of(notice, zone=zone, links=LINKS) for notice in notices)


def _others() -> tuple[Alert, ...]:
    title = "إغلاق طريق الجبل ساعتين بعد انهيار صخري"
    text = "أغلقت الشرطة طريق الجبل صباح السبت بعد انهيار صخري لم يوقع إصابات."
    road = replace(
        FIRST,
        rule="roads",
        rule_title="الطرق المغلقة",
        severity=Severity.MEDIUM,
        title=title,
        title_hits=_spans(title, "إغلاق طريق"),
        passages=(Passage(text, _spans(text, "أغلقت")),),
        terms=("إغلاق طريق",),
        source="صحيفة الرابية",
        url="https://rabiya.example/7",
        topic="الطرق",
    )
    ship = replace(
        FIRST,
        severity=Severity.LOW,
        title="وصول السفينة MV Example-2 إلى الرصيف 14",
        title_hits=(),
        url="https://harbour.example/news/13",
    )
    return road, ship


def _notice(kind: str, alert: Alert, target: str) -> Notice:
    thread = f"{alert.rule}|3|{target}"
    identity = f"{thread}|{kind}"
    return Notice(
        7, identity, alert.rule, 3, target, alert, created=_SEEN, occasion=kind, thread=thread
    )
