"""Public Telegram channels, by their web preview (https://t.me/s/NAME).

A post's own text is the article, so no page is fetched. Where a post was forwarded from, what it
answers and that it was edited are tags. Never raises.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from watcher.arabic.dates import read_date
from watcher.markup import read_html
from watcher.model import Entry, Fetched, Parsed
from watcher.parse.address import absolute_url
from watcher.parse.decode import decode
from watcher.parse.tree import classes_of, lines_in, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

_POST: Final = re.compile(r"([A-Za-z0-9_]{1,64})/(\d{1,12})")
_TITLE_CHARS: Final = 160
_SENTENCE: Final = re.compile(r".{15,}?[.!?؟…](?=\s|$)")
_ELSEWHERE: Final = frozenset(
    {"tgme_widget_message_reply", "tgme_widget_message_link_preview", "tgme_widget_message_poll"}
)
"""Texts inside a post that are not its own: what it answers, what it links to."""


def parse(fetched: Fetched, *, now: datetime) -> Parsed:
    """Read a page of posts, the newest first; `more` is the page of older ones."""
    decoded = decode(fetched.body, fetched.content_type)
    tree = read_html(decoded.text) if decoded.text.strip() else None
    if tree is None:
        return Parsed((), ("an empty body instead of a channel",), is_feed=False)
    posts = list(_posts(tree))
    if not posts and not _has_preview(tree, fetched):
        return Parsed((), (_without_preview(tree),), is_feed=False)
    channel = _channel(tree)
    entries = [entry for post in posts if (entry := _entry(post, channel, now))]
    silent = len(posts) - len(entries)
    remarks = [f"posts without a text, only pictures and the like, left out: {silent}"]
    return Parsed(
        entries=tuple({entry.url: entry for entry in reversed(entries)}.values()),
        remarks=(*(remarks if silent else ()), *decoded.remarks),
        title=channel,
        more=_older(tree, fetched),
    )


# --- the page ---------------------------------------------------------------------------------


def _posts(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.iter("div"):
        classes = classes_of(element)
        is_post = "tgme_widget_message" in classes and "service_message" not in classes
        if is_post and _POST.fullmatch(element.get("data-post") or ""):
            yield element


def _first(element: HtmlElement, name: str) -> HtmlElement | None:
    """Give the first element of a class that is the post's own and not of what it quotes."""
    return next(_all(element, name), None)


def _all(element: HtmlElement, name: str) -> Iterator[HtmlElement]:
    for found in element.iter():
        if isinstance(found.tag, str) and name in classes_of(found) and _is_own(found, element):
            yield found


def _is_own(found: HtmlElement, post: HtmlElement) -> bool:
    for around in found.iterancestors():
        if around is post:
            return True
        if not _ELSEWHERE.isdisjoint(classes_of(around)):
            return False
    return True


def _channel(tree: HtmlElement) -> str:
    title = _first(tree, "tgme_channel_info_header_title")
    if title is None:
        title = _first(tree, "tgme_widget_message_owner_name")
    return words_in(title) if title is not None else ""


def _has_preview(tree: HtmlElement, fetched: Fetched) -> bool:
    """Tell an empty channel, or one of service messages only, from one that shows nothing."""
    is_preview = urlsplit(fetched.final_url or fetched.url).path.startswith("/s/")
    known = ("tgme_channel_info", "tgme_channel_history", "tgme_channel_history_wrap")
    return is_preview and any(_first(tree, name) is not None for name in known)


def _without_preview(tree: HtmlElement) -> str:
    if _first(tree, "tgme_page") is not None or _first(tree, "tgme_page_wrap") is not None:
        return (
            "this channel or person has no public preview, so that its posts cannot be read: "
            "it may be private, restricted, a group, or not exist"
        )
    return "an HTML page without posts instead of a Telegram channel"


def _older(tree: HtmlElement, fetched: Fetched) -> tuple[str, ...]:
    base = fetched.final_url or fetched.url
    for link in _all(tree, "js-messages_more"):
        before = link.get("data-before") or ""
        if before.isascii() and before.isdigit():
            return (urljoin(base, f"?before={before[:12]}"),)
    return ()


# --- one post ---------------------------------------------------------------------------------


def _entry(post: HtmlElement, channel: str, now: datetime) -> Entry | None:
    lines = list(_lines(post))
    if not lines:
        return None
    url = f"https://t.me/{post.get('data-post')}"
    raw, published = _published(post, now)
    author = _first(post, "tgme_widget_message_from_author")
    return Entry(
        url=url,
        link=url,
        title=_title(lines),
        author=words_in(author) if author is not None else channel,
        published=published,
        published_raw=raw,
        body_html="".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines),
        is_whole=True,
        tags=tuple(dict.fromkeys(_tags(post))),
        guid=post.get("data-post") or "",
    )


def _lines(post: HtmlElement) -> Iterator[str]:
    text = _first(post, "tgme_widget_message_text")
    if text is not None:
        yield from lines_in(text)
    for poll in _all(post, "tgme_widget_message_poll"):
        for name in ("question", "option_text"):
            found = (e for e in poll.iter() if f"tgme_widget_message_poll_{name}" in classes_of(e))
            yield from filter(None, map(words_in, found))
    for name in ("tgme_widget_message_document_title", "tgme_widget_message_location_title"):
        yield from filter(None, map(words_in, _all(post, name)))


def _title(lines: list[str]) -> str:
    """Give the first line that has words; of a long one its first sentence, or what fits."""
    line = next((line for line in lines if re.search(r"\w{2}", line)), lines[0])
    if len(line) <= _TITLE_CHARS:
        return line
    sentence = _SENTENCE.match(line)
    if sentence and len(sentence.group()) <= _TITLE_CHARS:
        return sentence.group()
    return line[:_TITLE_CHARS].rpartition(" ")[0].rstrip(" ،,;:") + "…"


def _published(post: HtmlElement, now: datetime) -> tuple[str, datetime | None]:
    for link in _all(post, "tgme_widget_message_date"):
        for time in link.iter("time"):
            raw = (time.get("datetime") or "")[:60]
            read = read_date(raw, now=now)
            return raw, read.instant if read else None
    return "", None


def _tags(post: HtmlElement) -> Iterator[str]:
    text = _first(post, "tgme_widget_message_text")
    for link in text.iter("a") if text is not None else ():
        word = words_in(link)
        if word.startswith("#"):
            yield word.lstrip("#").replace("_", " ")
    for origin in _all(post, "tgme_widget_message_forwarded_from_name"):
        yield f"forwarded: {words_in(origin)}"
        if address := absolute_url(origin.get("href") or ""):
            yield f"forwarded: {address}"
    for element in post.iter("a"):
        if "tgme_widget_message_reply" in classes_of(element):
            yield f"reply: {absolute_url(element.get('href') or '')}"
    meta = _first(post, "tgme_widget_message_meta")
    if meta is not None and (meta.text or "").strip().lower().startswith("edited"):
        yield "edited"
