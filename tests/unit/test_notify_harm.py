"""Whatever a page, an outlet or a rule writes, in no form does it become more than text."""

from __future__ import annotations

import html
import html.parser
import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.fakes.forms import ZONE, forms
from tests.fakes.notices import SEEN, alert, notice
from watcher.model import (
    Digest,
    FigureChange,
    Links,
    Notice,
    Passage,
    Report,
    Severity,
    Update,
)
from watcher.notify import as_html, as_markdown, as_slack, as_telegram, as_text, message_of
from watcher.notify.mail import compose
from watcher.notify.samples import UPDATES
from watcher.notify.services import Mailbox

if TYPE_CHECKING:
    from watcher.model import Alert
    from watcher.notify import Message
    from watcher.notify.bidi import Paragraph

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title></style></td></table><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><a href=javascript:alert(1)>x</a>",
    '" onmouseover="alert(1)" x="',
    "' style='background:url(//e.org)'",
    "<!--[if mso]><b>--><![CDATA[x]]>",
    "&lt;b&gt; &amp;lt; &#60;script&#62; &NotAnEntity;",
    "{{ 7*7 }} {% for x in y %} {# no #} ${7*7} %s {0}",
    "<!channel> <!here> <@U123> <#C1|x> <http://e.org|bank> <mailto:a@e.org|x>",
    "*bold* _italic_ ~gone~ `code` ```block``` :smile: :+1: > quoted",
    "[bank](http://e.org) ![x](http://e.org/x.png) <http://e.org> **b** __b__ ~~s~~ # h",
    "1. one\n- two\n+ three\n> four\n=====\n-----\n\tcode\n| a | b |",
    "@everyone @here @channel @all #general /start",
    "<b>b</b><tg-spoiler>s</tg-spoiler><pre>p</pre><a href='tg://user?id=1'>u</a>",
    "\u202eabc\u202d \u2066\u2067\u2068 \u2069\u2069\u2069 \u202b\u202a \u200f\u200e\u061c",
    "a\r\nBcc: x@e.org\r\n\r\n<html>",
    "a\u2028b\u2029c\x85d\x0be\x0cf\x00g\x1b[31mh\x1b]8;;http://e.org\x07i\x9b31mj",
    "\ud800 \udfff \ufffe \uffff \ufffd",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇮🇶🇱🇧🇶 👍🏿 ❤️ 1️⃣ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ☪︎",
    "ا" + "\u064b" * 50 + " z̷̢̛a̸l̶g̵o",
    "نص عربي CNN (London) 3-5 ← 7% 2,500",
    "كلمة " * 200,
    "👩‍👩‍👧‍👦" * 100,
    "🇮🇶" * 200,
    "<&\"'" * 200,
    "",
    " ",
    "\u2068" * 3,
)
TEXT = (
    st.sampled_from(PAYLOADS)
    | st.lists(st.sampled_from(PAYLOADS), min_size=2, max_size=3).map("".join)
    | st.text(
        st.sampled_from("اب3 <>&*_`~[](){}|\"'.:;/#!\\@-+=\n\r\u202e\u2068\u2069")
        | st.characters(),
        max_size=60,
    )
)
URL = st.sampled_from(
    (
        "https://e.org/a?b=1&c=(2)*_~|<>",
        "javascript:alert(1)",
        "data:text/html,<script>",
        'https://e.org/"><script>',
        "https://e.org/\r\nBcc: x",
        "https://e.org/" + "أ" * 900,
        "tg://user?id=1",
        "",
    )
)  # fmt: skip
SPAN = st.tuples(st.integers(0, 60), st.integers(0, 60))
UPDATE = st.builds(
    Update,
    st.sampled_from([update.kind for update in UPDATES]),
    st.lists(st.builds(FigureChange, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    TEXT,
    TEXT,
    st.integers(0, 200),
    st.sampled_from([0.0, 60.0, 7200.0, 1e6]),
)
REPORT = st.builds(
    Report,
    outlet=TEXT,
    title=TEXT,
    url=URL,
    published=st.just(SEEN),
    seen=st.just(SEEN),
    relation=st.sampled_from(["new", "copy", "same-event"]),
    agency=TEXT,
)


@st.composite
def alerts(draw: st.DrawFn, *, with_hits: bool = True) -> Alert:
    """Give an alert that is hostile in every field."""
    spans = st.lists(SPAN, max_size=3).map(tuple) if with_hits else st.just(())
    return alert(
        rule=draw(TEXT),
        rule_title=draw(TEXT),
        title=draw(TEXT),
        title_hits=draw(spans),
        passages=(Passage(draw(TEXT), draw(spans), cut_before=draw(st.booleans())),),
        terms=tuple(draw(st.lists(TEXT, max_size=2))),
        source=draw(TEXT),
        author=draw(TEXT),
        credit=draw(TEXT),
        topic=draw(TEXT),
        url=draw(URL),
        severity=draw(st.sampled_from(Severity)),
        reports=tuple(draw(st.lists(REPORT, max_size=2))),
        update=draw(st.none() | UPDATE),
    )


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Give a notice about such an alert, or a digest of some."""
    about = draw(alerts())
    told = replace(notice(), rule=about.rule, alert=about)
    if draw(st.booleans()):
        return told
    several = (about, *draw(st.lists(alerts(), max_size=2)))
    why: Any = draw(st.sampled_from(["digest", "storm"]))
    return replace(told, digest=Digest(why, SEEN, SEEN, several, draw(st.integers(0, 20))))


LINKS = st.builds(Links, URL, URL)


class Page(html.parser.HTMLParser):
    """Collects tags, links and texts, and checks that tags are closed in order."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def words(self) -> str:
        """What can be read, with isolates taken out."""
        return without_isolates(" ".join("".join(self.texts).split()))


def without_isolates(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


def texts_of(message: Message) -> list[str]:
    """Give everything scraped that a message shows."""
    paragraphs: list[Paragraph] = [message.title, *message.news, *message.passages, message.why]
    paragraphs += [quote.text for quote in message.quotes]
    paragraphs += [fact.value for fact in message.facts]
    for topic in message.topics:
        paragraphs += [topic.name, *(story.told.title for story in topic.stories)]
    return [" ".join(paragraph.text.split()) for paragraph in paragraphs]


HTML_TAGS = {
    "a", "b", "bdi", "body", "del", "div", "head", "html", "ins", "mark", "meta", "span", "style",
    "table", "td", "title", "tr",
}  # fmt: skip
HTML_ATTRIBUTES = {
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "content", "dir", "href",
    "http-equiv", "id", "lang", "name", "role", "style", "width",
}  # fmt: skip
COMMENTS = Page(as_html(message_of(alert(), zone=ZONE))).comments


@settings(max_examples=80, deadline=None)
@given(notices(), LINKS)
def test_html_holds_our_tags_and_all_of_the_text(about: Notice, links: Links) -> None:
    message = message_of(about, zone=ZONE, links=links)
    page = Page(as_html(message))

    assert {tag for tag, _ in page.tags} <= HTML_TAGS
    assert {key for _, attrs in page.tags for key in attrs} <= HTML_ATTRIBUTES
    hrefs = [attrs["href"] or "" for tag, attrs in page.tags if attrs.get("href")]
    assert all(re.fullmatch(r"https?://[!-~]+|#topic-\d+", href) for href in hrefs)
    styles = " ".join(attrs.get("style") or "" for _, attrs in page.tags)
    assert "url(" not in styles
    assert "expression" not in styles
    assert page.comments == COMMENTS
    for text in texts_of(message):
        assert without_isolates(text).replace(" ", "") in page.words.replace(" ", "")


@settings(max_examples=80, deadline=None)
@given(notices(), LINKS)
def test_telegram_gets_its_few_tags_and_all_of_the_text(about: Notice, links: Links) -> None:
    message = message_of(about, zone=ZONE, links=links)
    page = Page(as_telegram(message))

    assert {tag for tag, _ in page.tags} <= {"b", "s", "i", "a", "blockquote"}
    assert all(set(attrs) == ({"href"} if tag == "a" else set()) for tag, attrs in page.tags)
    assert all((attrs["href"] or "").startswith("http") for tag, attrs in page.tags if tag == "a")
    assert without_isolates(message.title.text).strip() in page.words or message.is_digest
    raw = re.sub(r"&(?:lt|gt|amp|quot|#x27);", "", re.sub(r"<[^<>]*>", "", as_telegram(message)))
    assert not set(raw) & set("<>&")


@settings(max_examples=80, deadline=None)
@given(alerts(with_hits=False))
def test_marks_of_the_text_format_nothing_in_markdown(about: Alert) -> None:
    message = message_of(replace(about, update=None), zone=ZONE)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(as_markdown(message, with_title=True))

    inline = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline} <= {
        "text", "text_special", "strong_open", "strong_close", "softbreak", "hardbreak",
        "link_open", "link_close",
    }  # fmt: skip
    links = [child.attrs["href"] for child in inline if child.type == "link_open"]
    assert len(links) == (1 if message.url else 0)
    told = "".join(child.content for child in inline).replace("\u2060", "")
    for text in (message.title, *message.passages):
        assert without_isolates(text.text).strip() in without_isolates(told)
    assert not re.search(
        "@(?:everyone|here|channel|all)", "".join(child.content for child in inline)
    )


@settings(max_examples=80, deadline=None)
@given(notices(), LINKS)
def test_slack_gets_sound_blocks_within_its_limits(about: Notice, links: Links) -> None:
    payload = as_slack(message_of(about, zone=ZONE, links=links))

    assert 0 < len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        limits = {"header": 150, "section": 3000, "context": 2000, "divider": 0}
        for text in texts_of_block(block):
            assert 0 < len(text) <= limits[block["type"]]
            assert balanced(text)
            assert "<" not in re.sub(r"<https?://[!-~]+?\|", "", text)


@settings(max_examples=80, deadline=None)
@given(alerts(with_hits=False))
def test_marks_of_the_text_format_nothing_in_slack(about: Alert) -> None:
    payload = as_slack(message_of(replace(about, update=None), zone=ZONE))

    told = [text for block in payload["blocks"] for text in texts_of_block(block)]
    for text in told:
        bare = re.sub(r"<https?://[!-~]+?\|[^>]*>", "", text)
        assert not set(bare) & set("*`~<>")
        assert not re.search(r"(?<![^\W_])_[^_\n]+_(?![^\W_])", bare)
        assert not re.search(r":[a-z0-9_+'-]+:", bare)
        assert not bare.startswith("&gt;")


def texts_of_block(block: dict[str, Any]) -> list[str]:
    texts = [block["text"]] if "text" in block else block.get("elements", [])
    return [text["text"] for text in texts]


@settings(max_examples=80, deadline=None)
@given(notices(), LINKS)
def test_every_form_is_sound_text(about: Notice, links: Links) -> None:
    for name, told in forms(about, links).items():
        told.encode()
        # A terminal's lines are broken where they are full, also inside a run.
        parts = [told] if name.startswith("terminal") else told.split("\n")
        assert all(map(balanced, parts)), name
        steering = {"LRE", "RLE", "LRO", "RLO", "PDF"}
        assert not {unicodedata.bidirectional(char) for char in told} & steering, name
        controls = {char for char in told if unicodedata.category(char) == "Cc"}
        assert controls <= ({"\n", "\x1b"} if name == "terminal.ansi" else {"\n"}), name
        assert not re.search("[\u2028\u2029]", told), name


@settings(max_examples=80, deadline=None)
@given(notices())
def test_a_subject_is_one_line_and_says_the_headline(about: Notice) -> None:
    message = message_of(about, zone=ZONE)

    assert len(message.subject.splitlines()) == 1
    assert message.subject.startswith(message.heading)
    if not message.is_digest:
        assert without_isolates(message.title.text) in without_isolates(message.subject)


@settings(max_examples=80, deadline=None)
@given(alerts(with_hits=False))
def test_text_says_each_thing_in_a_line_of_its_own(about: Alert) -> None:
    message = message_of(replace(about, update=None), zone=ZONE)
    lines = without_isolates(as_text(message)).split("\n")

    assert lines[0] == without_isolates(message.title.text)
    for passage in message.passages:
        assert without_isolates(passage.text) in lines
    assert all(link.url in lines for link in message.links)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_header_can_be_forged(payload: str) -> None:
    box = Mailbox(
        host="mail.example.org",
        port=25,
        security="insecure",
        user="",
        password="",
        verify=True,
        sender=("watcher", "watcher@example.org"),
        to=(("", "desk@example.org"),),
        cc=(),
        bcc=(),
        reply_to=(),
    )  # fmt: skip
    about = alert(title=payload, rule=payload, rule_title=payload, source=payload)
    mail = compose(replace(notice(), rule=payload, alert=about), box, zone=ZONE)
    head = mail.as_bytes().split(b"\r\n\r\n", 1)[0].decode("ascii")

    names = [line.partition(":")[0] for line in head.split("\r\n") if not line[:1].isspace()]
    assert len(names) == len(set(names))
    assert "Bcc" not in names
    assert "\r" not in mail["Subject"]
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize("picture", ["👩‍👩‍👧‍👦", "🇮🇶", "👍🏿", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "ا\u0651\u064e"])
def test_no_picture_and_no_letter_is_cut_in_two(picture: str) -> None:
    message = message_of(alert(title="x" + picture * 400, title_hits=()), zone=ZONE)
    header = as_slack(message)["blocks"][0]["text"]["text"]

    for cut in (message.title.text, header):
        whole = re.sub("[\u2066-\u2069]|مهم: |x|…", "", cut)
        assert whole == picture * (len(whole) // len(picture))


def balanced(line: str) -> bool:
    depth = 0
    for char in line:
        depth += {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0


def test_json_for_slack_can_be_sent() -> None:
    about = alert(title="".join(PAYLOADS), source=PAYLOADS[17])

    json.dumps(as_slack(message_of(about, zone=ZONE)), ensure_ascii=False).encode()
