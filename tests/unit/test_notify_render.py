"""What messages look like in every form, and what scraped text cannot do to them."""

from __future__ import annotations

import email
import email.policy
import html.parser
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.forms import forms, terminal
from tests.fakes.notices import SEEN, alert, notice
from watcher.model import Digest, Passage, Sent, Severity
from watcher.notify import as_html, as_markdown, as_slack, message_of
from watcher.notify.mail import compose, hand_over
from watcher.notify.message import web_address
from watcher.notify.services import Mailbox

BOX = Mailbox(
    host="mail.example.org",
    port=25,
    security="insecure",
    user="",
    password="",
    verify=True,
    sender=("watcher", "watcher@example.org"),
    to=(("مكتب Desk", "desk@example.org"),),
    cc=("second@example.org",),
    bcc=("hidden@example.org",),
    reply_to=("editor@example.org",),
)
EVIL = (
    "<script>alert(1)</script> </td></table> {{ 7*7 }} <!channel> <@U1> <http://e.org|x> [a](b) "
    "*ب* _c_ `d` ~e~ &amp; \u202eعكس\u202c \u2066\u2069\u2069 \r\nBcc: x@e.org \x1b[31m \ud800 👩‍👩‍👧"
)


class Page(html.parser.HTMLParser):
    """Collects tags, links and text, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_is_right_to_left_everywhere_and_needs_nothing_from_outside() -> None:
    text = as_html(message_of(alert(), zone="UTC"))
    page = Page(text)

    names = {name for name, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "form"}
    assert next(attrs for name, attrs in page.tags if name == "html") == {
        "lang": "ar",
        "dir": "rtl",
    }
    assert "url(" not in text
    assert "@import" not in text
    assert all(attrs.get("dir") for name, attrs in page.tags if name in {"body", "table", "bdi"})
    assert all("style" in attrs for name, attrs in page.tags if name in {"td", "mark", "a"})
    assert page.open == []


def test_an_english_article_reads_from_the_left() -> None:
    about = alert(
        title="Camp Palm is evacuated",
        title_hits=((0, 9),),
        passages=(Passage("The units left Camp Palm on Saturday.", ((15, 24),)),),
    )

    page = Page(as_html(message_of(about, zone="UTC")))

    left = [attrs for name, attrs in page.tags if name == "td" and attrs.get("dir") == "ltr"]
    assert len(left) == 2
    assert all("text-align:left" in (attrs["style"] or "") for attrs in left)


EVIL_ALERT: dict[str, Any] = {
    "title": EVIL,
    "rule_title": EVIL,
    "source": EVIL,
    "author": EVIL,
    "credit": EVIL,
    "terms": (EVIL,) * 12,
    "passages": (Passage(EVIL, ((0, 8), (30, 60))),),
    "url": f'https://e.org/"><script>{EVIL}',
}


def test_injected_markup_is_text_in_html() -> None:
    page = Page(as_html(message_of(alert(**EVIL_ALERT), zone="UTC")))

    assert page.open == []
    assert "script" not in {name for name, _ in page.tags}
    assert "<script>alert(1)</script>" in page.words
    (link,) = [attrs["href"] for name, attrs in page.tags if name == "a"]
    assert (link or "").startswith("https://e.org/%22%3E%3Cscript%3E")


def test_injected_markup_is_text_in_slack() -> None:
    told = json.dumps(as_slack(message_of(alert(**EVIL_ALERT), zone="UTC")), ensure_ascii=False)

    assert "<!channel>" not in told
    assert "&lt;!channel&gt;" in told
    assert "<@U1>" not in told
    assert told.count("<http") == 1, "the one link is our own"


def test_slack_stays_within_its_limits() -> None:
    about = alert(
        title="كلمة CNN " * 60,
        source="s<" * 3000,
        passages=(Passage("<&" * 180, ((0, 100),)),) * 3,
        url="https://e.org/" + "a" * 5000,
    )

    payload = as_slack(message_of(about, zone="UTC"))

    header, *rest = payload["blocks"]
    assert len(header["text"]["text"]) <= 150
    assert header["text"]["text"].endswith("…")
    for block in rest:
        texts = [block["text"]] if "text" in block else block["elements"]
        limit = 3000 if "text" in block else 2000
        assert all(0 < len(text["text"]) <= limit for text in texts)


def test_a_large_digest_fits_into_one_slack_message() -> None:
    alerts = tuple(
        alert(topic=f"الموضوع {n % 40}", url=f"https://news.example.org/{n}") for n in range(160)
    )
    about = replace(notice(), digest=Digest("digest", SEEN, SEEN, alerts))

    payload = as_slack(message_of(about, zone="UTC"))

    told = json.dumps(payload["blocks"], ensure_ascii=False)
    assert len(payload["blocks"]) <= 50
    assert all(f"/{n}|" in told for n in range(160))


def test_mail_with_a_large_digest_is_not_cut_off_by_gmail() -> None:
    alerts = tuple(alert(url=f"https://news.example.org/{n}") for n in range(80))
    about = replace(notice(), digest=Digest("digest", SEEN, SEEN, alerts))

    assert len(as_html(message_of(about, zone="UTC")).encode()) < 102_000


def test_a_digest_too_large_for_slack_says_so() -> None:
    alerts = tuple(alert(url=f"https://news.example.org/{n}/" + "a" * 2000) for n in range(160))
    about = replace(notice(), digest=Digest("storm", SEEN, SEEN, alerts))

    blocks = as_slack(message_of(about, zone="UTC"))["blocks"]

    assert len(blocks) == 50
    assert "لا يتسع المكان" in json.dumps(blocks, ensure_ascii=False)


def test_markdown_escapes_what_was_scraped() -> None:
    told = as_markdown(message_of(alert(**EVIL_ALERT), zone="UTC"), with_title=True)

    assert "<script>" not in told
    assert "\\<script\\>" in told
    assert "[a](b)" not in told


@pytest.mark.parametrize("colored", [True, False])
def test_a_terminal_gets_no_foreign_escape_sequences(colored: bool) -> None:
    told = terminal(message_of(alert(**EVIL_ALERT), zone="UTC"), colored=colored)

    assert "\x1b[31m" not in told
    assert ("\x1b[" in told) is colored


def test_headers_hold_no_line_break_and_no_recipient_of_the_articles_choice() -> None:
    mail = compose(notice(**EVIL_ALERT), BOX, zone="UTC")

    wire = mail.as_bytes().split(b"\r\n\r\n", 1)[0].decode("ascii")
    names = [line.partition(":")[0] for line in wire.split("\r\n") if not line[:1].isspace()]
    assert len(names) == len(set(names))
    assert "Bcc" not in names
    assert "\u202e" not in mail["Subject"]


def test_mail_headers() -> None:
    mail = compose(notice(severity=Severity.CRITICAL), BOX, zone="UTC")

    assert str(mail["To"]) == "مكتب Desk <desk@example.org>"
    assert str(mail["Cc"]) == "second@example.org"
    assert str(mail["Reply-To"]) == "editor@example.org"
    assert str(mail["Date"]) == "Sat, 04 May 2024 09:00:00 +0000"
    assert mail["Importance"] == "high"
    assert mail["Subject"].startswith("حرج: ")
    assert mail["X-Watcher-Rule"] == "camp-evacuation"
    assert "hidden@example.org" not in mail.as_string()
    mail.as_bytes().decode("ascii")


def test_a_mail_that_all_have_is_not_sent_again() -> None:
    mail = compose(notice(), BOX, zone="UTC")
    people = ("desk@example.org", "second@example.org", "hidden@example.org")
    everybody = dict.fromkeys(people, "")

    outcome = hand_over(mail, BOX, taken=everybody, timeout_s=1)
    assert outcome == Sent("SMTP 250", mail["Message-ID"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.org/أ?ب=1#ج", "https://Example.org/%D8%A3?%D8%A8=1#%D8%AC"),
        ("https://example.org/a%20b c", "https://example.org/a%20b%20c"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://موقع.example/", "https://xn--4gbrim.example/"),
        ("javascript:alert(1)", ""),
        ("javascript://e.org/%0aalert(1)", ""),
        ("tg://user?id=1", ""),
        ("data:text/html,x", ""),
        ("//example.org/x", ""),
        ("https:///x", ""),
        ("http://[::1", ""),
        ('https://e.org"onclick="x/', ""),
        ("https://exa\u202emple.org/", "https://example.org/"),
        ("", ""),
    ],
)
def test_web_address(url: str, expected: str) -> None:
    assert web_address(url) == expected


def test_without_an_address_nothing_is_linked() -> None:
    made = forms(alert(url="javascript:alert(1)"))

    assert "<a " not in made["mail.html"]
    assert all("javascript" not in text for text in made.values())


_TEXT = st.text(
    st.sampled_from(
        "ابتجسن \n\r\0٠١09AZaz<>&*_`~[](){}|\"'.:;/#!\\\u202e\u2066\u2068\u2069\u200f\x1b\ud800"
    )
    | st.characters(),
    max_size=80,
)
_HITS = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4).map(tuple)


@settings(max_examples=60)  # all forms at once take 50 ms
@given(title=_TEXT, title_hits=_HITS, text=_TEXT, hits=_HITS, source=_TEXT, url=_TEXT)
def test_any_text_gives_sound_messages(
    title: str, title_hits: Any, text: str, hits: Any, source: str, url: str
) -> None:
    about = alert(
        title=title,
        title_hits=title_hits,
        passages=(Passage(text, hits, cut_before=True),),
        source=source,
        rule_title=source,
        terms=(text,),
        url=url if url.startswith("h") else f"https://e.org/{url}",
    )

    made = forms(about)

    for told in made.values():
        told.encode()
        assert all(balanced(line) for line in told.split("\n"))
    assert Page(made["mail.html"]).open == []
    compose(notice(title=title, source=source, rule_title=text), BOX, zone="UTC").as_bytes()


@settings(max_examples=60)  # writing and reading a mail takes 30 ms
@given(title=_TEXT, rule=_TEXT)
def test_a_mail_survives_the_wire(title: str, rule: str) -> None:
    mail = compose(notice(title=title * 3, rule_title=rule), BOX, zone="UTC")

    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)

    assert read["Subject"] == mail["Subject"]
    assert str(read["To"]) == str(mail["To"])
    for kind in ("plain", "html"):
        sent, got = (part.get_body((kind,)) for part in (mail, read))
        assert sent is not None
        assert got is not None
        assert got.get_content() == sent.get_content()


def balanced(line: str) -> bool:
    depth = 0
    for char in line:
        depth += {"\u2067": 1, "\u2068": 1, "\u2069": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0
