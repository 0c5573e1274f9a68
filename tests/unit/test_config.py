"""What a right configuration gives, the starter set, and that nothing can make reading fail."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watcher import log
from watcher.behind import Bounds
from watcher.config import (
    Config,
    Limits,
    Polling,
    load_config,
    load_document,
    read_config,
    read_rule_documents,
    read_sources,
    rule_files,
    write_starter,
)
from watcher.config.people import DIGEST_KEYS, LINKS_KEYS, QUIET_KEYS
from watcher.config.sources import SOURCE_KEYS
from watcher.config.targets import TARGET_KEYS
from watcher.errors import Invalid, WatcherError
from watcher.fetch import FetchSettings
from watcher.log import LogSettings
from watcher.model import Secret, Severity, Source
from watcher.notify import Target
from watcher.record import Keep

ROOT = Path(__file__).parents[2]
SOURCES = "sources:\n  - {id: ina, url: 'https://example.org/rss.xml'}\n"
CONSOLE = "targets:\n  - {name: desk, url: 'console://'}\n"
EVERYTHING = """
database: postgresql://watcher:${DB_PASSWORD}@localhost/watcher
rules: my-rules
sources: my-sources.yaml
targets:
  - name: desk
    url: file:mail
    min_severity: high
    timezone: Asia/Amman
  - {name: screen, url: "console://"}
operator: screen
timezone: Asia/Baghdad
polling: {min_interval: 90s, max_interval: 2h}
limits:
  max_age: 7d
  read_attempts: 5
  article_timeout: 30s
  workers: 4
  worker_memory: 512MB
  max_entries_per_poll: 200
  keep_raw: 3d
  max_raw: 1GB
fetch:
  user_agent: desk/1 (desk@example.org)
  connect_timeout: 5s
  read_timeout: 15s
  total_timeout: 45s
  max_body: 5MB
  max_redirects: 3
  connections_per_host: 1
  connections_per_address: 3
  pause: 2s
  allow_networks: [10.0.0.0/8, 127.0.0.1]
