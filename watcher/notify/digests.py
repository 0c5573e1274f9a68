"""Several alerts in one message: grouped by topic and story, counted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import Paragraph, clean, flat, join, line, paragraph
from watcher.notify.counting import ALERT, STORY, counted
from watcher.notify.counting import TOPIC as TOPIC_NOUN
from watcher.notify.parts import Message, Story, Topic, kind_word, rule_of, short_name, web_address
from watcher.notify.updates import same_story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Alert, Digest
    from watcher.notify.parts import Kind, Link


def digest_message(
    headline: Alert, digest: Digest, told: Sequence[Message], zone: str, links: tuple[Link, ...]
) -> Message:
    """Put the messages of a digest's alerts, which are in their order, into one."""
    rule = rule_of(headline)
    topics = _topics(digest.alerts, told)
    total = len(told) + digest.more
    many = counted(total, ALERT)
    kind: Kind = "storm" if digest.why == "storm" else "digest"
    if kind == "digest" and len(topics) > 1:
        many += f" {wording.IN} {counted(len(topics), TOPIC_NOUN, after=True)}"
    title = line(f"{kind_word(kind)}: {many}")
    if digest.why == "storm":
        title = join([title, wording.COMMA, wording.RULE, " «", rule, "»"])
    severity = max((message.severity for message in told), default=Severity.LOW)
    urgent = wording.URGENT.get(severity)
    head = f"{urgent} · " if urgent else ""
    first = f" — {flat(told[0].title)}" if told else ""
    return Message(
        kind=kind,
        severity=severity,
        rule_id=clean(headline.rule),
        subject=f"{head}{flat(title)}{first}",
        heading=f"{head}{flat(title)}",
        title=title,
        news=tuple(_span(digest, zone)),
        quotes=(),
        passages=(),
        rule=rule,
        why=line(wording.WHY_BUNDLED[digest.why]),
        facts=(),
        links=links,
        source="",
        url="",
        host="",
        topics=topics,
    )


def _span(digest: Digest, zone: str) -> list[Paragraph]:
    """Say which time it covers, and what there was beyond what it shows."""
    when = wording.span(digest.since, digest.until, zone)
    lines = [paragraph(when, direction="rtl")]
    if digest.more > 0:
        lines.append(line(f"{wording.MORE}: {counted(digest.more, ALERT)}"))
    return lines


def _topics(alerts: Sequence[Alert], told: Sequence[Message]) -> tuple[Topic, ...]:
    """Group by topic in the order in which they first occur: the severest is first.

    Rules without a topic are one by their title.
    """
    groups: dict[str, list[tuple[Alert, Message]]] = {}
    for alert, message in zip(alerts, told, strict=True):
        name = alert.topic.strip() or alert.rule_title.strip() or alert.rule
        groups.setdefault(name, []).append((alert, message))
    topics = []
    for number, (name, group) in enumerate(groups.items(), start=1):
        stories = _stories(group)
        shown = short_name(name)
        topics.append(
            Topic(
                anchor=f"topic-{number}",
                name=shown if shown.text else line(wording.TOPICLESS),
                count=counted(len(stories), STORY),
                stories=stories,
            )
        )
    return tuple(topics)


def _stories(group: Sequence[tuple[Alert, Message]]) -> tuple[Story, ...]:
    """Put together what is about one story: alerts that share a report."""
    stories: list[tuple[set[str], list[Message]]] = []
    for alert, message in group:
        addresses = {web_address(url) for url in (alert.url, *(r.url for r in same_story(alert)))}
        addresses.discard("")
        same = [story for story in stories if story[0] & addresses]
        if not same:
            stories.append((addresses, [message]))
            continue
        first, *others = same
        first[0].update(addresses, *(known for known, _ in others))
        first[1].extend([*(one for _, ones in others for one in ones), message])
        stories = [story for story in stories if not any(story is other for other in others)]
    return tuple(Story(ones[0], tuple(map(_also, ones[1:]))) for _, ones in stories)


def _also(message: Message) -> Paragraph:
    """Tell of a further notice about the same story in one line: what is new, or which rule."""
    label = message.kind_word or wording.RULE
    rest = message.news[:1] or (message.rule,)
    return join([f"{label}: ", *rest])
