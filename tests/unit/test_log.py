from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import shlex
import socket
import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import journald, log
from watcher.log import (
    JsonLines,
    Logfmt,
    LogSettings,
    bound,
    debug,
    error,
    event,
    hide,
    masked,
    warning,
    written,
)
from watcher.model import Secret


@pytest.fixture(autouse=True)
def _log_as_before(monkeypatch):
    """Each test starts without secrets and leaves the process's logging as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_mask_pattern", None)
    yield
    root.handlers[:], root.level = before
    root.setLevel(before[1])
    logging.captureWarnings(capture=False)
    for name in log._QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    log.set_up(LogSettings(form="journal"), {}, stream)
    return stream


def test_an_event_is_one_line_in_the_order_of_the_call(out):
    event("fetch", source="ina", status="not_modified", ms=83)

    assert out.getvalue() == "<6>level=info stage=fetch source=ina status=not_modified ms=83\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("الأنباء", "الأنباء", id="Arabic stays readable"),
        pytest.param("two words", '"two words"', id="space"),
        pytest.param("", '""', id="empty"),
        pytest.param("a=b", '"a=b"', id="equals sign"),
        pytest.param('say "x"', r'"say \"x\""', id="quotes"),
        pytest.param("back\\slash", r'"back\\slash"', id="backslash"),
        pytest.param("one\nlevel=error", r'"one\nlevel=error"', id="newline cannot forge a line"),
        pytest.param("a\x1b[31mb", r'"a\u001b[31mb"', id="terminal control"),
        pytest.param("a\u202eb", r'"a\u202eb"', id="RIGHT-TO-LEFT OVERRIDE"),
        pytest.param("a\u2028b", r'"a\u2028b"', id="LINE SEPARATOR"),
        pytest.param(True, "true", id="truth"),
        pytest.param(3, "3", id="number"),
        pytest.param(0.123456, "0.123", id="fraction"),
        pytest.param(datetime(2026, 7, 27, 19, tzinfo=UTC), "2026-07-27T19:00:00+00:00", id="time"),
        pytest.param(Secret("hunter22"), "***", id="secret"),
        pytest.param("x" * 9000, "x" * 8000 + "…", id="endless"),
    ],
)
def test_values_stay_one_value_of_one_line(value, expected):
    assert written(value) == expected


@given(st.text())
def test_any_text_stays_on_its_line_and_in_its_value(text):
    line = f"before=1 value={written(text)} after=2"

    assert len(line.splitlines()) == 1
    assert [part.partition("=")[0] for part in shlex.split(line)] == ["before", "value", "after"]


def test_nothing_is_written_for_fields_that_are_none(out):
    event("fetch", source="ina", why=None)

    assert out.getvalue() == "<6>level=info stage=fetch source=ina\n"


def test_debug_is_silent_until_it_is_asked_for(out):
    debug("schedule", why="not due")
    log.set_up(LogSettings(level="debug", form="journal"), {}, out)
    debug("schedule", why="due")

    assert out.getvalue() == "<7>level=debug stage=schedule why=due\n"


def test_an_error_brings_its_traceback_on_the_same_line(out):
    try:
        raise ValueError("bad\nthing")
    except ValueError as failure:
        error("record", failure=failure, lane="poll")

    line = out.getvalue()
    assert line.startswith(
        r'<3>level=error stage=record lane=poll failure="ValueError: bad\nthing" traceback="Traceb'
    )
    assert line.count("\n") == 1


def test_lines_of_other_libraries_look_alike(out):
    logging.getLogger("aiohttp.client").warning("slow %s", "answer")

    assert out.getvalue() == '<4>level=warning logger=aiohttp.client msg="slow answer"\n'


def test_arguments_that_do_not_fit_are_still_written_and_masked():
    hide("s3cretpass")
    record = logging.LogRecord("other", 30, "f.py", 1, "%d of %d", ("s3cretpass",), None)

    line = Logfmt(is_journal=True).format(record)

    assert line.endswith("msg=\"%d of %d ('***',)\"")


def test_python_warnings_are_logged(out):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert "logger=py.warnings" in out.getvalue()


def test_bound_fields_stand_on_every_line_of_the_task(out):
    async def work(source: str) -> None:
        with bound(source=source):
            await asyncio.sleep(0)
            event("fetch", ms=1)
            logging.getLogger("aiohttp").warning("x")

    async def both() -> None:
        await asyncio.gather(work("ina"), work("almada"))

    asyncio.run(both())
    event("stop")

    lines = out.getvalue().splitlines()
    assert sorted(lines[:-1]) == [
        "<4>level=warning source=almada logger=aiohttp msg=x",
        "<4>level=warning source=ina logger=aiohttp msg=x",
        "<6>level=info source=almada stage=fetch ms=1",
        "<6>level=info source=ina stage=fetch ms=1",
    ]
    assert lines[-1] == "<6>level=info stage=stop"


def test_a_terminal_gets_the_time_and_no_priority():
    stream = io.StringIO()
    log.set_up(LogSettings(), {}, stream)
    event("start")

    assert stream.getvalue().startswith("time=20")
    assert stream.getvalue().endswith("+00:00 level=info stage=start\n")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param("here", "<6>level=info", id="journald reads this stream"),
        pytest.param("elsewhere", "time=", id="the stream was redirected"),
    ],
)
def test_journald_is_recognized_by_the_stream_it_reads(tmp_path, where, expected):
    with (tmp_path / "out").open("w+") as stream:
        status = os.fstat(stream.fileno())
        inode = status.st_ino if where == "here" else status.st_ino + 1
        log.set_up(LogSettings(), {"JOURNAL_STREAM": f"{status.st_dev}:{inode}"}, stream)
        event("start")
        stream.seek(0)

        assert stream.read().startswith(expected)


def test_apprise_stays_at_info_even_when_everything_else_is_at_debug(out):
    log.set_up(LogSettings(level="debug", form="journal"), {}, out)
    logging.getLogger("apprise.slack").debug("posting to /T000/B000/token")

    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("secret", "line"),
    [
        pytest.param("hunter22", "login failed for hunter22", id="the secret itself"),
        pytest.param("p@ss word", "GET /?p=p%40ss%20word", id="percent-encoded"),
        pytest.param("p@ss word", "GET /?p=p%40ss+word", id="form-encoded"),
        pytest.param("p%40ssword", "login p@ssword", id="written encoded, logged decoded"),
        pytest.param('it\'s "so"', repr('it\'s "so"'), id="as Python writes it"),
        pytest.param("كلمة سر", '{"p": "\\u0643\\u0644\\u0645\\u0629 \\u0633\\u0631"}', id="JSON"),
        pytest.param(
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk",
            "POST https://hooks.example/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
            id="tokens of a target",
        ),
        pytest.param(
            "mailto://watcher:hunter22@example.org?to=desk@example.org",
            "AUTH PLAIN hunter22",
            id="password of a mail target",
        ),
        pytest.param("postgresql://w:hunter22@db/x", "dsn password=hunter22", id="database"),
        pytest.param(
            "json://h/x?apikey=k3y", "?apikey=k3y4", id="short values stay, they hide all"
        ),
    ],
)
def test_secrets_are_masked_in_every_spelling(out, secret, line):
    hide(Secret(secret))
    logging.getLogger("other").warning("%s", line)

    if "short" not in line and secret != "json://h/x?apikey=k3y":
        assert log.MASK in out.getvalue()
    for part in ("hunter22", "p@ss", "p%40ss", "TIiajkdn", "T1JJ3T3L2", "0643", "it's"):
        assert part not in out.getvalue()


@pytest.mark.parametrize(
    "kept",
    ["desk@example.org", "smtp.example.org", "general", "db", "watcher"],
)
def test_what_is_not_secret_of_an_address_stays_readable(kept):
    hide(
        "mailto://watcher:hunter22@smtp.example.org/general?to=desk@example.org",
        "postgresql://watcher:hunter22@db/watcher",
    )

    assert masked(f"to {kept} now") == f"to {kept} now"


def test_secrets_are_masked_in_tracebacks_and_bound_fields(out):
    hide("hunter22")
    with bound(target="x-hunter22"):
        try:
            raise RuntimeError("hunter22 refused")
        except RuntimeError:
            logging.getLogger("other").exception("failed")

    assert "hunter22" not in out.getvalue()


@pytest.mark.parametrize("secret", ["", "abc", "://", "http://[bad", "x://"])
def test_hiding_odd_texts_neither_fails_nor_hides_everything(secret):
    hide(secret)

    assert masked("an ordinary line about abc") == "an ordinary line about abc"


def test_a_secret_that_contains_another_is_masked_whole():
    hide("hunter", "hunter22")

    assert masked("hunter22") == "***"


def test_a_record_made_by_hand_is_written():
    record = logging.LogRecord("x", logging.CRITICAL, "f.py", 1, "gone", None, None)

    assert Logfmt(is_journal=True).format(record) == "<2>level=critical logger=x msg=gone"


# --- JSON -------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    log.set_up(LogSettings(form="json"), {}, stream)
    return stream


def test_a_line_of_json_has_the_fields_with_numbers_as_numbers(lines):
    event("fetch", source="ina", ms=83, share=0.12345, ok=True, nothing=None)

    told = json.loads(lines.getvalue())
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert told == {
        "level": "info",
        "stage": "fetch",
        "source": "ina",
        "ms": 83,
        "share": 0.123,
        "ok": True,
    }


def test_json_is_masked_and_of_one_line_whatever_it_holds(lines):
    hide("hunter2222", "12345678")
    error("notify", why="key hunter2222\nlevel=error \u202e\u2028", number=12345678)

    assert len(lines.getvalue().splitlines()) == 1
    assert "\u202e" not in lines.getvalue()
    told = json.loads(lines.getvalue())
    assert told["why"] == "key ***\nlevel=error \u202e\u2028"
    assert told["number"] == "***"


@given(st.text(), st.floats())
def test_any_value_comes_back_from_json(text, number):
    line = JsonLines().format(
        logging.makeLogRecord({"fields": {"stage": "x", "text": text, "number": number}})
    )

    assert line.isprintable()
    assert json.loads(line, parse_constant=pytest.fail)["text"] == text.replace("\x00", "\x00")


# --- journald ---------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """A socket in the place of journald's, and a stream that it is said to read."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.settimeout(5)
        monkeypatch.setattr(journald, "SOCKET", tmp_path / "socket")
        with (tmp_path / "stream").open("w+") as stream:
            status = os.fstat(stream.fileno())
            environ = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
            log.set_up(LogSettings(level="debug"), environ, stream)
            yield listening, stream


