"""Config: files that people write in; settings, sources and rule documents out, or every problem.

What needs the stages' own settings is imported when it is asked for: reading rules must not wait
for the libraries that fetch and send.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from watcher.config.cache import Cache, default_folder
from watcher.config.compose import load_document
from watcher.config.database import database_file
from watcher.config.rules import (
    RuleText,
    read_rule_documents,
    read_rule_texts,
    rule_document,
    rule_files,
)
from watcher.config.starter import write_starter

if TYPE_CHECKING:
    from watcher.config.database import read_database
    from watcher.config.load import (
        load_config,
        patterns_that_fit_nothing,
        read_config,
        read_sources_file,
    )
    from watcher.config.settings import Config, Limits, LinkSettings, Polling
    from watcher.config.sources import read_sources

__all__ = [
    "Cache",
    "Config",
    "Limits",
    "LinkSettings",
    "Polling",
    "RuleText",
    "database_file",
    "default_folder",
    "load_config",
    "load_document",
    "patterns_that_fit_nothing",
    "read_config",
    "read_database",
    "read_rule_documents",
    "read_rule_texts",
    "read_sources",
    "read_sources_file",
    "rule_document",
    "rule_files",
    "write_starter",
]

_HOMES = {
    "Config": "settings",
    "Limits": "settings",
    "LinkSettings": "settings",
    "Polling": "settings",
    "load_config": "load",
    "patterns_that_fit_nothing": "load",
    "read_database": "database",
    "read_config": "load",
    "read_sources": "sources",
    "read_sources_file": "load",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'watcher.config' has no attribute '{name}'")
    return getattr(import_module(f"watcher.config.{_HOMES[name]}"), name)
