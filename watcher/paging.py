"""A list that takes several requests: the child maps of an index, the older posts of a channel.

The record remembers what is to be fetched beside a source's own address: child maps with their
validators, asked for at each poll; older posts that could not be fetched, until they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from watcher.model import Fetched, FetchFailed, NotModified, Parsed, Polled, Validators

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from watcher.model import Entry, SourceKind, SourceState

    Read: TypeAlias = Callable[[str, Validators], Awaitable[Polled]]
    Knows: TypeAlias = Callable[[Sequence[Entry]], Awaitable[bool]]

MOST_PAGES: Final = 10
"""Requests beside the first, in one poll; what is left is fetched by the next one."""
FARTHEST_BACK: Final = timedelta(days=7)
"""Older posts are no news, even where everything since then was missed."""


@dataclass(slots=True)
class Paging:
    """One poll of one source. `read` fetches and parses; `knows` asks the record."""

    state: SourceState
    kind: SourceKind
    now: datetime
    read: Read
    knows: Knows
    _todo: dict[str, Validators] = field(default_factory=dict)
    _later: dict[str, Validators] = field(default_factory=dict)
    _failed: list[tuple[str, Polled]] = field(default_factory=list)
    _read: list[Parsed] = field(default_factory=list)

    async def poll(self) -> tuple[Polled, Mapping[str, Validators]]:
        """Read the whole list; give what the poll gave, and what the next one fetches, too."""
        first = await self.read(self.state.url, self.state.validators)
        if failure_of(first):
            return first, self.state.more
        self._todo = await self._beside(first)
        roots = set(self._todo)
        for _ in range(MOST_PAGES):
            if not self._todo:
                break
            url = next(iter(self._todo))
            await self._next(url, self._todo.pop(url), is_standing=url in roots)
        return self._all(first), self._later | self._todo

    async def _beside(self, first: Polled) -> dict[str, Validators]:
        """Say what to fetch after the first page: what is left from before, and what it names."""
        before = dict(self.state.more)
        if first.parsed is None:
            return before
        named = await self._wanted(first.parsed)
        if self.kind == "sitemap":  # an index names all there is
            return {url: before.get(url, Validators()) for url in named}
        return dict.fromkeys(named, Validators()) | before

    async def _wanted(self, parsed: Parsed) -> tuple[str, ...]:
        """Give where a page goes on, if its end does not reach back to what is known already.

        At first contact nothing is missing yet: the newest posts will do.
        """
        if not parsed.more or self.kind == "sitemap":
            return parsed.more
        dates = [entry.published for entry in parsed.entries if entry.published]
        is_old = bool(dates) and min(dates) < self.now - FARTHEST_BACK
        if not self.state.seen_before or is_old or await self.knows(parsed.entries):
            return ()
        return parsed.more

    async def _next(self, url: str, validators: Validators, *, is_standing: bool) -> None:
        polled = await self.read(url, validators)
        keeps = self.kind == "sitemap" and is_standing
        if failure_of(polled):
            self._failed.append((url, polled))
            if keeps or self.kind != "sitemap":
                self._later[url] = validators
            return
        is_index = polled.parsed is not None and bool(polled.parsed.more)
        if polled.parsed is not None:
            self._read.append(polled.parsed)
            self._todo |= dict.fromkeys(await self._wanted(polled.parsed), Validators())
        if keeps:
            # An index within an index is always read: its children are not remembered.
            self._later[url] = Validators() if is_index else _validators_of(polled)

    def _all(self, first: Polled) -> Polled:
        """Give one outcome for all that was read: as if the list had come in one piece."""
        if not self._read and not self._failed and not (first.parsed and first.parsed.more):
            return first
        outcome, own = first.outcome, first.parsed
        assert not isinstance(outcome, FetchFailed), "a failed first page was returned before"
        is_only_index = own is None or (not own.entries and bool(own.more))
        if not self._read and is_only_index:
            if self.kind == "sitemap" and self._failed and len(self._failed) >= len(self._later):
                return self._failed[0][1]
            return Polled(_unchanged(outcome))
        pages = [own] if own else []
        pages += self._read
        entries: dict[str, Entry] = {}
        for entry in (entry for page in pages for entry in page.entries):
            entries.setdefault(entry.url, entry)
        remarks = [remark for page in pages for remark in page.remarks]
        remarks += [_missing(url, polled) for url, polled in self._failed]
        listed, told = tuple(entries.values()), tuple(dict.fromkeys(remarks))
        merged = replace(pages[0], entries=listed, remarks=told, more=())
        return Polled(_changed(outcome), merged)


def _validators_of(polled: Polled) -> Validators:
    outcome = polled.outcome
    return Validators() if isinstance(outcome, FetchFailed) else outcome.validators


def failure_of(polled: Polled) -> str:
    """Say why a page of a list could not be read; empty when it was, or did not change."""
    if isinstance(polled.outcome, FetchFailed):
        return polled.outcome.detail
    if isinstance(polled.outcome, NotModified):
        return ""
    if polled.parsed is None:
        return polled.failure or "it could not be parsed"
    if not polled.parsed.is_feed:
        return "; ".join(polled.parsed.remarks) or "it is no list"
    return ""


def _missing(url: str, polled: Polled) -> str:
    return f"{url} is missing and tried again at the next poll: {failure_of(polled)}"


def _unchanged(outcome: Fetched | NotModified) -> NotModified:
    if isinstance(outcome, NotModified):
        return outcome
    return NotModified(
        outcome.url, "same bytes", outcome.validators, outcome.moved_to, outcome.fresh_for_s
    )


def _changed(outcome: Fetched | NotModified) -> Fetched:
    if isinstance(outcome, Fetched):
        return outcome
    url, validators = outcome.url, outcome.validators
    moved_to, fresh_for_s = outcome.moved_to, outcome.fresh_for_s
    return Fetched(url, url, b"", validators=validators, moved_to=moved_to, fresh_for_s=fresh_for_s)
