"""The life of an alert: what is told of a story after its first notice, and when. Pure.

A thread is one story as one rule sees it: the story's articles that match the rule, in the order in
which they were recorded. What is told follows from them and from when people were first told alone,
so that nothing depends on what was delivered, and the same articles give the same again.

An outlet that only repeats tells nobody anything. Told are

confirmed   by the 2nd, 5th and 10th outlet that is independent of the others
figures     a number that no article has given since people were told: at once where it is a tenth
            above what was told, else when a second independent outlet gives it, too
denied      once, by the first article since then that denies it
corrected   a passage that people were shown is changed
deleted     such a passage, or its page, is gone
closing     once, when a story that grew has been quiet for long enough
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from watcher.model import Account, Amount, FigureChange, Update
from watcher.story.figures import NAMES
from watcher.story.outlets import independent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from watcher.model import UpdateKind

CONFIRMING: Final = (2, 5, 10)
"""At so many independent outlets a story is told of again; not at each, which would flood."""
RISE: Final = 1.1
"""What a number must grow to for one outlet to be believed at once."""
WISHES: Final[Mapping[UpdateKind, str]] = {
    "confirmed": "confirmed",
    "figures": "figures",
    "corrected": "corrections",
    "denied": "corrections",
    "deleted": "corrections",
    "closing": "closing",
}
"""What a target must wish for, to be told; what is not here is told to all."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision did to a passage that a rule had found."""

    is_gone: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Development:
    """What there is to tell; the occasion is unique in its thread, so that it is told once."""

    occasion: str
    update: Update


def developments(
    before: Sequence[Account],
    new: Account,
    change: Change | None = None,
    *,
    since: datetime | None = None,
) -> tuple[Development, ...]:
    """Say what a new article makes of a thread that has begun, the gravest first.

    `before` are the thread's articles until then, revisions included; `change` is what the new one,
    where it is a revision, did to a passage that people were shown. `since` is when they were first
    told: a denial or a number of before then was not.
    """
    told: list[Development] = []
    known = [one for one in before if since is None or one.seen >= since]
    if new.statement.denial and not any(one.statement.denial for one in known):
        told.append(Development("denied", Update("denied", after=new.statement.denial)))
    changes = _Figures(known).take(new)
    if changes:
        told.append(Development(_figures_occasion(changes), Update("figures", figures=changes)))
    if change and not told:  # else the change is what was told already
        told.append(changed(change))
    told += _confirmation(before, new)
    return tuple(told)


def _confirmation(before: Sequence[Account], new: Account) -> list[Development]:
    """Tell that enough outlets report it, where this was not so after any article before.

    Not only after the last one: a copy may show that two texts, counted apart until then, are one.
    """
    now = independent((*before, new))
    reached = max((level for level in CONFIRMING if level <= now), default=0)
    if not reached or any(
        independent(before[:place]) >= reached for place in range(reached, len(before) + 1)
    ):
        return []
    return [Development(f"confirmed {reached}", Update("confirmed", count=now))]


def changed(change: Change) -> Development:
    """Tell that a passage which people were shown is changed or gone."""
    kind: UpdateKind = "deleted" if change.is_gone else "corrected"
    trace = hashlib.blake2b(f"{change.before}\0{change.after}".encode(), digest_size=6)
    update = Update(kind, before=change.before, after=change.after)
    return Development(f"{kind} {trace.hexdigest()}", update)


def closing(accounts: Sequence[Account], quiet_s: float) -> Development | None:
    """Sum up a thread that has been quiet for so long; None where it never grew, or shrank."""
    if len({account.article for account in accounts if not account.is_withdrawn}) < 2:
        return None
    figures = _Figures(accounts)
    update = Update(
        "closing", figures=figures.course(), count=independent(accounts), within_s=quiet_s
    )
    return Development("closing", update)


# --- figures ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """What has been said of one kind of figure."""

    first: Amount
    told: list[Amount]
    reports: list[tuple[Amount, Account]] = field(default_factory=list)

    @property
    def last(self) -> Amount:
        return self.told[-1]


class _Figures:
    """The figures of a thread: what was told, and what one outlet alone has said."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._courses: dict[str, _Course] = {}
        for account in accounts:
            self.take(account)

    def take(self, account: Account) -> tuple[FigureChange, ...]:
        """Take in an article; give what it changes."""
        taken = (
            self._take(what, amount, account) for what, amount in account.statement.figures.items()
        )
        return tuple(change for change in taken if change is not None)

    def course(self) -> tuple[FigureChange, ...]:
        """Give how each kind went from the first to the last figure told, where it changed."""
        return tuple(
            FigureChange(NAMES.get(what, what), shown(course.first), shown(course.last))
            for what, course in self._courses.items()
            if course.first != course.last
        )

    def _take(self, what: str, amount: Amount, account: Account) -> FigureChange | None:
        course = self._courses.get(what)
        if course is None:
            self._courses[what] = _Course(amount, [amount], [(amount, account)])
            return None
        course.reports.append((amount, account))
        if any(_meet(amount, told) for told in course.told):
            return None
        if not (_is_rise(course.last, amount) or self._is_confirmed(course, amount)):
            return None
        change = FigureChange(NAMES.get(what, what), shown(course.last), shown(amount))
        course.told.append(amount)
        return change

    def _is_confirmed(self, course: _Course, amount: Amount) -> bool:
        saying = [account for said, account in course.reports if said == amount]
        return independent(saying) > 1


def shown(amount: Amount) -> str:
    """Write a figure as people read it: «dozens» stay dozens."""
    low, high = amount
    if low == high:
        return f"{low:,}"
    return _VAGUE.get(amount, f"{low:,}–{high:,}")


_VAGUE: Final = {
    (3, 9): "بضعة",
    (10, 99): "عشرات",
    (100, 999): "مئات",
    (1000, 9999): "آلاف",
    (10_000, 99_999): "عشرات الآلاف",
    (100_000, 999_999): "مئات الآلاف",
    (1_000_000, 9_999_999): "ملايين",
}


def _meet(one: Amount, other: Amount) -> bool:
    """Tell whether two figures can be the same."""
    return one[0] <= other[1] and other[0] <= one[1]


def _is_rise(before: Amount, now: Amount) -> bool:
    return now[0] > before[1] and now[0] >= before[0] * RISE


def _figures_occasion(changes: Sequence[FigureChange]) -> str:
    keys = {name: key for key, name in NAMES.items()}
    told = ", ".join(f"{keys.get(one.what, one.what)} {one.after}" for one in changes)
    return f"figures {told}"