log: {level: debug, form: journal}
"""


@pytest.fixture(autouse=True)
def _no_secrets_before(monkeypatch):
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_mask_pattern", None)


def written(folder: Path, config: str, sources: str = SOURCES) -> Path:
    (folder / "watcher.yaml").write_text(config, encoding="utf-8")
    (folder / "sources.yaml").write_text(sources, encoding="utf-8")
    return folder / "watcher.yaml"


def test_everything_that_can_be_set(tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    mail = "mailto://watcher:hunter22@example.org?to=desk@example.org"
    (credentials / "mail").write_text(mail + "\n")
    (tmp_path / "my-sources.yaml").write_text(SOURCES)
    file = written(tmp_path, EVERYTHING)

    assert load_config(file, {"DB_PASSWORD": "s3cret"}, credentials) == Config(
        file=file,
        database=Secret("postgresql://watcher:s3cret@localhost/watcher"),
        rules=tmp_path / "my-rules",
        sources_file=tmp_path / "my-sources.yaml",
        sources=(Source("ina", "ina", "https://example.org/rss.xml"),),
        targets=(
            Target("desk", Secret(mail), Severity.HIGH, "Asia/Amman"),
            Target("screen", Secret("console://"), Severity.LOW, "Asia/Baghdad"),
        ),
        fetch=FetchSettings(
            user_agent="desk/1 (desk@example.org)",
            connect_timeout_s=5,
            read_timeout_s=15,
            total_timeout_s=45,
            max_bytes=5 * 2**20,
            max_redirects=3,
            connections_per_host=1,
            connections_per_address=3,
            pause_s=2,
            allow_networks=("10.0.0.0/8", "127.0.0.1"),
        ),
        polling=Polling(90, 7200),
        limits=Limits(7 * 86400, 5, 30, 4, 512, 200, 3 * 86400, 1024**3),
        log=LogSettings("debug", "journal"),
        timezone="Asia/Baghdad",
        operator="screen",
    )


def test_what_is_not_set_has_its_default(tmp_path):
    file = written(tmp_path, CONSOLE)

    assert load_config(file, {}) == Config(
        file=file,
        database=Secret(f"sqlite:///{tmp_path}/watcher.db"),
        rules=tmp_path / "rules",
        sources_file=tmp_path / "sources.yaml",
        sources=(Source("ina", "ina", "https://example.org/rss.xml"),),
        targets=(Target("desk", Secret("console://")),),
    )


def test_sections_with_every_line_commented_out_are_sections(tmp_path):
    file = written(tmp_path, CONSOLE + "limits:\n#  max_age: 1h\nfetch:\n  # pause: 1s\nlog: ~\n")

    assert load_config(file, {}).limits == Limits()


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("sqlite:///watcher.db", "sqlite:///{}/watcher.db"),
        ("sqlite:///./a/../watcher.db", "sqlite:///{}/watcher.db"),
        ("sqlite:////tmp/watcher.db", "sqlite:////tmp/watcher.db"),
        ("sqlite:///watcher.db?timeout=5", "sqlite:///{}/watcher.db?timeout=5"),
        (
            "postgresql:///watcher?host=/run/postgresql",
            "postgresql:///watcher?host=/run/postgresql",
        ),
        ("postgresql+psycopg://w@h:5432/d", "postgresql+psycopg://w@h:5432/d"),
    ],
)
def test_a_database_file_lies_beside_the_configuration(tmp_path, given_url, expected):
    file = written(tmp_path, f"{CONSOLE}database: {given_url}\n")

    assert load_config(file, {}).database.reveal() == expected.format(tmp_path)


def test_a_relative_configuration_keeps_relative_names(tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    written(tmp_path / "desk", CONSOLE + "timezone: nowhere\n", "sources: [{id: X}]")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Invalid) as told:
        load_config("desk/watcher.yaml", {})

    assert [problem.file for problem in told.value.problems] == [
        "desk/sources.yaml",
        "desk/sources.yaml",
        "desk/watcher.yaml",
    ]


def test_mistakes_of_both_files_are_told_at_once_and_the_rest_is_read(tmp_path):
    file = written(
        tmp_path,
        CONSOLE + "timezone: Bagdad\nrules: my-rules\n",
        SOURCES + "  - {id: ina, url: 'https://example.org/2'}\n  - {id: b, url: nowhere}\n",
    )

    config, problems = read_config(file, {})

    assert len(problems) == 3
    assert [source.id for source in config.sources] == ["ina"]
    assert (config.rules, config.timezone) == (tmp_path / "my-rules", "UTC")


def test_a_target_with_a_mistake_keeps_its_name_for_the_rules_that_use_it(tmp_path):
    config, problems = read_config(
        written(tmp_path, "targets:\n  - {name: desk, url: 'nowhere'}\n"), {}
    )

    assert [target.name for target in config.targets] == ["desk"]
    assert len(problems) == 1


def test_no_configuration_file_at_all(tmp_path):
    config, problems = read_config(tmp_path / "watcher.yaml", {})

    assert [problem.what for problem in problems] == [f"there is no such file in {tmp_path}"]
    assert config.rules == tmp_path / "rules"
    with pytest.raises(Invalid):
        load_config(tmp_path / "watcher.yaml", {})


def test_warnings_do_not_hinder(tmp_path):
    file = written(tmp_path, "timezone: UTC\n", "sources: []\n")

    assert load_config(file, {}).targets == ()
    assert {problem.level for problem in read_config(file, {})[1]} == {"warning"}


# --- secrets ----------------------------------------------------------------------------------


def test_credentials_are_asked_first_for_plain_names_and_then_the_folder(tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "one").write_text("json://from-credentials")
    for name in ("one", "two"):
        (tmp_path / name).write_text("json://from-folder\n")
    text = "targets:\n" + "".join(
        f"  - {{name: t{number}, url: 'file:{name}'}}\n"
        for number, name in enumerate(["one", "two", "./one", f"{tmp_path}/one"])
    )
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}

    config = load_config(written(tmp_path, text), environ)

    assert [target.url.reveal() for target in config.targets] == [
        "json://from-credentials",
        "json://from-folder",
        "json://from-folder",
        "json://from-folder",
    ]


def test_variables_are_filled_in_anywhere_in_a_value(tmp_path):
    text = "targets:\n  - {name: t, url: 'json://${USER_NAME}:${PASS}@localhost/x'}\n"
    file = written(tmp_path, text)

    config = load_config(file, {"USER_NAME": "desk", "PASS": " hunter22\n"})

    assert config.targets[0].url.reveal() == "json://desk:hunter22@localhost/x"


def test_secrets_are_masked_in_the_log_as_soon_as_they_are_read(tmp_path):
    (tmp_path / "mail").write_text("mailto://w:hunter22@example.org?to=d@example.org")
    file = written(
        tmp_path,
        "database: postgresql://w:${PASS}@localhost/w\ntargets: [{name: t, url: 'file:mail'}]\n",
    )
    read_config(file, {"PASS": "s3cretpass"})

    stream = io.StringIO("hunter22 s3cretpass")

    assert log.masked(stream.read()) == "*** ***"


def test_a_secret_shows_in_no_repr_of_the_configuration(tmp_path):
    file = written(
        tmp_path,
        "database: postgresql://w:hunter22@localhost/w\n"
        "targets: [{name: t, url: 'json://w:hunter22@localhost'}]\n",
    )

    assert "hunter22" not in repr(load_config(file, {}))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_secret_file_of_somebody_else_is_told(tmp_path):
    (tmp_path / "mail").write_text("json://localhost")
    (tmp_path / "mail").chmod(0)
    file = written(tmp_path, "targets: [{name: t, url: 'file:mail'}]\n")

    assert "this user may not read" in str(read_config(file, {})[1][0])


# --- sources ----------------------------------------------------------------------------------


def test_everything_that_a_source_can_have():
    text = """
