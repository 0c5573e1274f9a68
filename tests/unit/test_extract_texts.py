"""The text of every element, read in one pass, is the one that lxml gives for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring, fragment_fromstring

from tests.strategies import texts as arabic
from watcher.extract.texts import Texts, word_count

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAGS = ("p", "div", "b", "a", "script", "style", "svg", "noscript", "template", "body")
_PIECES = st.sampled_from(
    [f"<{slash}{tag}>" for tag in _TAGS for slash in ("", "/")]
    + ["<li>", "<td>", "<br>", "<!--c-->", "<?pi?>", "&nbsp;"]
    + [*" \n\t\x1c\x85\xa0\u2003\u200f"]
)
_MARKUP = st.lists(_PIECES | arabic, max_size=40).map("".join)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def shown(tree: HtmlElement) -> list[str]:
    body = next(tree.iter("body"), tree)
    unseen = "self::script or self::style or self::noscript or self::template or self::svg"
    pieces = body.xpath(f".//text()[not(ancestor::*[{unseen}])]")
    return [text for piece in pieces if (text := squeezed(piece))]


@given(html=_MARKUP)
def test_every_text_is_that_of_its_element(html: str) -> None:
    tree = document_fromstring(f"<html>{html}<p>نهاية")
    texts = Texts(tree)
    assert texts.shown == shown(tree)
    for element in tree.iter("*"):
        text = squeezed(element.text_content())
        assert texts[element] == text
        assert texts.size(element) == len(text)
        assert word_count(text) == len(text.split())


def test_a_part_of_a_document_knows_what_it_stands_in() -> None:
    link = fragment_fromstring("<div>قبل <a href='/x'> كلمة </a> بعد</div>")[0]
    texts = Texts(link)
    assert texts.shown == ["كلمة"]
    assert [texts[link], texts[link.getparent()]] == ["كلمة", "قبل كلمة بعد"]


def test_nesting_may_be_deeper_than_the_stack() -> None:
    tree = document_fromstring("<p>أ</p>")
    box = tree
    for _ in range(5_000):
        box = box.makeelement("div")
        box.text = " ب "
        tree.append(box)
        tree = box
    assert word_count(Texts(box)[box.getroottree().getroot()]) == 5_001
