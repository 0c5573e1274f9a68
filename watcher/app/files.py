"""What an operator wrote, read and checked: all files together, and the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.config import patterns_that_fit_nothing, read_config
from watcher.errors import Invalid
from watcher.notify import check_templates, sample_messages
from watcher.rulefolder import read_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from watcher.errors import Problem
    from watcher.match import Rules


def check_all(config_file: Path) -> Sequence[Problem]:
    """Give every problem of configuration, sources, rules and message templates."""
    config, problems = read_config(config_file)
    if not config_file.is_file():
        return sorted(set(problems))
    read = read_folder(config.rules, [target.name for target in config.targets])
    templates = config.templates
    broken = (
        check_templates(templates, sample_messages()) if templates and templates.is_dir() else []
    )
    rules = read.rules.rules if read.is_usable else ()
    known = {
        "rules": [rule.id for rule in rules],
        "topics": [topic for rule in rules if (topic := rule.topic)],
        "sources": [source.id for source in config.sources],
    }
    # Where rules have mistakes nobody knows which there will be.
    unfit = patterns_that_fit_nothing(config_file, known) if read.is_usable else []
    return sorted({*problems, *read.problems, *broken, *unfit})


def load_rules(folder: Path) -> Rules:
    """Give the rules of a folder; raise Invalid with every problem if one is an error."""
    read = read_folder(folder)
    if not read.is_usable:
        raise Invalid(read.problems)
    return read.rules
