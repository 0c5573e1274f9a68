"""A line of Boolean news search -> its tokens, each with its place. Pure.

What other search engines call their operators is refused with the word to write here: what would
be looked for as a word by accident is never found, and nobody would know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.document import at, suggest
from watcher.match.places import places_in
from watcher.match.written import FIELDS, MAX_WITHIN

if TYPE_CHECKING:
    from watcher.document import Mark, Scalar, Way
    from watcher.errors import Problem

Kind: TypeAlias = Literal[
    "term", "exact", "list", "field", "unit", "(", ")", "and", "or", "not", "near", "end"
]

_INVISIBLE = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_QUOTES = {
    '"': '"',
    "«": "»",
    "»": "«",
    "“": "”“",
    "”": "“”",
    "„": "“”",
    "'": "'",
    "‘": "’‘",
    "’": "‘’",
}
"""What closes each; both directions, because keyboards and editors mirror them."""
_TOKEN = re.compile(
    rf"""
    (?P<blank>[\s,،؛;{_INVISIBLE}]+)
  | (?P<sign>[()\[\]{{}}])
  | (?P<list>@)
  | (?P<exact>=)
  | (?P<quote>["«»“”„'‘’])
  | (?P<field>[^\W\d]+:(?!//))
  | (?P<word>(?:(?<=\d),(?=\d)|[^\s()\[\]{{}}"«»“”„,،؛;])+)
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[^\s()\[\]{}\"«»“”„,،؛;]+")
_NEAR = re.compile(r"(O?)NEAR/(\d{1,9})")
_LIKE_NEAR = re.compile(r"O?NEAR\b.*|(?i:o?near/?\d+|(?:adj|w|n|pre|within)/\d+|/\d+)")
_OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not"}
_UNITS = {"SENT": "sentence", "PARA": "paragraph"}
_STRANGE = {
    "&": "AND",
    "&&": "AND",
    "+": "AND",
    "|": "OR",
    "||": "OR",
    "-": "NOT",
    "!": "NOT",
    "ANDNOT": "NOT",
    "SENTENCE": "SENT(…)",
    "PARAGRAPH": "PARA(…)",
}
_LOOKALIKES = {"and": "AND", "or": "OR", "not": "NOT", "أو": "OR", "او": "OR", "و": "AND"}


class Token(NamedTuple):
    """A piece of a query; `text` is what messages call it, or the text of a term."""

    kind: Kind
    text: str
    mark: Mark
    number: int = 0
    """Of `near`: how many words may stand between."""
    ordered: bool = False


def tokens_of(node: Scalar, path: str | Way, problems: list[Problem]) -> list[Token]:
    """Split a query; what is no token is a problem and left out. The last one is an `end`."""
    return _Lexer(node.text, path, places_in(node), problems).run()


@dataclass(slots=True)
class _Lexer:
    text: str
    path: str | Way
    places: list[Mark]
    problems: list[Problem]
    at: int = 0
    tokens: list[Token] = field(default_factory=list)

    def run(self) -> list[Token]:
        while self.at < len(self.text):
            found = _TOKEN.match(self.text, self.at)
            assert found, "every character begins a token"
            self._take(found.lastgroup, found.group())
        self._add("end", "", len(self.text))
        return self.tokens

    def _take(self, kind: str | None, text: str) -> None:
        start = self.at
        self.at += len(text)
        if kind == "sign":
            self._sign(text, start)
        elif kind == "list":
            self._list(start)
        elif kind == "exact":
            self._add("exact", "=", start)
        elif kind == "quote":
            self._add_quoted("term", start)
        elif kind == "field":
            self._field(text, start)
        elif kind == "word":
            self._word(text.strip(_STRIPPED), start)

    def _add(self, kind: Kind, text: str, start: int) -> None:
        self.tokens.append(Token(kind, text, self.places[start]))

    def _refuse(self, start: int, what: str, *, warning: bool = False) -> None:
        self.problems.append(at(self.places[start], self.path, what, warning=warning))

    def _sign(self, sign: str, start: int) -> None:
        if sign in "()":
            self._add("(" if sign == "(" else ")", sign, start)
            return
        self._refuse(start, f"'{sign}' means nothing in a query. Group with ( and ).")

    def _add_quoted(self, kind: Kind, start: int) -> None:
        opening = self.text[self.at - 1]
        closing = _QUOTES[opening]
        end = next((n for n in range(self.at, len(self.text)) if self.text[n] in closing), -1)
        if end < 0:
            what = f"the quote {opening} is never closed. Write {closing[0]} behind the phrase."
            self._refuse(self.at - 1, what)
            self.at = len(self.text)
            self._add(kind, "", start)  # stands for the phrase, so that nothing is missed beside
            return
        phrase = self.text[self.at : end].strip()
        self.at = end + 1
        if not phrase:
            self._refuse(start, f"nothing stands between the quotes {opening}{self.text[end]}")
        self._add(kind, phrase, start)

    def _list(self, start: int) -> None:
        name = _NAME.match(self.text, self.at)
        if name:
            self.at = name.end()
            self._add("list", name.group().strip(_STRIPPED), start)
        elif self.text[self.at : self.at + 1] in _QUOTES:
            self.at += 1
            self._add_quoted("list", start)
        else:
            self._refuse(start, "'@' wants the name of a list right behind it: @name")
            self._add("term", "", start)

    def _field(self, text: str, start: int) -> None:
        name = text[:-1]
        if name not in FIELDS:
            what = f"there is no field '{name}'. {suggest(name, FIELDS)}"
            if not name.isascii():
                what += " If the colon belongs to the text, put it in quotes."
            self._refuse(start, what)
            name = ""
        self._add("field", name, start)

    def _word(self, word: str, start: int) -> None:
        before = self.text[start - 1 : start]
        if before == "=" and self.tokens[-1:] and self.tokens[-1].kind == "exact":
            self._add("term", word, start)
        elif word in _OPERATORS:
            self._add(_OPERATORS[word], word, start)
        elif word in _UNITS:
            self._add("unit", word, start)
        elif near := _NEAR.fullmatch(word):
            self._near(word, int(near[2]), start, ordered=bool(near[1]))
        elif before != ":" and (what := _strange(word)):
            self._refuse(start, what)
            if _LIKE_NEAR.fullmatch(word):
                self._near(word, 0, start, ordered=False)
            elif word not in _STRANGE:
                self._add("term", "", start)
        else:
            self._warn_of_lookalike(word, start)
            self._add("term", word, start)

    def _near(self, word: str, within: int, start: int, *, ordered: bool) -> None:
        if within > MAX_WITHIN:
            what = f"at most {MAX_WITHIN} words can be said. Use AND for the whole text."
            self._refuse(start, f"'{word}': {what}")
        self.tokens.append(Token("near", word, self.places[start], within, ordered))

    def _warn_of_lookalike(self, word: str, start: int) -> None:
        meant = _LOOKALIKES.get(word.lower())
        if meant:
            what = (
                f"'{word}' is looked for as a word here. Write {meant} if the operator is meant, "
                f'="{word}" if the word is.'
            )
            self._refuse(start, what, warning=True)


_STRIPPED = "".join(chr(n) for n in (0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F)))
_STRIPPED += "".join(chr(n) for n in (*range(0x2060, 0x206A), 0xFEFF))


def _strange(word: str) -> str:
    """Say what to write for what looks like an operator and is none here."""
    if word in _STRANGE:
        return f"'{word}' is no operator here. Write {_STRANGE[word]}."
    if _LIKE_NEAR.fullmatch(word):
        digits = re.search(r"\d+", word)
        name = "ONEAR" if word.upper().startswith(("O", "PRE")) else "NEAR"
        if digits:
            return f"'{word}' is no operator here. Write {name}/{int(digits[0])}."
        return f"'{word}' wants a number: {name}/10 allows ten words between its two sides"
    rest = word.lstrip("-!+")
    if word[0] in "-!" and rest[:1].isalnum() and not rest.isdecimal():
        return f"'{word}': a '{word[0]}' excludes nothing here. Write NOT {rest}"
    if word[0] == "+" and rest[:1].isalpha():
        return f"'{word}': write the word without '+'; every word that is written must occur"
    return ""
