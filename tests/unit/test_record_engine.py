"""What an operator may write as the database, and what the answer to the rest says."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.errors import WatcherError
from watcher.record.engine import parse_url, sqlite_url


@pytest.mark.parametrize(
    ("written", "driver", "database"),
    [
        ("sqlite:///watcher.db", "sqlite", str(Path("watcher.db").absolute())),
        ("sqlite:////var/lib/watcher/a b.db", "sqlite", "/var/lib/watcher/a b.db"),
        ("sqlite:///~/w.db", "sqlite", str(Path("~/w.db").expanduser())),
        ("postgresql://u:p%40ss@db.example/news", "postgresql+psycopg", "news"),
        ("postgres://db.example/news", "postgresql+psycopg", "news"),
        ("postgresql+psycopg://db.example/news", "postgresql+psycopg", "news"),
        ("postgresql://postgres@/news?host=/run/postgresql", "postgresql+psycopg", "news"),
    ],
    ids=["relative", "absolute", "home", "postgresql", "postgres", "with driver", "socket"],
)
def test_urls_that_are_read(written: str, driver: str, database: str) -> None:
    url = parse_url(written)
    assert (url.drivername, url.database) == (driver, database)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "no URL"),
        ("watcher.db", "no URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://u:hunter2@db.example/news", "'mysql'"),
        ("postgresql://u:hunter2@db.example:port/news", "no URL"),
    ],
    ids=["empty", "a path", "no file", "memory", "another database", "no number as port"],
)
def test_urls_that_are_not(written: str, says: str) -> None:
    with pytest.raises(WatcherError, match=says) as raised:
        parse_url(written)
    assert "postgresql://user:password@host/name" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_any_file_name_can_be_opened() -> None:
    url = sqlite_url(parse_url("sqlite:////tmp/أخبار 100%?#.db"), mode="rw")
    assert str(url.database).isascii()
    assert "?" not in str(url.database)
