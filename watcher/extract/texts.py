"""What every element of a page says, read in one pass. Pure.

Boxes lie in boxes and are asked again and again: to read each anew takes longer than to parse them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

_UNSEEN = frozenset(("script", "style", "noscript", "template", "svg"))


class Texts:
    """The text of each element of a tree, its white space squeezed, while nobody changes the tree.

    `shown` has the pieces of text that its body shows. Holds the elements as well, which saves
    time: lxml makes anew each that nobody holds.
    """

    __slots__ = ("_spans", "_starts", "_text", "shown", "tree")

    def __init__(self, tree: HtmlElement) -> None:
        """Read the tree and what it stands in."""
        self.tree = tree
        root, body = tree.getroottree().getroot(), next(tree.iter("body"), tree)
        pieces: list[str] = []
        opened: list[int] = []
        spans: dict[HtmlElement, tuple[int, int]] = {}
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                opened.append(len(pieces))
                piece = element.text
            else:
                if event == "end":
                    spans[element] = opened.pop(), len(pieces)
                piece = element.tail
            if piece:
                pieces.append(piece)
        text, starts = _joined(pieces)
        unseen = {at for one in root.iter(*_UNSEEN) for at in range(*spans[one])}
        shown = (at for at in range(*spans[body]) if at not in unseen)
        self.shown = [said for at in shown if (said := text[starts[at] : starts[at + 1]].strip())]
        self._text, self._starts, self._spans = text, starts, spans

    def __getitem__(self, element: HtmlElement) -> str:
        """Give the text of an element."""
        first, end = self._spans[element]
        return self._text[self._starts[first] : self._starts[end]].strip()

    def size(self, element: HtmlElement) -> int:
        """Count the characters of an element's text without a copy of it, which may be long."""
        first, last = self._spans[element]
        start, end = self._starts[first], self._starts[last]
        start += self._text.startswith(" ", start, end)
        return end - start - self._text.endswith(" ", start, end)


def word_count(text: str) -> int:
    """Count the words of a text whose white space is squeezed."""
    return text.count(" ") + 1 if text else 0


def _joined(pieces: Sequence[str]) -> tuple[str, list[int]]:
    """Put pieces together, all white space squeezed; give also where each starts, and the end."""
    squeezed: list[str] = []
    starts, size, is_spaced = [0], 0, False
    for piece in pieces:
        said = " ".join(piece.split())
        if piece[0].isspace() and not is_spaced:
            said = f" {said}"
        if piece[-1].isspace() and said not in {"", " "}:
            said += " "
        if said:
            is_spaced = said[-1] == " "
            squeezed.append(said)
            size += len(said)
        starts.append(size)
    return "".join(squeezed), starts