sources:
  - id: ina
    url: https://example.org/rss.xml
    name: وكالة
    site: https://example.org
    language: EN
    group: state
    section: politics
    tags: [IQ, NO]
    pages: never
    enabled: no
    min_interval: 5m
    max_interval: 1h
    ignore_robots: permission by mail of 3 May
"""
    document, _ = load_document("sources.yaml", text)
    assert document is not None
    sources, problems = read_sources(document)

    assert problems == []
    assert sources == (
        Source(
            id="ina",
            name="وكالة",
            url="https://example.org/rss.xml",
            site="https://example.org",
            language="en",
            group="state",
            section="politics",
            tags=("IQ", "NO"),
            pages="never",
            enabled=False,
            min_interval_s=300,
            max_interval_s=3600,
            ignore_robots="permission by mail of 3 May",
        ),
    )
    assert all(
        f"    {key}:" in text or f"  - {key}:" in text for key in {*SOURCE_KEYS} - {"kind", "links"}
    )


def test_kinds_of_sources_and_what_goes_with_them():
    text = """
sources:
  - {id: a, url: 'https://a.example/news.xml', kind: sitemap}
  - {id: b, url: 'https://b.example/iraq', kind: listing, links: 'main article h2 > a[href]'}
  - {id: c, url: '@nahr_news', kind: telegram}
  - {id: d, url: telegram.me/wadi_press, kind: telegram, pages: never}
  - {id: e, url: 'https://e.example/rss', kind: feed}
