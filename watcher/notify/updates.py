"""What became of a story since the notice before, in words. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.notify import wording
from watcher.notify.bidi import Paragraph, Piece, Run, clean, flat, join, line, paragraph, shorten
from watcher.notify.changes import changed_words
from watcher.notify.counting import INDEPENDENT_OUTLET, REPORT, STORY, counted, is_few
from watcher.notify.parts import Quote, listed, short_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.model import Alert, FigureChange, Report, Update

_MAX_QUOTE = 700
_MAX_FIGURES = 6
_MAX_STORIES = 8
_MAX_STORY = 120
_MAX_COUNTED = 40
_MAX_NUMBER = 24
_DENIALS = re.compile(
    r"\b[وف]?(?:نفى|نفت|نفي|نفيا|نفياً|ينفي|تنفي|نافيا|نافياً|نافية|كذّ?ب|كذّ?بت|تكذيب"
    r"|(?:لا|عدم) صحة|عار[ية]? (?:من|عن) الصحة|غير صحيحة?)\b"
)


def news_of(alert: Alert, zone: str) -> tuple[Paragraph, ...]:
    """Say what is new, a line for each thing; nothing for a first notice."""
    update = alert.update
    if update is None:
        return ()
    if update.kind == "confirmed":
        return tuple(_confirmed(alert, update))
    if update.kind == "corroborated":
        return tuple(_corroborated(alert, update))
    if update.kind == "figures":
        return tuple(_figures(update, wording.FIGURES))
    if update.kind == "closing":
        return tuple(_closing(alert, update, zone))
    if update.kind == "burst":
        return tuple(_burst(alert, update))
    said = (line(_in_one_line(update)),)
    return said + news_of(replace(alert, update=update.earlier), zone) if update.earlier else said


def _in_one_line(update: Update) -> str:
    match update.kind:
        case "quiet":
            return wording.QUIET + _for(update)
        case "escalated":
            return wording.ESCALATED + _within(update)
        case kind:
            return wording.CHANGED.get(kind, wording.KIND[kind])


def quotes_of(update: Update | None) -> tuple[Quote, ...]:
    """Give the passage before and after, with the words marked that are gone or new."""
    if update and update.earlier:
        return quotes_of(update.earlier)
    if update is None or update.kind not in {"corrected", "denied", "deleted"}:
        return ()
    before, after = (shorten(clean(text), _MAX_QUOTE) for text in (update.before, update.after))
    gone, new = changed_words(before, after) if before and after else ([], [])
    was, now = wording.WAS, wording.IS_NOW
    if update.kind == "denied":
        was, now = wording.REPORTED, wording.DENIAL
        new = new or [found.span() for found in _DENIALS.finditer(after)]
    elif update.kind == "deleted":
        was, now = wording.GONE, wording.TEXT_NOW
    quotes = []
    if before:
        quotes.append(Quote(was, paragraph(before, gone), "gone"))
    if after:
        quotes.append(Quote(now, paragraph(after, new), "new"))
    return tuple(quotes)


def head_of(update: Update | None) -> str:
    """Say in a few words what a subject begins with; figures say themselves."""
    if update is None:
        return ""
    if update.kind == "figures" and update.figures:
        return flat(_figure(update.figures[0]))
    return wording.KIND[update.kind]


def same_story(alert: Alert) -> tuple[Report, ...]:
    """Give the other reports of an alert's own story; those of a burst are of other stories."""
    return () if alert.update and alert.update.kind == "burst" else alert.reports


def other_outlets(alert: Alert) -> list[str]:
    """Name the outlets that report the same, each once, with the agency whose text it is."""
    found: dict[str, str] = {}
    for report in same_story(alert):
        outlet = clean(report.outlet)
        if outlet and outlet != clean(alert.source) and outlet not in found:
            agency = clean(report.agency)
            found[outlet] = f" ({wording.AFTER_AGENCY} {agency})" if agency else ""
    return [outlet + credit for outlet, credit in found.items()]


def _confirmed(alert: Alert, update: Update) -> Iterator[Paragraph]:
    """Name who confirms what people were told before: the outlet whose article this is."""
    yield join([f"{wording.OTHERS_CONFIRMED[1]}: ", short_name(alert.source)])
    if update.count:
        yield line(f"{wording.OUTLETS_BY_NOW}: {update.count}")


