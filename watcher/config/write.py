"""Sources as the text of a sources file: the way back from `sources.py`. Pure but for `add`."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import yaml

from watcher.config.compose import compose
from watcher.config.sources import SOURCE_KEYS, read_sources
from watcher.config.values import show_duration
from watcher.errors import WatcherError
from watcher.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_DEFAULTS = {field.name: field.default for field in fields(Source)}
_ITEM = re.compile(r"^( *)- ", re.MULTILINE)


def as_settings(source: Source) -> dict[str, Any]:
    """Give what must be written of a source, in the order of the documentation."""
    told: dict[str, Any] = {}
    for key in SOURCE_KEYS:
        name = f"{key}_s" if key.endswith("_interval") else key
        value = getattr(source, name)
        if value == _DEFAULTS[name] or (key == "name" and value == source.id):
            continue
        if key.endswith("_interval"):
            value = show_duration(value)
        told[key] = list(value) if isinstance(value, tuple) else value
    return told


def as_yaml(sources: Iterable[Source], indent: int = 2) -> str:
    """Write items of the list `sources`, each indented by so many spaces."""
    blocks = ("".join(map(_line, as_settings(s).items())) for s in sources)
    lines = (line for block in blocks for line in _as_item(block.splitlines()))
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _line(setting: tuple[str, Any]) -> str:
    style = None if isinstance(setting[1], list) else False  # lists in one line, in brackets
    written: str = yaml.safe_dump(
        dict([setting]), allow_unicode=True, default_flow_style=style, width=10**6
    )
    return written


def _as_item(lines: Sequence[str]) -> list[str]:
    return [f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]


def add(file: Path, sources: Sequence[Source]) -> None:
    """Write sources at the end of a sources file, which is then read for trial and exchanged.

    WatcherError where the file is of a form that nothing can be added to; it stays as it is then.
    """
    before = file.read_text("utf-8") if file.exists() else "sources:\n"
    item = _ITEM.search(before)
    text = before.rstrip() + "\n\n" + as_yaml(sources, len(item[1]) if item else 2)
    document, problems = compose(file.name, text)
    read, wrong = read_sources(document) if document is not None else ((), [])
    if not {source.id for source in sources} <= {source.id for source in read}:
        why = "; ".join(map(str, [*problems, *wrong])) or "its list does not end the file"
        raise WatcherError(f"{file}: nothing can be added at its end ({why}). Paste it yourself.")
    written = file.with_name(f".{file.name}.new")
    written.write_text(text, "utf-8")
    written.replace(file)
