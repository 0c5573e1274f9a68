"""The mail as a browser lays it out: what a machine can measure of "reads right".

`LOOKS=folder pytest tests/browser` keeps the pictures, to be looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.slack_look import slack_page
from tests.fakes.notices import alert
from watcher.model import Passage
from watcher.notify import as_html, as_slack, message_of
from watcher.notify.samples import LINKS, sample_notices

if TYPE_CHECKING:
    from tests.browser.conftest import Browser, Scheme

pytestmark = pytest.mark.browser

PHONE, DESKTOP = 360, 900
WIDTHS = (PHONE, DESKTOP)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text of every size."""
NOTICES = {str(kind): notice for kind, notice in sample_notices().items()}
LOOKED_AT = ("first", "confirmed", "figures", "corrected", "denied", "closing", "digest", "storm")


def page_of(kind: str) -> str:
    return as_html(message_of(NOTICES[kind], zone="Asia/Baghdad", links=LINKS))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_mail_fits_and_stands_out_from_its_background(
    browser: Browser, width: int, scheme: Scheme
) -> None:
    pages = [page_of(kind) for kind in LOOKED_AT]

    for kind, page, seen in zip(
        LOOKED_AT, pages, browser.measure_all(pages, width, scheme), strict=True
    ):
        browser.paint(page, kind, width, max(400, int(seen["height"])), scheme)
        assert seen["overflow"] <= width, kind
        assert all(text["left"] >= -1 and text["right"] <= width + 1 for text in seen["texts"])
        assert faint(seen["texts"]) == {}, kind
        assert min(text["size"] for text in seen["texts"]) >= 13, kind
        is_dark = luminance(seen["body"][0]["background"]) < 0.1
        assert is_dark is (scheme == "dark"), kind


def test_every_mail_reads_from_the_right(browser: Browser) -> None:
    for seen in browser.measure_all([page_of(kind) for kind in LOOKED_AT], PHONE):
        assert seen["body"][0]["direction"] == "rtl"
        assert {cell["direction"] for cell in seen["cells"]} == {"rtl"}
        starts = {text["right"] for text in seen["texts"] if len(text["text"]) > 60}
        assert all(right > PHONE - 60 for right in starts), "long lines begin at the right edge"


def test_latin_names_and_hits_of_a_first_notice(browser: Browser) -> None:
    seen = browser.measure(as_html(message_of(alert(), zone="Asia/Baghdad")), PHONE)

    assert [mark["text"] for mark in seen["marks"]][:2] == [
        "الوحدات الأجنبية",
        "إخلاء معسكر النخيل",
    ]
    for mark in seen["marks"]:
        assert mark["width"] > 0
        assert mark["height"] > 0
        assert mark["background"] not in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    names = {bdi["text"]: bdi for bdi in seen["bdis"]}
    assert {"CNN", "Camp Palm", "UH-60", "Meridian News"} <= set(names)
    assert {bdi["direction"] for bdi in seen["bdis"]} == {"ltr"}
    assert {bdi["bidi"] for bdi in seen["bdis"]} == {"isolate"}


def test_marks_cover_no_line_but_their_own(browser: Browser) -> None:
    about = alert(title="انفجار " * 30, title_hits=((0, 6), (70, 76), (140, 146), (203, 209)))
    seen = browser.measure(as_html(message_of(about, zone="UTC")), PHONE)

    title = [mark for mark in seen["marks"] if mark["text"] == "انفجار"]
    assert len(title) == 4
    assert all(mark["height"] <= 22 * 1.6 for mark in title), "no higher than a line of the title"


def test_the_headline_begins_at_the_right_edge(browser: Browser) -> None:
    seen = browser.measure(as_html(message_of(alert(), zone="UTC")), DESKTOP)

    first = next(bdi for bdi in seen["bdis"] if bdi["text"] == "CNN")
    hit = seen["marks"][0]
    assert first["left"] > hit["right"], "the name opens the headline, so it stands to the right"


def test_a_figure_reads_from_the_number_before_to_the_number_now(browser: Browser) -> None:
    page = page_of("figures").replace(
        "القتلى 3 ← 7", "القتلى <u><mark>3</mark></u> ← <u><mark>7</mark></u>"
    )
    seen = browser.measure(page, PHONE)

    before, after = (mark for mark in seen["marks"] if mark["text"] in {"3", "7"} and mark["width"])
    assert before["text"] == "3"
    assert before["left"] > after["right"], "the arrow points left, to the later number"


def test_a_correction_shows_which_words_changed(browser: Browser) -> None:
    seen = browser.measure(page_of("corrected"), DESKTOP)

    assert [(gone["text"], gone["line"]) for gone in seen["gone"]] == [("3", "line-through")]
    assert [added["text"] for added in seen["added"]] == ["7"]
    assert seen["gone"][0]["top"] < seen["added"][0]["top"]


def test_a_denial_shows_what_is_denied_and_then_the_denial(browser: Browser) -> None:
    seen = browser.measure(page_of("denied"), DESKTOP)

    places = {text["text"]: text["top"] for text in seen["texts"]}
    order = ["نفي", "نُفي ما ورد في هذا الخبر", "ما نُشر", "النفي", "الخبر كاملاً"]
    assert [places[text] for text in order] == sorted(places[text] for text in order)


def test_a_digest_leads_from_its_contents_to_its_stories(browser: Browser) -> None:
    seen = browser.measure(page_of("digest"), DESKTOP)

    hrefs = [link["href"] for link in seen["links"]]
    assert hrefs[:2] == ["#topic-1", "#topic-2"]
    assert all(f'id="{href[1:]}"' in page_of("digest") for href in hrefs[:2])
    assert hrefs[-2:] == [LINKS.acknowledge, LINKS.silence]


def test_long_words_do_not_widen_a_telephone(browser: Browser) -> None:
    told = alert(
        title="https://example.org/" + "a" * 200,
        passages=(Passage("ك" * 300 + " " + "W" * 300, ((0, 300),)),),
        source="S" * 200,
        terms=("T" * 200,),
        rule="r" * 100,
        url="https://" + "host." * 40 + "example.org/",
    )
    seen = browser.measure(as_html(message_of(told, zone="UTC")), PHONE)

    assert seen["overflow"] <= PHONE


def test_slack_shows_marks_and_links_and_nothing_of_their_signs(browser: Browser) -> None:
    kinds = ("first", "figures", "denied", "digest")
    told = [message_of(NOTICES[kind], zone="Asia/Baghdad", links=LINKS) for kind in kinds]
    pages = [slack_page(as_slack(message)) for message in told]

    for kind, page, seen in zip(kinds, pages, browser.measure_all(pages, 600), strict=True):
        browser.paint(page, f"slack-{kind}", 600, max(300, int(seen["height"]) + 24), "light")
        text = " ".join(text["text"] for text in seen["texts"])
        assert not set(text) & set("*~|<>")
        assert [link["href"] for link in seen["links"]][-2:] == [LINKS.acknowledge, LINKS.silence]
        assert seen["overflow"] <= 600


def faint(texts: list[dict[str, Any]]) -> dict[str, float]:
    """Give the texts that are too near to the color behind them."""
    found = {text["text"]: contrast(text["color"], text["background"]) for text in texts}
    return {text: ratio for text, ratio in found.items() if ratio < LEAST_CONTRAST}


def luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, background: str) -> float:
    lighter, darker = sorted((luminance(color), luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_says() -> None:
    seen: Any = contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)")

    assert round(seen, 1) == 21.0
