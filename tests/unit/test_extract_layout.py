"""Markup that says what the layout means still says all that it said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring

from watcher.extract.layout import texts_to_paragraphs

_TAGS = ("p", "div", "b", "a", "span", "font", "article", "ul", "li", "td")
_PIECES = [f"<{slash}{tag}>" for tag in _TAGS for slash in ("", "/")]
_PIECES += ["<br>", "<!--c-->", "<?pi?>", " خبر ", " عاجل من بغداد ", " كلمة" * 30 + ". "]


def said(tree: HtmlElement) -> str:
    # Where a paragraph begins there may have been a space.
    return "".join(tree.text_content().split())


@given(html=st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_no_word_is_lost(html: str) -> None:
    """Whatever becomes a paragraph of its own, and whatever stays as it was."""
    tree = document_fromstring(f"<html><body>{html}<p>نهاية")
    before = said(tree)
    texts_to_paragraphs(tree)
    assert said(tree) == before


def test_a_label_between_names_stays() -> None:
    """Text behind an inline element belongs to it, also where it is no paragraph."""
    tree = document_fromstring("<body><div><b>بغداد</b> رويترز <i>عاجل</i> الآن</div></body>")
    texts_to_paragraphs(tree)
    assert tree.text_content() == "بغداد رويترز عاجل الآن"
