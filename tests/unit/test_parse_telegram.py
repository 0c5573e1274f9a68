"""Telegram channels by their web preview: what a post becomes, and what a page is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.channel import NO_PREVIEW, channel_page, post
from watcher.model import Article, Entry, Fetched, Parsed
from watcher.pages import read_feed_text
from watcher.parse import channel_address, parse

NOW = datetime(2024, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://t.me/s/nahr_news"


def read(page: str | bytes, final_url: str = URL) -> Parsed:
    body = page.encode() if isinstance(page, str) else page
    fetched = Fetched(URL, final_url, body, "text/html; charset=utf-8")
    return parse(fetched, now=NOW, kind="telegram")


def one(*args: object, **more: object) -> Entry:
    [entry] = read(channel_page(post(*args, **more))).entries  # type: ignore[arg-type]
    return entry


def test_a_post_is_a_whole_article_with_its_own_address_and_time() -> None:
    entry = one(120, "افتتاح جسر جديد في بغداد<br/><br/>حضر الافتتاح مسؤولون وأهالي المنطقة.")

    assert (entry.url, entry.is_whole, entry.author) == (
        "https://t.me/nahr_news/120",
        True,
        "قناة النهر",
    )
    assert entry.title == "افتتاح جسر جديد في بغداد"
    assert entry.published == datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
    assert "<p>حضر الافتتاح مسؤولون وأهالي المنطقة.</p>" in entry.body_html


def test_the_pipeline_makes_it_an_article_with_every_line() -> None:
    entry = one(7, "افتتاح جسر جديد في بغداد<br/>وصل القطار الأول عند الظهر.")
    article = read_feed_text(entry, now=NOW)

    assert isinstance(article, Article)
    assert article.title == "افتتاح جسر جديد في بغداد"
    assert "وصل القطار الأول عند الظهر." in article.text


def test_the_newest_post_comes_first_and_older_ones_are_named() -> None:
    parsed = read(channel_page(post(118, "خبر أول"), post(119, "خبر ثان"), older=118))

    assert [entry.guid for entry in parsed.entries] == ["nahr_news/119", "nahr_news/118"]
    assert parsed.more == ("https://t.me/s/nahr_news?before=118",)
    assert parsed.title == "قناة النهر"


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        pytest.param("أ ب ج<br/>د ه و", ["أ ب ج", "د ه و"], id="line break"),
        pytest.param(
            '<i class="emoji" style="background-image:url(\'//t.me/e.png\')"><b>🔴</b></i> عاجل الآن',
            ["🔴 عاجل الآن"],
            id="emoji as text",
        ),
        pytest.param(
            'التفاصيل: <a href="https://nahr.example/1" target="_blank">رابط الخبر</a> كاملا',
            ["التفاصيل: رابط الخبر كاملا"],
            id="text of links",
        ),
        pytest.param(
            "قال الوزير:<blockquote>لن نتراجع عن المشروع</blockquote>ثم غادر",
            ["قال الوزير:", "لن نتراجع عن المشروع", "ثم غادر"],
            id="quote",
        ),
        pytest.param(
            "النتيجة <tg-spoiler>فوز الفريق</tg-spoiler> أمس",
            ["النتيجة فوز الفريق أمس"],
            id="spoiler",
        ),
        pytest.param(
            "سطر &lt;b&gt; واحد &amp; آخر", ["سطر &lt;b&gt; واحد &amp; آخر"], id="markup as text"
        ),
    ],
)
def test_the_text_is_what_a_reader_sees(markup: str, lines: list[str]) -> None:
    assert one(1, markup).body_html == "".join(f"<p>{line}</p>" for line in lines)


def test_a_forward_tells_its_origin() -> None:
    forwarded = (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
        '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/wadi_press/55">'
        '<span dir="auto">صحافة الوادي</span></a></div>'
    )
    entry = one(2, "نص الخبر المنقول", before=forwarded)

    assert entry.tags == ("forwarded: صحافة الوادي", "forwarded: https://t.me/wadi_press/55")
    assert "الوادي" not in entry.body_html


def test_a_forward_of_a_hidden_person_has_a_name_only() -> None:
    name = '<span class="tgme_widget_message_forwarded_from_name">مواطن</span>'

    assert one(2, "نص", before=name).tags == ("forwarded: مواطن",)


def test_a_reply_does_not_repeat_what_it_answers() -> None:
    reply = (
        '<a class="tgme_widget_message_reply user-color-2" href="https://t.me/nahr_news/100">'
        '<div class="tgme_widget_message_author accent_color"><span '
        'class="tgme_widget_message_author_name" dir="auto">قناة النهر</span></div>'
        '<div class="tgme_widget_message_metatext js-message_reply_text" dir="auto">النص القديم</div>'
        '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">القديم</div></a>'
    )
    entry = one(3, "تحديث: وصول الفرق", before=reply)

    assert entry.body_html == "<p>تحديث: وصول الفرق</p>"
    assert entry.tags == ("reply: https://t.me/nahr_news/100",)


def test_an_edited_post_says_so_and_hashtags_are_tags() -> None:
    entry = one(4, 'خبر <a href="?q=%23">#القوات_العراقية</a>', mark="edited &nbsp;")

    assert entry.tags == ("القوات العراقية", "edited")


def test_the_length_of_a_film_is_no_date() -> None:
    film = (
        '<div class="tgme_widget_message_video_player"><time class="message_video_duration '
        'js-message_video_duration">0:45</time></div>'
    )

    assert one(5, "فيديو من المكان", before=film).published == datetime(2024, 5, 4, 9, tzinfo=UTC)


def test_a_poll_is_its_question_and_answers() -> None:
    poll = (
        '<div class="tgme_widget_message_poll js-poll"><div class="tgme_widget_message_poll_question">'
        'هل تؤيد القرار؟</div><div class="tgme_widget_message_poll_type">Anonymous poll</div>'
        '<a class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_percent">'
        '60%</div><div class="tgme_widget_message_poll_option_value"><div '
        'class="tgme_widget_message_poll_option_text">نعم</div></div></a></div>'
    )

    assert one(6, before=poll).body_html == "<p>هل تؤيد القرار؟</p><p>نعم</p>"


def test_posts_without_a_text_and_of_the_service_are_left_out() -> None:
    photo = '<a class="tgme_widget_message_photo_wrap" style="background-image:url(\'x\')"></a>'
    page = channel_page(
        post(1, "Channel created", service=True), post(2, before=photo), post(3, "خبر بنص")
    )
    parsed = read(page)

    assert [entry.guid for entry in parsed.entries] == ["nahr_news/3"]
    assert parsed.remarks == ("posts without a text, only pictures and the like, left out: 1",)


def test_a_long_first_line_gives_its_first_sentence_as_title() -> None:
    first = "أعلن المجلس اليوم خطة جديدة للمياه. "
    entry = one(8, first + "وتشمل الخطة عدة محافظات في الوسط والجنوب " * 8)

    assert entry.title == first.strip()


def test_a_line_without_an_end_is_cut_at_a_word() -> None:
    title = one(9, "كلمة أخرى " * 60).title

    assert title.endswith("…")
    assert len(title) <= 161


@pytest.mark.parametrize(
    ("page", "final_url", "why"),
    [
        pytest.param(NO_PREVIEW, "https://t.me/nahr_news", "no public preview", id="a group"),
        pytest.param("<html><p>مرحبا</p></html>", URL, "without posts", id="another page"),
        pytest.param("", URL, "empty body", id="nothing"),
    ],
)
def test_a_channel_that_cannot_be_read_says_why(page: str, final_url: str, why: str) -> None:
    parsed = read(page, final_url)

    assert (parsed.entries, parsed.is_feed) == ((), False)
    assert why in parsed.remarks[0]


def test_an_empty_channel_is_a_channel() -> None:
    assert read(channel_page()).is_feed


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://t.me/nahr_news", URL),
        ("https://t.me/s/nahr_news", URL),
        ("http://telegram.me/nahr_news/", URL),
        ("t.me/s/nahr_news?before=20", URL),
        ("https://t.me/nahr_news/120?single", URL),
        ("nahr_news.t.me", URL),
        ("@nahr_news", URL),
        ("https://mirror.example/s/nahr_news", "https://mirror.example/s/nahr_news"),
        ("https://t.me/+AbCdEf123", ""),
        ("https://t.me/joinchat/AAAA", ""),
        ("https://t.me/c/1234567/5", ""),
        ("https://nahr.example/rss", ""),
        ("@ab", ""),
        ("", ""),
    ],
)
def test_every_spelling_of_a_channel_is_one_address(text: str, address: str) -> None:
    assert channel_address(text) == address


_MARKUP = st.lists(
    st.sampled_from(
        [*post(1, "نص").replace(">", ">\0").split("\0"), "\ud800", "&#0;", "&amp;", "<", "خبر", '"']
    )
).map("".join)


@given(st.one_of(st.binary(max_size=300), _MARKUP.map(lambda s: s.encode("utf-8", "replace"))))
def test_any_bytes_will_do(body: bytes) -> None:
    assert isinstance(read(body), Parsed)


def test_nesting_without_end_ends() -> None:
    deep = "<div class=tgme_widget_message data-post=a/1>" * 30_000
    assert isinstance(read(deep), Parsed)
