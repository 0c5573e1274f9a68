"""Places: where one message goes. A target may have several, and each may take several parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from watcher.model import Refused, Sent, TryAgain
from watcher.notify.verdict import but_not_for
from watcher.points import reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Outcome
    from watcher.notify.threads import Calls
    from watcher.notify.turns import Limits, Turns

Part = TypeVar("Part")
Part_contra = TypeVar("Part_contra", contravariant=True)


class Place(Protocol[Part_contra]):
    """A channel, a chat, or a service that knows but one."""

    @property
    def name(self) -> str:
        """What it is called in the record; empty for the only one there is."""

    @property
    def limits(self) -> Limits:
        """How fast it takes messages."""

    def post(self, part: Part_contra, reply_to: str) -> Outcome:
        """Hand one message over; blocks. `reply_to` is a receipt of this place, or empty."""


@dataclass(slots=True)
class Taken:
    """Who has a message already, each with the receipt it gave; also written from threads."""

    receipts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, written: Sequence[str]) -> Taken:
        """Read it as the record keeps it."""
        return cls({key: receipt for key, _, receipt in (one.partition("\t") for one in written)})

    def add(self, written: Sequence[str]) -> None:
        """Add what the record knows; in place, for a post that was given up may still end."""
        for key, receipt in Taken.read(written).receipts.items():
            self.receipts.setdefault(key, receipt)

    @property
    def written(self) -> tuple[str, ...]:
        """How the record keeps it."""
        now = self.receipts.copy()
        return tuple(f"{key}\t{got}" if got else key for key, got in now.items())


@dataclass(frozen=True, slots=True)
class How:
    """What all parts of one delivery share."""

    taken: Taken
    replies_to: str
    turns: Turns
    calls: Calls


async def post_all(places: Sequence[Place[Part]], parts: Sequence[Part], how: How) -> Outcome:
    """Post every part to every place, leaving out what was taken before, each in its turn.

    Where a place does not take a part, it gets none that follow; other places do. What some take
    and others refuse for good is sent, and its answer names those: the same message must not go to
    a fallback, nor again to people who have it.
    """
    sent, never = "", {}
    later: TryAgain | None = None
    is_sent = False
    for number, place in enumerate(places, 1):
        outcome = await _post_parts(place, parts, how)
        match outcome:
            case Sent(answer=answer):
                sent, is_sent = answer or sent, True
            case Refused(why=why):
                # By its number, too: what stands in an address is masked.
                never[f"{place.name} ({number} of {len(places)})"] = why
            case TryAgain():
                later = later or outcome
    if later:
        return later
    if not is_sent:
        return Refused(next(iter(never.values())))
    if never:
        sent = but_not_for(sent, [f"{name}: {why}" for name, why in never.items()])
    return Sent(sent, _receipt(places, len(parts), how.taken))


async def _post_parts(place: Place[Part], parts: Sequence[Part], how: How) -> Outcome:
    outcome: Outcome = Sent()
    taken, reply_to = how.taken, _receipt_of(how.replies_to, place.name)
    for number, part in enumerate(parts, 1):
        key = _key(place.name, number, len(parts))
        if key in taken.receipts:
            continue
        await how.turns.turn(place.limits)
        reached("turn-taken")
        outcome = await how.calls.run(_Posting(place, part, reply_to, taken, key))
        if not isinstance(outcome, Sent):
            return outcome
        reached("part-taken")
    return outcome


@dataclass(frozen=True, slots=True)
class _Posting(Generic[Part]):
    """One post, in its thread: what is taken is noted there, where nobody can cancel it."""

    place: Place[Part]
    part: Part
    reply_to: str
    taken: Taken
    key: str

    def __call__(self) -> Outcome:
        outcome = self.place.post(self.part, self.reply_to)
        if isinstance(outcome, Sent):
            reached("message-left")
            self.taken.receipts[self.key] = outcome.receipt
        return outcome


def _key(place: str, number: int, total: int) -> str:
    return f"{place} {number}/{total}".strip()


def _receipt(places: Sequence[Place[Part]], total: int, taken: Taken) -> str:
    """Give the receipts of the first part; where there are several places, with their names."""
    found = {one.name: taken.receipts.get(_key(one.name, 1, total), "") for one in places}
    if len(places) == 1:
        return found[places[0].name]
    return " ".join(f"{name}={receipt}" for name, receipt in found.items() if receipt)


def _receipt_of(receipts: str, place: str) -> str:
    """Find a place's own among receipts.

    >>> _receipt_of("C1:17.5", "#desk"), _receipt_of("#desk=C1:17.5 #east=C2:18.5", "#east")
    ('C1:17.5', 'C2:18.5')
    """
    if "=" not in receipts:
        return receipts
    return dict(one.partition("=")[::2] for one in receipts.split(" ")).get(place, "")
