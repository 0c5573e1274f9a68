"""Edited rules are taken up as a whole, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from watcher.app.periodic import refreshed
from watcher.errors import Invalid
from watcher.rulebook import Rulebook

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
rules:
  - id: {id}
    title: عنوان
    notify: [{target}]
    match: جسر
"""


def write(folder: Path, name: str = "bridges", target: str = "desk", file: str = "a.yaml") -> None:
    (folder / file).write_text(RULE.format(id=name, target=target))


def ids(book: Rulebook) -> list[str]:
    return [rule.id for rule in book.current.rules.rules]


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    write(tmp_path)
    return Rulebook.open(tmp_path, ["desk"])


def test_nothing_happens_while_nothing_changes(book: Rulebook) -> None:
    assert [book.refresh() for _ in range(3)] == [False] * 3


def test_a_change_is_judged_at_the_second_look(book: Rulebook, tmp_path: Path) -> None:
    """The first look may have seen a file that was half written."""
    write(tmp_path, "trains")

    assert [book.refresh() for _ in range(3)] == [False, True, False]
    assert ids(book) == ["trains"]


def test_a_mistake_in_one_file_keeps_every_old_rule(book: Rulebook, tmp_path: Path) -> None:
    write(tmp_path, "trains", file="b.yaml")
    (tmp_path / "c.yaml").write_text("rules:\n  - id: x\n    mach: جسر\n")
    book.refresh()
    book.refresh()

    assert ids(book) == ["bridges"]
    assert any("Did you mean 'match'?" in problem.what for problem in book.refused)


def test_mending_puts_all_in_force(book: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("rules: [")
    book.refresh()
    book.refresh()
    write(tmp_path, "trains", file="b.yaml")
    book.refresh()

    assert book.refresh()
    assert book.refused == ()
    assert ids(book) == ["bridges", "trains"]


def test_a_target_that_is_not_configured_is_a_mistake(tmp_path: Path) -> None:
    write(tmp_path, target="desq")
    with pytest.raises(Invalid, match="there is no target 'desq'"):
        Rulebook.open(tmp_path, ["desk"])


def test_the_text_is_kept_as_written(book: Rulebook, tmp_path: Path) -> None:
    assert (tmp_path / "a.yaml").read_text() in book.current.text


def test_an_emptied_file_disarms_nobody(book: Rulebook, tmp_path: Path) -> None:
    """What a save that went wrong leaves behind is a mistake, not the wish to have no rules."""
    write(tmp_path, "trains", file="b.yaml")
    book.refresh()
    book.refresh()
    (tmp_path / "b.yaml").write_text("")
    book.refresh()
    book.refresh()

    assert ids(book) == ["bridges", "trains"]
    assert any("empty" in problem.what for problem in book.refused)


def test_a_folder_without_any_rule_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "lists.yaml").write_text("lists:\n  a: [جسر]\n")
    with pytest.raises(Invalid, match="no rule"):
        Rulebook.open(tmp_path, [])


def test_a_pipe_in_the_folder_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(Invalid, match="no regular file"):
        Rulebook.open(tmp_path, ["desk"])


async def test_one_look_of_the_daemon_takes_up_an_edit(book: Rulebook, tmp_path: Path) -> None:
    assert not await refreshed(book)
    write(tmp_path, "trains")
    assert await refreshed(book)
    assert ids(book) == ["trains"]
    assert not await refreshed(book)
