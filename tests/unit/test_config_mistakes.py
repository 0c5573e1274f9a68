"""One mistake a file, and beside it every message that it must give, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config import load_document, read_config, read_sources

HERE = Path(__file__).parents[1] / "config"
ENVIRON = {"EMPTY": "  ", "BROKEN": "hunter22", "CREDENTIALS_DIRECTORY": "../credentials"}


def mistakes(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / folder).glob("*.yaml"))


def expected(folder: str, name: str) -> str:
    return (HERE / folder / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", mistakes("watcher"))
def test_a_mistake_in_the_configuration_is_told(name, monkeypatch):
    monkeypatch.chdir(HERE / "watcher")

    _, problems = read_config(f"{name}.yaml", ENVIRON)

    told = "".join(f"{problem}\n" for problem in sorted(problems))
    assert told.replace(str(HERE), "TESTS") == expected("watcher", name)
    assert "hunter" not in told


@pytest.mark.parametrize("name", mistakes("sources"))
def test_a_mistake_in_the_sources_is_told(name, monkeypatch):
    monkeypatch.chdir(HERE / "sources")

    document, problems = load_document(f"{name}.yaml")
    assert document is not None
    _, wrong = read_sources(document)

    told = "".join(f"{problem}\n" for problem in sorted([*problems, *wrong]))
    assert told == expected("sources", name)
    assert "hunter" not in told


def test_every_expectation_has_its_mistake():
    for folder in ("watcher", "sources"):
        assert mistakes(folder) == sorted(path.stem for path in (HERE / folder).glob("*.txt"))