"""
    document, _ = load_document("sources.yaml", text)
    assert document is not None
    sources, problems = read_sources(document)

    assert problems == []
    assert [source.kind for source in sources] == [
        "sitemap",
        "listing",
        "telegram",
        "telegram",
        "feed",
    ]
    assert sources[1].links == "main article h2 > a[href]"
    assert [source.url for source in sources[2:4]] == [
        "https://t.me/s/nahr_news",
        "https://t.me/s/wadi_press",
    ]


@pytest.mark.parametrize("file", ["seeds/sources.yaml", "watcher/starter/sources.yaml"])
def test_the_lists_that_ship_are_right_and_their_addresses_plain(file):
    document, problems = load_document(ROOT / file)
    assert document is not None
    sources, mistakes = read_sources(document)

    assert [*problems, *mistakes] == []
    assert sources
    assert all(source.url.isascii() and source.group for source in sources)


# --- rule documents ---------------------------------------------------------------------------


def test_rule_files_are_found_in_all_folders_but_hidden_ones(tmp_path):
    for name in ("b.yaml", "a.yml", "sub/c.yaml", ".#b.yaml", ".git/x.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("rules: []\n")

    found = [str(path.relative_to(tmp_path)) for path in rule_files(tmp_path)]
    documents, problems, _ = read_rule_documents(tmp_path)

    assert found == ["a.yml", "b.yaml", "sub/c.yaml"]
    assert [document.mark.file for document in documents] == [str(tmp_path / f) for f in found]
    assert problems == []


def test_the_hash_changes_with_any_text_or_name_and_with_nothing_else(tmp_path):
    def revision() -> str:
        return read_rule_documents(tmp_path)[2]

    (tmp_path / "a.yaml").write_text("rules: []\n")
    first = revision()
    assert revision() == first

    (tmp_path / "a.yaml").write_text("rules: [] # x\n")
    second = revision()
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    third = revision()

    assert len({first, second, third}) == 3


def test_every_file_with_a_mistake_is_told_and_the_others_are_read(tmp_path):
    (tmp_path / "a.yaml").write_text("rules: [\n")
    (tmp_path / "b.yaml").write_text("- id: x\n")
    (tmp_path / "c.yaml").write_bytes(b"rules: \xff\n")
    (tmp_path / "d.yaml").write_text("rules: []\n")
    (tmp_path / "e.yaml").write_text("# nothing yet\n")

    documents, problems, _ = read_rule_documents(tmp_path)

    assert [Path(document.mark.file).name for document in documents] == ["d.yaml"]
    assert [(Path(problem.file).name, problem.level) for problem in problems] == [
        ("a.yaml", "error"),
        ("b.yaml", "error"),
        ("c.yaml", "error"),
        ("e.yaml", "error"),
    ]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_rules_is_a_mistake(tmp_path, name):
    (tmp_path / "empty").mkdir()

    assert [problem.level for problem in read_rule_documents(tmp_path / name)[1]] == ["error"]


# --- the starter set --------------------------------------------------------------------------


def test_the_starter_set_is_right_as_it_is_written(tmp_path):
    files = write_starter(tmp_path / "new" / "desk")

    config, problems = read_config(files[0], {})
    documents, mistakes, _ = read_rule_documents(config.rules)

    assert [*problems, *mistakes] == []
    assert documents
    assert config.operator == "console"


def test_every_setting_stands_in_the_starter_configuration():
    from watcher.config import load, people, sections, seeing, targets

    text = (ROOT / "watcher/starter/watcher.yaml").read_text(encoding="utf-8")
    keys = {
        *load.CONFIG_KEYS,
        *targets.TARGET_KEYS,
        *people.QUIET_KEYS,
        *people.DIGEST_KEYS,
        *people.ESCALATE_KEYS,
        *people.LINKS_KEYS,
        *sections.POLLING_KEYS,
        *sections.LIMITS_KEYS,
        *sections.KEEP_KEYS,
        *sections.FETCH_KEYS,
        *sections.LOG_KEYS,
        *seeing.METRICS_KEYS,
        *seeing.HEARTBEAT_KEYS,
        *seeing.BEHIND_KEYS,
    } - {"keep_raw"}  # by which `keep.raw` was called once

    assert {key for key in keys if f"{key}:" not in text} == set()


def test_the_defaults_told_in_the_starter_configuration_are_the_defaults(tmp_path):
    text = (ROOT / "watcher/starter/watcher.yaml").read_text(encoding="utf-8")
    shown = [line.removeprefix("#") for line in text.splitlines() if line.startswith("#  ")]
    kept = [
        line if line.startswith("  ") else ""
        for line in shown
        if not any(word in line for word in ("name:", "url:", "min_sev", "timezone", "user_agent"))
        and "allow_networks" not in line
    ]
    sections: dict[str, list[str]] = {name: [] for name in _FIELDS}
    for line in kept:
        key = line.strip().partition(":")[0]
        section = next((s for s, field in _FIELDS.items() if key in field), None)
        if section:
            sections[section].append(line)
    body = "".join(f"{name}:\n" + "\n".join(lines) + "\n" for name, lines in sections.items())

    config = load_config(written(tmp_path, CONSOLE + body), {})

    assert all(sections.values())
    assert (
        config.polling,
        config.limits,
        config.keep,
        config.fetch,
        config.log,
        config.behind,
    ) == (
        Polling(),
        Limits(),
        Keep(),
        FetchSettings(),
        LogSettings(),
        Bounds(),
    )


_FIELDS = {
    "polling": ("min_interval", "max_interval"),
    "behind": ("late", "memory", "free_disk", "max_database"),
    "limits": (
        "max_age",
        "read_attempts",
        "article_timeout",
        "workers",
        "worker_memory",
        "max_entries_per_poll",
        "max_raw",
    ),
    "keep": ("raw", "texts", "deliveries"),
    "fetch": (
        "connect_timeout",
        "read_timeout",
        "total_timeout",
        "max_body",
        "max_redirects",
        "connections_per_host",
        "connections_per_address",
        "pause",
    ),
    "log": ("level", "form"),
}


def test_how_long_what_is_kept(tmp_path):
    text = CONSOLE + "keep:\n  raw: 30d\n  texts: 3 years\n  deliveries: forever\n"
    config = load_config(written(tmp_path, text), {})
    assert config.limits.keep_raw_s == 30 * 86_400
    assert config.keep == Keep(texts_s=3 * 365 * 86_400, deliveries_s=math.inf)


def test_pages_are_kept_as_long_as_an_older_configuration_says(tmp_path):
    config = load_config(written(tmp_path, CONSOLE + "limits:\n  keep_raw: 3d\n"), {})
    assert config.limits.keep_raw_s == 3 * 86_400


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("keep:\n  texts: 5d\n", "5d is not between 30d and 3650d. Write for example 90d, 2y"),
        ("keep:\n  texts: long\n", "expected a duration such as"),
        ("keep:\n  raw: 3d\nlimits:\n  keep_raw: 4d\n", "which means the same. Remove that one"),
    ],
)
def test_mistakes_in_how_long_what_is_kept(tmp_path, text, why):
    with pytest.raises(Invalid) as wrong:
        load_config(written(tmp_path, CONSOLE + text), {})
    assert why in str(wrong.value)


def test_a_starter_set_overwrites_nothing(tmp_path):
    (tmp_path / "sources.yaml").write_text("mine")

    with pytest.raises(WatcherError, match=r"sources\.yaml: there already"):
        write_starter(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources.yaml"]
    assert (tmp_path / "sources.yaml").read_text() == "mine"


def test_a_starter_set_needs_a_folder_that_can_be_written(tmp_path):
    (tmp_path / "desk").write_text("a file")

    with pytest.raises(WatcherError, match="cannot be written"):
        write_starter(tmp_path / "desk")


# --- anything at all --------------------------------------------------------------------------

keys = st.sampled_from(
    [
        *(*SOURCE_KEYS, *TARGET_KEYS, *QUIET_KEYS, *DIGEST_KEYS, *LINKS_KEYS),
        *("sources", "targets", "database", "timezone", "limits", "fetch", "log", "pause", "links"),
    ]
)
scalars = st.sampled_from(
    ["", "1", "10m", "x", "console://", "${A}", "file:b", "sqlite:///", "https://h", "[", '"\\0"']
) | st.text(alphabet=st.sampled_from("ab:/@${}?#=.%\u0627 "), max_size=12).map(repr)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(keys, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)
documents = st.lists(st.tuples(keys, trees), max_size=4).map(
    lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs)
)


@given(config=documents, sources=documents)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_written_gives_a_configuration_or_problems(tmp_path, config, sources):
    file = written(tmp_path, config, sources)

    read, problems = read_config(file, {"A": "b"})

    assert read.file == file
    assert all(str(problem) for problem in problems)