def entry_of(body: bytes) -> dict[str, str]:
    """Read an entry as journald does."""
    found = {}
    while body:
        line, _, body = body.partition(b"\n")
        name, is_short, value = line.partition(b"=")
        if not is_short:
            size = int.from_bytes(body[:8], "little")
            value, body = body[8 : 8 + size], body[9 + size :]
        found[name.decode()] = value.decode()
    return found


def test_journald_gets_each_field_by_itself(journal):
    hide("hunter2222")
    warning("poll", source="ina", status="failed", why="key hunter2222\nPRIORITY=0")

    assert entry_of(journal[0].recv(100_000)) == {
        "MESSAGE": 'stage=poll source=ina status=failed why="key ***\\nPRIORITY=0"',
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "watcher",
        "WATCHER_STAGE": "poll",
        "WATCHER_SOURCE": "ina",
        "WATCHER_STATUS": "failed",
        "WATCHER_WHY": "key ***\nPRIORITY=0",
    }
    assert journal[1].seek(0) == 0
    assert journal[1].read() == ""


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,20}", fullmatch=True), st.text(), max_size=5))
def test_no_value_forges_a_field(fields):
    body = b"".join(journald._field(name.upper(), text) for name, text in fields.items())

    told = entry_of(body)
    assert told == {
        name.upper(): text.encode(errors="backslashreplace").decode()
        for name, text in fields.items()
    }


def test_what_journald_does_not_take_is_written_as_a_line(journal, tmp_path):
    (tmp_path / "socket").unlink()

    warning("poll", source="ina")

    journal[1].seek(0)
    assert journal[1].read() == "<4>level=warning stage=poll source=ina\n"


def test_lines_of_other_libraries_are_entries_too(journal):
    logging.getLogger("library").error("it %s", "broke")

    told = entry_of(journal[0].recv(100_000))
    assert (told["MESSAGE"], told["WATCHER_LOGGER"]) == ('logger=library msg="it broke"', "library")
