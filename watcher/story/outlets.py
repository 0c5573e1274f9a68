"""Outlets that count: how many report a story independently of each other. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watcher.model import Account


def independent(accounts: Iterable[Account]) -> int:
    """Count the outlets that report independently: of different owners, each with its own text.

    An agency's text may stand for any outlet that prints it, an outlet's own only for that outlet.
    An outlet and a text count once each, so this is the largest number of pairs of both: two
    outlets that print Reuters are one; one outlet that prints Reuters and AFP is one; two outlets
    that print both are two. What was withdrawn counts for none.
    """
    texts = _texts(list(accounts))
    pairs: dict[str, str] = {}
    return sum(_pair(outlet, texts, pairs, set()) for outlet in sorted(texts))


def outlets(accounts: Iterable[Account]) -> tuple[str, ...]:
    """Name the outlets that report, in the order in which they did."""
    return tuple(dict.fromkeys(account.outlet for account in accounts))


def _texts(accounts: Sequence[Account]) -> Mapping[str, set[str]]:
    """Give the texts that each outlet may stand for."""
    roots = _Roots(accounts)  # copies of one text are one, also where that text was withdrawn
    texts: defaultdict[str, set[str]] = defaultdict(set)
    owners: dict[str, str] = {}
    current = (account for account in accounts if not account.is_withdrawn)
    for account in sorted(current, key=lambda one: one.article):
        for text in roots.texts(account):
            if (
                text in roots.of_agencies
                or owners.setdefault(text, account.outlet) == account.outlet
            ):
                texts[account.outlet].add(text)
    return texts


class _Roots:
    """Which articles are one text: copies of each other, and what is of one agency."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._above: dict[str, str] = {}
        for account in accounts:
            own = f"article {account.article}"
            if account.copy_of is not None:
                self._join(own, f"article {account.copy_of}")
            # Of several agencies the text is made of all: it is the own text of none.
            if len(account.agencies) == 1:
                self._join(own, f"agency {account.agencies[0]}")
        agencies = {agency for account in accounts for agency in account.agencies}
        self.of_agencies = {self._root(f"agency {agency}") for agency in agencies}

    def texts(self, account: Account) -> set[str]:
        if len(account.agencies) > 1:
            return {self._root(f"agency {agency}") for agency in account.agencies}
        return {self._root(f"article {account.article}")}

    def _join(self, one: str, other: str) -> None:
        self._above[self._root(one)] = self._root(other)

    def _root(self, text: str) -> str:
        while (above := self._above.get(text, text)) != text:
            text = above
        return text


def _pair(
    outlet: str, texts: Mapping[str, set[str]], pairs: dict[str, str], tried: set[str]
) -> bool:
    """Find a text for an outlet, moving others to another of theirs (Kuhn 1955)."""
    for text in sorted(texts[outlet] - tried):
        tried.add(text)
        if text not in pairs or _pair(pairs[text], texts, pairs, tried):
            pairs[text] = outlet
            return True
    return False
