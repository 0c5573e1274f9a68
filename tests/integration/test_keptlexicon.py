"""The lexicon in the cache: built once, and never believed where it is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watcher import keptlexicon
from watcher.arabic import lexicon as shelf
from watcher.arabic.lexicon import Lexicon, build_lexicon, lexicon
from watcher.keptlexicon import keep_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL = Lexicon("كتب\nالكتب\nكتاب", "كتب\nكتاب\nكتاب")


@pytest.fixture(autouse=True)
def own_shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the process its own lexicon back afterwards."""
    monkeypatch.setattr(shelf._Shelf, "known", None)
    yield
    shelf.load_lexicon_by(build_lexicon)


def reload(folder: Path) -> Lexicon:
    shelf._Shelf.known = None
    keep_lexicon(folder)
    return lexicon()


def test_it_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process reads what the first one kept, and gets the same answers."""
    monkeypatch.setattr(keptlexicon, "build_lexicon", lambda: SMALL)
    reload(tmp_path / "kept")
    monkeypatch.setattr(keptlexicon, "build_lexicon", pytest.fail)
    again = reload(tmp_path / "kept")
    assert again is not SMALL
    assert again.lemmas("الكتب") == SMALL.lemmas("الكتب") == ["كتاب"]
    assert again.forms("كتاب") == SMALL.forms("كتاب")


def test_a_damaged_one_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And kept in the place of the damaged file."""
    monkeypatch.setattr(keptlexicon, "build_lexicon", lambda: SMALL)
    reload(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-9])
    assert reload(tmp_path) is SMALL
    assert kept.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    monkeypatch.setattr(keptlexicon, "build_lexicon", lambda: SMALL)
    (tmp_path / "taken").write_text("")
    assert reload(tmp_path / "taken") is SMALL


def test_nothing_is_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    """Most commands need no lexicon."""
    keep_lexicon(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
