"""The lexicon of Arabic words, built once and kept in the cache: other processes only read it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from watcher.arabic.lexicon import Lexicon, build_lexicon, load_lexicon_by
from watcher.config import Cache, default_folder

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "lexicon"


def keep_lexicon(folder: Path | None = None) -> None:
    """Have the lexicon taken from the cache when it is first asked for, or built and kept there."""
    load_lexicon_by(partial(_load, folder or default_folder() / _NAME))


def _load(folder: Path) -> Lexicon:
    cache = Cache(folder)
    kept = cache.get(_NAME)
    if isinstance(kept, Lexicon):
        return kept
    built = build_lexicon()
    cache.put(_NAME, built)
    cache.drop_unused()  # that of another version
    return built