def _corroborated(alert: Alert, update: Update) -> Iterator[Paragraph]:
    """Name who reports the same as a first notice: outlets that do not merely copy."""
    names = list(
        dict.fromkeys(
            clean(report.outlet)
            for report in alert.reports
            if report.relation != "copy" and clean(report.outlet) not in {"", clean(alert.source)}
        )
    )
    within = _within(update)
    if not names:
        many = counted(update.count, INDEPENDENT_OUTLET) if update.count else wording.SOME_OUTLETS
        verb = _confirms(update.count or 3)
        yield line(f"{verb} {many}{within}")
        return
    who = wording.OTHERS_CONFIRMED.get(len(names), wording.MORE_CONFIRMED)
    yield join([f"{who}{within}: ", listed(names)])
    if update.count:
        yield line(f"{wording.OUTLETS_BY_NOW}: {update.count}")


def _confirms(count: int) -> str:
    return wording.CONFIRMED_PLURAL if is_few(count) else wording.CONFIRMED


def _burst(alert: Alert, update: Update) -> Iterator[Paragraph]:
    """Count the stories, and name those besides the alert's own: each report is of one."""
    many = counted(update.count, STORY) if update.count else wording.KIND["burst"]
    yield line(f"{many} {wording.ON_THIS_TOPIC}{_within(update)}")
    shown = alert.reports[:_MAX_STORIES]
    for report in shown:
        title = short_name(report.title or wording.UNTITLED, _MAX_STORY)
        yield join([f"{wording.ALSO}: ", title, " (", short_name(report.outlet), ")"])
    more = update.count - 1 - len(shown)
    if shown and more > 0:
        yield line(f"{wording.MORE}: {counted(more, STORY)}")


def _closing(alert: Alert, update: Update, zone: str) -> Iterator[Paragraph]:
    if update.within_s:
        yield line(wording.NOTHING_NEW + _for(update))
    reports: list[tuple[datetime, str]] = [(alert.published or alert.seen, alert.source)]
    reports += [(report.published or report.seen, report.outlet) for report in alert.reports]
    reports.sort(key=lambda report: report[0])
    yield _report(wording.FIRST_REPORT, *reports[0], zone)
    if len(reports) > 1:
        yield _report(wording.LAST_REPORT, *reports[-1], zone)
        many = counted(len(reports), REPORT)
        outlets = list(dict.fromkeys(clean(outlet) for _, outlet in reports if clean(outlet)))
        yield join([f"{many} {wording.FROM}: ", listed(outlets)])
    if update.count:
        yield line(f"{wording.OUTLETS_BY_NOW}: {update.count}")
    if update.figures:
        yield from _figures(update, wording.LAST_FIGURES)


def _report(label: str, at: datetime, outlet: str, zone: str) -> Paragraph:
    return join([f"{label}: ", short_name(outlet), wording.COMMA, _moment(at, zone)])


def _moment(at: datetime, zone: str) -> Paragraph:
    return paragraph(wording.moment(at, zone), direction="rtl")


def _figures(update: Update, label: str) -> Iterator[Paragraph]:
    """Give a line for each figure, the label before the first."""
    if not update.figures:
        yield line(label)
    for number, change in enumerate(update.figures[:_MAX_FIGURES]):
        parts: list[Paragraph | str] = [] if number else [f"{label}: "]
        parts.append(_figure(change))
        if clean(change.outlet):
            parts += [f" ({wording.ACCORDING_TO} ", short_name(change.outlet), ")"]
        yield join(parts)


def _figure(change: FigureChange) -> Paragraph:
    """Give one figure as a run that reads from the right wherever it stands."""
    what = shorten(clean(change.what), _MAX_COUNTED)
    before, after = (shorten(clean(n), _MAX_NUMBER) for n in (change.before, change.after))
    numbers = f"{before}{wording.BECAME}{after}" if before and before != after else after
    return Paragraph((Run((Piece(f"{what} {numbers}".strip()),), "rtl"),))


def _within(update: Update) -> str:
    return f" {wording.WITHIN} {wording.length(update.within_s)}" if update.within_s else ""


def _for(update: Update) -> str:
    return f" {wording.FOR} {wording.length(update.within_s)}" if update.within_s else ""
