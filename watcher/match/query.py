"""One line of Boolean news search -> the same conditions that the long form gives. Pure.

    query   = choice
    choice  = all {"OR" all}                          or
    all     = part {["AND"] part}                     and; what only stands side by side is AND too
    part    = "NOT" near | near                       and not
    near    = one {("NEAR/n" | "ONEAR/n") one}        at most n words between the first and the last
    one     = word | "a phrase" | =exact | ="a phrase" | @list
            | field ":" one | ("SENT" | "PARA") "(" choice ")" | "(" choice ")"

So NEAR binds tighter than NOT, NOT tighter than AND, AND tighter than OR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.document import Scalar, at, problem
from watcher.match.query_tokens import tokens_of
from watcher.match.values import is_empty, not_a_term, shape
from watcher.match.written import (
    AllOf,
    AnyOf,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.document import Mark, Node, Way
    from watcher.errors import Problem
    from watcher.match.query_tokens import Kind, Token
    from watcher.match.written import Condition, Field, Mode, Unit

MAX_DEPTH = 40
"""Parentheses in parentheses; the parser recurses."""
_BEGINS = {"term", "exact", "list", "field", "unit", "("}


def read_query(node: Node, problems: list[Problem]) -> Condition | None:
    """Read a query and report every mistake; give what could be understood, None for nothing."""
    if not isinstance(node, Scalar) or is_empty(node):
        what = f"expected a query such as '\"a phrase\" AND (one OR other)', got {shape(node)}"
        problems.append(problem(node, what))
        return None
    before = len(problems)
    found = _Parser(tokens_of(node, node.path, problems), node.path, problems).query()
    if found is None and len(problems) == before:
        problems.append(problem(node, "the query holds no word to look for"))
    return found


@dataclass(slots=True)
class _Parser:
    """Goes on after a mistake, so that all of them are reported at once."""

    tokens: list[Token]
    path: str | Way
    problems: list[Problem]
    at: int = 0
    depth: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def take_if(self, kind: Kind) -> Token | None:
        return self.take() if self.next.kind == kind else None

    def _pass_over(self, kind: Kind) -> None:
        while self.next.kind == kind:
            self.take()

    def _pass_over_group(self) -> None:
        """Go to the parenthesis that closes what is open."""
        level = 0
        while self.next.kind != "end" and (level or self.next.kind != ")"):
            level += (self.next.kind == "(") - (self.next.kind == ")")
            self.take()

    def refuse(self, mark: Mark, what: str) -> None:
        self.problems.append(at(mark, self.path, what))

    def query(self) -> Condition | None:
        """Parse all of it; a parenthesis too many does not end it."""
        whole = self.choice()
        while self.next.kind == ")":
            what = "this ) closes nothing. Remove it, or write the ( that it belongs to."
            self.refuse(self.take().mark, what)
            whole = self.choice() or whole
        return whole

    def choice(self) -> Condition | None:
        """Parse alternatives."""
        mark, members = self.next.mark, [self.all()]
        while self.next.kind == "or":
            operator = self.take()
            if members[-1] is None and not self._has_begun_before(self.at - 1):
                self.refuse(operator.mark, "OR has nothing before it")
            if not self._can_begin():
                self.refuse(operator.mark, "OR has nothing behind it")
            members.append(self.all())
        found = tuple(member for member in members if member is not None)
        return AnyOf(mark, self.path, found) if len(found) > 1 else (*found, None)[0]

    def _has_begun_before(self, index: int) -> bool:
        """Tell whether an operand, if perhaps a wrong one, ends before a token."""
        return index > 0 and self.tokens[index - 1].kind != "("

    def _can_begin(self) -> bool:
        return self.next.kind in _BEGINS or self.next.kind in {"not", "near"}

    def all(self) -> Condition | None:
        """Parse what must hold together."""
        members: list[Condition | None] = []
        begin, mark = self.at, self.next.mark
        while self.next.kind not in {"or", ")", "end"}:
            if self.next.kind == "and":
                operator = self.take()
                if self.at - 1 == begin:
                    self.refuse(operator.mark, "AND has nothing before it")
                if not self._can_begin():
                    self.refuse(operator.mark, "AND has nothing behind it")
                continue
            members.append(self.excluded() if self.next.kind == "not" else self.near())
        found = tuple(member for member in members if member is not None)
        return AllOf(mark, self.path, found) if len(found) > 1 else (*found, None)[0]

    def excluded(self) -> Condition | None:
        """Parse NOT and what it excludes."""
        operator = self.take()
        if self.next.kind == "not":
            self.refuse(self.next.mark, "NOT stands here twice. Remove both, or one of them.")
            self._pass_over("not")
        if self.next.kind not in _BEGINS and self.next.kind != "near":
            self.refuse(operator.mark, "NOT has nothing behind it that it could exclude")
            return None
        member = self.near()
        return NoneOf(operator.mark, self.path, (member,)) if member is not None else None

    def near(self) -> Condition | None:
        """Parse what must stand near each other; equal operators in a row are one window."""
        if self.next.kind == "near":
            self.refuse(self.next.mark, f"{self.next.text} has nothing before it")
            self._pass_over("near")
            if self.next.kind not in _BEGINS:
                return None
        members = [self.one()]
        operators: list[Token] = []
        while self.next.kind == "near":
            operators.append(self.take())
            members.append(self._beside(operators[-1]))
        if not operators:
            return members[0]
        self._check_near(operators, members)
        found = tuple(member for member in members if member is not None)
        first = operators[0]
        if len(found) < 2:
            return (*found, None)[0]
        return Near(first.mark, self.path, first.number, first.ordered, found)

    def _beside(self, operator: Token) -> Condition | None:
        if self.next.kind == "not":
            what = (
                f"{operator.text} cannot stand before NOT: what does not occur is near nothing. "
                f"Write NOT (a {operator.text} b) to exclude the two together."
            )
            self.refuse(self.next.mark, what)
            self._pass_over("not")
        elif self.next.kind not in _BEGINS:
            self.refuse(operator.mark, f"{operator.text} has nothing behind it")
        return self.one() if self.next.kind in _BEGINS else None

    def _check_near(self, operators: list[Token], members: list[Condition | None]) -> None:
        first = operators[0]
        for other in operators[1:]:
            if (other.number, other.ordered) != (first.number, first.ordered):
                what = (
                    f"{first.text} and {other.text} stand side by side. Put what belongs together "
                    f"in parentheses: (a {first.text} b) {other.text} c"
                )
                self.refuse(other.mark, what)
        for member in members:
            if isinstance(member, NoneOf):
                what = f"{first.text} cannot have a NOT beside it: what does not occur is nowhere"
                self.refuse(member.mark, what)

    def one(self) -> Condition | None:
        """Parse a term, a list, a field, a sentence or what stands in parentheses."""
        token = self.take()
        if token.kind == "term":
            return self._term(token, token.mark, "inflected")
        if token.kind == "exact":
            return self._exact(token)
        if token.kind == "list":
            return ListOf(token.mark, self.path, token.text)
        if token.kind == "field":
            return self._in(token)
        if token.kind == "unit":
            return self._same(token)
        assert token.kind == "(", "callers look before they ask"
        return self._group(token)

    def _term(self, token: Token, mark: Mark, mode: Mode) -> Term | None:
        remedy = "An operator stands outside of quotes."
        what = not_a_term(token.text, remedy) if token.text else ""
        if what:
            self.refuse(mark, what)
        return Term(mark, self.path, token.text, mode)

    def _exact(self, sign: Token) -> Term | None:
        if self.next.kind != "term":
            self.refuse(sign.mark, "'=' wants a word or a phrase in quotes right behind it")
            return None
        return self._term(self.take(), sign.mark, "exact")

    def _in(self, token: Token) -> Condition | None:
        if self.next.kind not in _BEGINS:
            name = token.text or "field"
            what = f"{name}: says where to look and not for what. Write {name}:word or {name}:(…)"
            self.refuse(token.mark, what)
            return None
        inner = self._nested(token, self.one)
        fields: tuple[Field, ...] = (token.text,)  # type: ignore[assignment]  # the lexer knows the fields
        return In(token.mark, self.path, fields, inner) if inner is not None else None

    def _same(self, token: Token) -> Condition | None:
        if self.next.kind != "(":
            what = f"{token.text} wants its members in parentheses: {token.text}(one other)"
            self.refuse(token.mark, what)
            return None
        inner = self._group(self.take())
        if inner is None:
            return None
        members = inner.members if isinstance(inner, AllOf) else (inner,)
        unit: Unit = "sentence" if token.text == "SENT" else "paragraph"
        return Same(token.mark, self.path, unit, members)

    def _group(self, opening: Token) -> Condition | None:
        if self.take_if(")"):
            self.refuse(opening.mark, "nothing stands between these parentheses")
            return None
        inner = self._nested(opening, self.choice)
        if self.take_if(")") is None:
            self.refuse(opening.mark, "this ( is never closed. Write the ) that belongs to it.")
        return inner

    def _nested(self, token: Token, parse: Callable[[], Condition | None]) -> Condition | None:
        if self.depth >= MAX_DEPTH:
            what = f"more than {MAX_DEPTH} levels of parentheses. Split the query with `all:`."
            self.refuse(token.mark, what)
            self._pass_over_group()
            return None
        self.depth += 1
        inner = parse()
        self.depth -= 1
        return inner
