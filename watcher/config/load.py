"""watcher.yaml and the sources file -> Config, with every problem of both at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from watcher import log
from watcher.config.compose import load_document
from watcher.config.database import DEFAULT_DATABASE, database_url, missing_folder
from watcher.config.fields import Fields, fields
from watcher.config.people import read_links, unknown_patterns
from watcher.config.references import References
from watcher.config.sections import (
    FETCH_KEYS,
    KEEP_KEYS,
    LIMITS_KEYS,
    LOG_KEYS,
    POLLING_KEYS,
    read_fetch,
    read_keep,
    read_limits,
    read_log,
    read_polling,
)
from watcher.config.seeing import read_behind, read_heartbeat, read_metrics
from watcher.config.settings import Config
from watcher.config.sources import read_sources
from watcher.config.targets import read_targets
from watcher.config.text import whole
from watcher.config.values import BadValueError, phrase, time_zone
from watcher.document import Mapping, Mark, problem, shorten, suggest
from watcher.errors import Invalid
from watcher.model import Secret

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as Names

    from watcher.document import Node
    from watcher.errors import Problem
    from watcher.model import Source
    from watcher.notify import Target

CONFIG_KEYS: Final = (
    "database",
    "rules",
    "sources",
    "targets",
    "operator",
    "templates",
    "links",
    "metrics",
    "heartbeat",
    "behind",
    "timezone",
    "polling",
    "limits",
    "keep",
    "fetch",
    "log",
)


def load_config(
    path: str | os.PathLike[str],
    environ: Names[str, str] = os.environ,
    credentials_dir: Path | None = None,
) -> Config:
    """Read the configuration and its sources file; raise Invalid with every problem of both.

    Secrets are looked up in `environ` and in `credentials_dir` (by default systemd's
    $CREDENTIALS_DIRECTORY), and are masked in the log from here on. Paths in the file count from
    its folder. The rules are not read.
    """
    config, problems = read_config(path, environ, credentials_dir)
    if any(found.level == "error" for found in problems):
        raise Invalid(problems)
    return config


def read_config(
    path: str | os.PathLike[str],
    environ: Names[str, str] = os.environ,
    credentials_dir: Path | None = None,
) -> tuple[Config, list[Problem]]:
    """Read the same as far as it can be read: defaults stand where something is wrong.

    For `watcher check`, which goes on to the rules whatever the configuration is like.
    """
    file = Path(path)
    if credentials_dir is None and environ.get("CREDENTIALS_DIRECTORY"):
        credentials_dir = Path(environ["CREDENTIALS_DIRECTORY"])
    references = References(environ, file.parent, credentials_dir)
    document, problems = load_document(path)
    if document is not None and not isinstance(document, Mapping):
        fields(document, CONFIG_KEYS, problems)
    if not isinstance(document, Mapping):
        nothing = Mapping(Mark(str(file), 0, 0), "", {})
        config = _Reading(file, Fields(nothing, []), references).config()
        return config, [_as_error(found) for found in problems]
    reading = _Reading(file, fields(document, CONFIG_KEYS, problems), references)
    config = reading.config()
    log.hide(*reading.secrets)
    sources, mistakes = _sources(config.sources_file, document.get("sources"))
    return replace(config, sources=sources), [*problems, *mistakes]


def _sources(file: Path, named: Node | None) -> tuple[tuple[Source, ...], list[Problem]]:
    """Read the sources file; one that cannot be opened is a mistake of the line that names it."""
    document, problems = load_document(file)
    if document is None:
        return (), [
            problem(named, f"{file}: {wrong.what}") if named and not wrong.line else wrong
            for wrong in problems
        ]
    sources, mistakes = read_sources(document)
    return sources, [*problems, *mistakes]


def patterns_that_fit_nothing(
    path: str | os.PathLike[str], known: Names[str, Collection[str]]
) -> list[Problem]:
    """Warn of patterns of targets that fit none of the known `rules`, `topics` or `sources`."""
    return list(unknown_patterns(load_document(path)[0], known))


def read_sources_file(file: Path) -> tuple[Source, ...]:
    """Read a sources file alone; raise Invalid with every problem if one is an error."""
    sources, problems = _sources(file, None)
    if any(found.level == "error" for found in problems):
        raise Invalid(sorted(problems))
    return sources


def _as_error(found: Problem) -> Problem:
    """Take an empty file for what it is here: a mistake."""
    return whole(found.file, found.what) if found.level == "warning" else found


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a configuration file."""

    file: Path
    given: Fields
    references: References
    secrets: list[str] = field(default_factory=list)

    def config(self) -> Config:
        """Put the settings together; what is missing or wrong has its default."""
        given = self.given
        zone = given.read("timezone", time_zone, "UTC")
        targets = read_targets(given, self.secret, zone)
        limits = given.section("limits", LIMITS_KEYS)
        keeping = given.section("keep", KEEP_KEYS)
        if "keep_raw" in limits.mapping.values and "raw" in keeping.mapping.values:
            what = "set here and as limits.keep_raw, which means the same. Remove that one."
            keeping.report_key("raw", what)
        keep, bounds = read_keep(keeping, read_limits(limits))
        return Config(
            file=self.file,
            database=self.database(),
            rules=self.path("rules", "rules"),
            sources_file=self.path("sources", "sources.yaml"),
            targets=targets,
            fetch=read_fetch(given.section("fetch", FETCH_KEYS)),
            polling=read_polling(given.section("polling", POLLING_KEYS)),
            limits=bounds,
            keep=keep,
            log=read_log(given.section("log", LOG_KEYS)),
            timezone=zone,
            operator=self.operator(targets),
            templates=self.templates(),
            links=read_links(given, self.secret),
            metrics=read_metrics(given, self.file.parent),
            heartbeat=read_heartbeat(given, self.secret),
            behind=read_behind(given),
        )

    def secret(self, text: str) -> str:
        """Fill in the references of a value, and remember it as secret."""
        value, parts = self.references.resolve(text)
        self.secrets.extend((value, *parts) if value.partition("://")[2] else parts)
        return value

    def database(self) -> Secret:
        """Read the database's address; a folder that is missing may still be made."""
        folder = self.file.parent
        default = database_url(DEFAULT_DATABASE, folder)
        url = self.given.read("database", self.database_url, default)
        missing = missing_folder(url)
        if missing is not None:
            what = f"there is no folder {missing} yet. It must be there when the daemon starts."
            self.given.report_key("database", what, warning=True)
        return Secret(url)

    def database_url(self, text: str) -> str:
        """Fill in and check an address."""
        value, parts = self.references.resolve(text)
        self.secrets.extend(parts)
        if not value.startswith("sqlite"):
            self.secrets.append(value)
        return database_url(value, self.file.parent)

    def path(self, key: str, default: str) -> Path:
        """Give a path as the operator would write it from where the program was started."""
        return self.file.parent / Path(self.given.read(key, phrase, default)).expanduser()

    def templates(self) -> Path | None:
        """Read the folder of message templates, which must be there."""
        if not self.given.read("templates", phrase, ""):
            return None
        folder = self.path("templates", "")
        if not folder.is_dir():
            what = f"there is no folder {folder}. `watcher templates write {folder}` makes it."
            self.given.report_key("templates", what)
        return folder

    def operator(self, targets: tuple[Target, ...]) -> str:
        """Read the name of the operator's target, which must be one of the targets."""
        names = [target.name for target in targets]

        def known(text: str) -> str:
            if text not in names:
                hint = suggest(text, names) if names else "No target is set."
                raise BadValueError(f"there is no target '{shorten(text)}'. {hint}")
            return text

        return self.given.read("operator", known, "")
