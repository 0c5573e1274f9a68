"""Judge whether an article is new, or tells a story that is already on record. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.model import Fingerprint, Neighbor, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

COPY_RESEMBLANCE = 0.55
"""Share of all three-word sequences that two texts have in common (Jaccard)."""
COPY_CONTAINMENT = 0.70
"""Share of the shorter text's sequences that stand in the longer one: a copy cut short."""
SHORT = 25
"""Below this many words, sequences are too few to say anything but "identical"."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two texts share, each between 0 and 1."""

    resemblance: float
    containment: float


def relate(fingerprint: Fingerprint, neighbors: Iterable[Neighbor]) -> Relation:
    """Decide which story the article belongs to.

    1. The same address is a revision of the same article.
    2. The same words are a copy.
    3. Enough shared word sequences, of the whole or of the shorter text, are a copy.
    4. Otherwise the story is new. Of several candidates the closest decides, the earliest on a tie.
    """
    known = sorted(neighbors, key=lambda neighbor: neighbor.article_id)
    for neighbor in known:
        if fingerprint.url and neighbor.fingerprint.url == fingerprint.url:
            return _same("revision", neighbor, "the same address")
    for neighbor in known:
        if neighbor.fingerprint.text_hash == fingerprint.text_hash:
            return _same("copy", neighbor, "the same text")
    scored = [(overlap(fingerprint, neighbor.fingerprint), neighbor) for neighbor in known]
    copies = [
        (shared, neighbor)
        for shared, neighbor in scored
        if is_copy(fingerprint, neighbor.fingerprint, shared)
    ]
    if copies:
        shared, neighbor = max(copies, key=lambda pair: (pair[0].containment, pair[0].resemblance))
        return _same(
            "copy",
            neighbor,
            f"{shared.containment:.0%} of the shorter text's word sequences are shared",
        )
    return Relation(kind="new", story_id=None, article_id=None, why=_nothing_like_it(scored))


def overlap(one: Fingerprint, other: Fingerprint) -> Overlap:
    """Estimate resemblance and containment from two bottom-k sketches.

    The smallest hashes of the union are a uniform sample of it; the share of the sample that stands
    in both texts estimates the Jaccard resemblance, and with the sizes, the containment.
    """
    if not one.sketch or not other.sketch:
        return Overlap(0.0, 0.0)
    a, b = set(one.sketch), set(other.sketch)
    size = min(len(a | b), max(len(one.sketch), len(other.sketch)))
    sample = sorted(a | b)[:size]
    common = sum(value in a and value in b for value in sample)
    resemblance = common / size
    shared_words = resemblance * (one.size + other.size) / (1 + resemblance)
    return Overlap(resemblance, min(1.0, shared_words / max(1, min(one.size, other.size))))


def is_copy(one: Fingerprint, other: Fingerprint, shared: Overlap) -> bool:
    """Say whether the overlap is more than two articles of one kind share by their formulas."""
    if min(one.size, other.size) < SHORT:
        return shared.resemblance >= 0.8
    return shared.resemblance >= COPY_RESEMBLANCE or shared.containment >= COPY_CONTAINMENT


def _same(kind: str, neighbor: Neighbor, why: str) -> Relation:
    return Relation(kind=kind, story_id=neighbor.story_id, article_id=neighbor.article_id, why=why)  # type: ignore[arg-type]  # a literal at every call


def _nothing_like_it(scored: list[tuple[Overlap, Neighbor]]) -> str:
    if not scored:
        return "nothing on record shares its words"
    nearest = max(shared.containment for shared, _ in scored)
    return f"the nearest article on record shares {nearest:.0%} of its word sequences"
