"""What is kept on disk is given back as it was, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from watcher.config import Cache, default_folder, load_document
from watcher.document import Mapping, Mark
from watcher.errors import Problem
from watcher.match import read_file


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "kept")


def test_a_value_comes_back_as_it_was(cache):
    value = [Problem("a.yaml", 1, 2, "rules[0]", "wrong"), {"x": (1, frozenset({"y"}))}]
    cache.put("key", value)

    assert Cache(cache.folder).get("key") == value
    assert cache.get("another key") is None


def test_a_rule_comes_back_with_all_its_places(cache):
    text = "rules:\n  - id: sky\n    match: {any: [&sun شمس, {all: [*sun, قمر]}]}\n"
    document, _ = load_document("sky.yaml", text)
    assert isinstance(document, Mapping)
    file, _ = read_file(document)
    cache.put("key", file)

    kept = Cache(cache.folder).get("key")
    assert kept == file
    assert kept.rules[0].rule.mark == Mark("sky.yaml", 2, 5)
    both = kept.rules[0].condition.members[1]
    assert (both.mark, both.path) == (Mark("sky.yaml", 3, 35), "rules[0].match.any[1].all")
    assert [str(term.path) for term in both.members] == [
        "rules[0].match.any[0]",
        "rules[0].match.any[1].all[1]",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"x" * 100),
        lambda path: path.chmod(0o666),
        lambda path: path.parent.chmod(0o777),
    ],
    ids=["cut off", "emptied", "overwritten", "open to others", "in a folder open to others"],
)
def test_what_is_damaged_or_could_be_forged_is_not_there(cache, damage):
    cache.put("key", "value")
    damage(next(cache.folder.iterdir()))

    assert cache.get("key") is None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.put("key", "value")

    assert cache.get("key") is None


def test_what_nobody_uses_goes(cache):
    cache.put("old", 1)
    later = Cache(cache.folder)
    later.put("new", 2)
    later.drop_unused()

    assert [later.get("old"), later.get("new")] == [None, 2]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"CACHE_DIRECTORY": "/var/cache/watcher:/x"}, "/var/cache/watcher"),
        ({"XDG_CACHE_HOME": "/home/a/cache"}, "/home/a/cache/watcher"),
    ],
    ids=["by systemd", "by the desktop"],
)
def test_the_folder_is_the_one_that_the_system_gives(monkeypatch, given, expected):
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert default_folder() == Path(expected)


def test_what_is_edited_again_and_again_leaves_nothing_behind(cache):
    """A daemon keeps one cache for years: only what its last reading used stays."""
    for edit in range(20):
        cache.put(f"file as edited {edit}", edit)
        cache.is_in_use("words")
        cache.put("words", edit) if not edit else None
        cache.drop_unused()

    assert len(list(cache.folder.iterdir())) == 2


def test_drafts_of_processes_that_were_killed_go(cache):
    cache.put("key", 1)
    (cache.folder / "half.4194305").write_bytes(b"half")  # above every process number
    (cache.folder / f"mine.{os.getpid()}").write_bytes(b"half")
    cache.drop_unused()

    assert [path.suffix for path in cache.folder.iterdir() if path.stem == "half"] == []
    assert (cache.folder / f"mine.{os.getpid()}").exists()
