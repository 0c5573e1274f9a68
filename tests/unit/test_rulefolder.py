"""What did not change is not worked out again, and what comes of it is the same as if it were."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from watcher import rulefolder
from watcher.config import Cache
from watcher.match import compile_file, match
from watcher.model import Article
from watcher.rulefolder import RulesRead, read_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BRIDGE = """\
rules:
  - {id: bridge, match: {near: {within: 3, of: [{list: crossings}, {any: [نهر, قطار]}]}}}
"""
TRAIN = """\
rules:
  - {id: train, match: {all: [قطار], none: [سفينة]}}
"""
LISTS = """\
lists:
  crossings: [جسر, {list: tunnels}]
"""
TUNNELS = """\
lists:
  tunnels: [نفق]
"""
ARTICLE = Article("", "جسر القطار", "وصل القطار إلى الجسر. دخل القطار النفق.")

Reading: TypeAlias = "Callable[[RulesRead | None], RulesRead]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    for name, text in (("a", BRIDGE), ("b", TRAIN), ("lists", LISTS), ("more", TUNNELS)):
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(params=["kept in memory", "kept on disk"])
def read(request, folder, tmp_path, monkeypatch) -> Reading:
    """Read the folder as a running daemon does, or as one that is started again."""
    monkeypatch.setattr(rulefolder, "WORTH_KEEPING", 0)

    def again(before: RulesRead | None = None) -> RulesRead:
        if request.param == "kept on disk":
            return read_folder(folder, None, Cache(tmp_path / "kept"))
        return read_folder(folder, before=before.files if before else None)

    return again


@pytest.fixture
def compiled(monkeypatch) -> list[int]:
    """How many rules each compiled file had."""
    counted: list[int] = []

    def counting(file, lists, analyses):
        counted.append(len(file.rules))
        return compile_file(file, lists, analyses)

    monkeypatch.setattr(rulefolder, "compile_file", counting)
    return counted


def test_unchanged_files_are_not_compiled_again(read, compiled) -> None:
    first = read(None)
    compiled.clear()
    again = read(first)

    assert compiled == []
    assert again.problems == first.problems
    assert match(again.rules, ARTICLE) == match(first.rules, ARTICLE)
    assert [one.rule for one in match(again.rules, ARTICLE)] == ["bridge", "train"]


@pytest.mark.slow
def test_a_large_folder_is_read_by_other_processes(folder, tmp_path, monkeypatch) -> None:
    """So that the memory which reading takes is given back; what comes of it is the same."""
    here = read_folder(folder)
    monkeypatch.setattr(rulefolder, "WORTH_KEEPING", 0)
    monkeypatch.setattr(rulefolder, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(rulefolder, "rule_document", lambda _: pytest.fail("read here"))
    apart = read_folder(folder, None, Cache(tmp_path / "kept"))

    assert apart.problems == here.problems
    assert match(apart.rules, ARTICLE) == match(here.rules, ARTICLE)


def test_nobody_reads_for_a_cache_that_keeps_nothing(
    folder, tmp_path, monkeypatch, compiled
) -> None:
    monkeypatch.setattr(rulefolder, "WORTH_KEEPING", 0)
    monkeypatch.setattr(rulefolder, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(rulefolder, "_read_apart", lambda *_: pytest.fail("in vain"))
    (tmp_path / "file").write_text("")
    read = read_folder(folder, None, Cache(tmp_path / "file"))

    assert [one.rule for one in match(read.rules, ARTICLE)] == ["bridge", "train"]


def test_an_edit_costs_its_own_file(read, compiled, folder) -> None:
    first = read(None)
    (folder / "b.yaml").write_text("rules:\n  - {id: ship, match: سفينة}\n")
    compiled.clear()
    edited = read(first)

    assert len(compiled) == 1
    assert [rule.id for rule in edited.rules.rules] == ["bridge", "ship"]
    assert edited.revision != first.revision
    assert "سفينة" in edited.text


def test_a_list_that_changes_is_looked_up_by_those_that_use_it(read, compiled, folder) -> None:
    """The rule names one list, which names the other, each in a file of its own."""
    first = read(None)
    (folder / "more.yaml").write_text("lists:\n  tunnels: [عبارة]\n")
    compiled.clear()
    edited = read(first)

    terms = {span.term for one in match(edited.rules, ARTICLE) for span in one.spans}
    assert "نفق" not in terms
    assert sorted(compiled) == [0, 1], "the file of the list, and the rule that uses it"
    ferry = Article("", "عبارة القطار", "")
    assert [one.rule for one in match(edited.rules, ferry)] == ["bridge", "train"]
    assert [one.rule for one in match(first.rules, ferry)] == ["train"]


def test_a_list_that_is_gone_is_missed_and_one_that_comes_is_found(read, folder) -> None:
    first = read(None)
    (folder / "lists.yaml").unlink()
    without = read(first)
    (folder / "z.yaml").write_text(LISTS)
    back = read(without)

    assert first.is_usable
    assert not without.is_usable
    assert any("no list 'crossings'" in problem.what for problem in without.problems)
    assert back.is_usable
    assert match(back.rules, ARTICLE) == match(first.rules, ARTICLE)


def test_a_mistake_is_said_again_until_it_is_mended(read, folder) -> None:
    (folder / "b.yaml").write_text(TRAIN + "  - {id: bridge, match: نهر, mach: x}\n")
    first = read(None)
    again = read(first)

    said = [str(problem) for problem in again.problems if problem.level == "error"]
    assert again.problems == first.problems
    assert any("Did you mean 'match'?" in line for line in said)
    taken = next(line for line in said if "the id 'bridge' is taken" in line)
    assert "b.yaml:3:10: rules[1].id:" in taken
    assert "a.yaml:2:5" in taken


def test_rules_without_tests_are_named_as_far_as_somebody_would_read(tmp_path) -> None:
    lines = [f"  - {{id: r-{n}, match: جسر}}" for n in range(50)]
    (tmp_path / "many.yaml").write_text("\n".join(["rules:", *lines]) + "\n")
    warnings = [one.what for one in read_folder(tmp_path).problems]

    assert len(warnings) == 21
    assert sum(one.startswith("the rule has no tests") for one in warnings) == 20
    assert "30 more rules of this file, from here on, lack tests" in warnings
