"""A rule file -> its lists and rules as written, with every problem of the file. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.document import Mapping, Sequence, at, problem, suggest, unknown_keys
from watcher.match.read_condition import read_condition, read_conditions
from watcher.match.read_when import read_when
from watcher.match.rule import Rule, RuleTest
from watcher.match.values import (
    read_choice,
    read_choices,
    read_duration,
    read_text,
    read_texts,
    shape,
)
from watcher.match.written import RuleFile, WrittenList, WrittenRule
from watcher.model import Article, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.document import Node, Scalar
    from watcher.errors import Problem
    from watcher.match.rule import Expect
    from watcher.match.written import Condition
    from watcher.model import Where

FILE_KEYS = ("topic", "lists", "rules")
RULE_KEYS = (
    "id", "title", "topic", "severity", "notify", "max_age", "where", "match", "when", "tests",
)  # fmt: skip
_TEST_TEXTS = ("title", "text", "source", "url", "author", "language")
_RULE_KEYS = frozenset(RULE_KEYS)
TEST_KEYS = ("name", *_TEST_TEXTS, "tags", "expect", "where")
_SEVERITIES = {severity.word: severity for severity in Severity}
_WHERE: tuple[Where, ...] = ("title", "lead", "text")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_file(document: Mapping) -> tuple[RuleFile, list[Problem]]:
    """Read what one file holds, and report everything that is wrong in it."""
    problems = unknown_keys(document, FILE_KEYS)
    topic = _read_topic(document.get("topic"), problems)
    lists = tuple(_read_lists(document.get("lists"), problems))
    rules = tuple(_read_rules(document.get("rules"), topic, problems))
    return RuleFile(lists, rules), problems


def _read_lists(node: Node | None, problems: list[Problem]) -> Iterator[WrittenList]:
    if node is None:
        return
    if not isinstance(node, Mapping):
        what = f"expected list names, each with its entries (`name: […]`), got {shape(node)}"
        problems.append(problem(node, what))
        return
    for name, entries in node.values.items():
        mark = node.keys.get(name, entries.mark)
        yield WrittenList(name, mark, entries.path, read_conditions(entries, problems))


def _read_rules(node: Node | None, topic: str, problems: list[Problem]) -> Iterator[WrittenRule]:
    if node is None:
        return
    if not isinstance(node, Sequence):
        what = f"expected a list of rules (`- id: …`), got {shape(node)}"
        problems.append(problem(node, what))
        return
    for item in node:
        written = _read_rule(item, topic, problems)
        if written is not None:
            yield written


def _read_rule(node: Node, topic: str, problems: list[Problem]) -> WrittenRule | None:
    if not isinstance(node, Mapping):
        problems.append(problem(node, f"expected a rule (`id: …`, `match: …`), got {shape(node)}"))
        return None
    if not node.values.keys() <= _RULE_KEYS:
        _report_unknown(node, problems)
    get = node.values.get
    identity = _read_id(node, problems)
    condition = _read_match(node, problems)
    title, notify = _read_title(get("title"), problems), _read_targets(get("notify"), problems)
    severity = _read_severity(get("severity"), problems)
    max_age_s = _read_max_age(get("max_age"), problems)
    where, tests = _read_where(get("where"), problems), _read_tests(get("tests"), problems)
    topic = _read_topic(get("topic"), problems) or topic
    when = read_when(get("when"), problems)
    if condition is None:
        return None
    rule = Rule(
        id=identity,
        title=title or identity,
        mark=node.mark,
        severity=severity,
        notify=tuple(dict.fromkeys([target.text for target in notify])),
        max_age_s=max_age_s,
        where=where,
        tests=tests,
        topic=topic,
        when=when,
    )
    marks = {key: value.mark for key, value in node.values.items()}
    targets = tuple([(target.text, target.mark) for target in notify])
    return WrittenRule(rule, node.path, marks, condition, targets)


def _report_unknown(node: Mapping, problems: list[Problem]) -> None:
    for key in node.values:
        if key in RULE_KEYS:
            continue
        what = f"unknown key '{key}'. {suggest(key, RULE_KEYS)}"
        problems.append(at(node.keys.get(key, node.mark), node.path, what))


def _read_id(node: Mapping, problems: list[Problem]) -> str:
    """Give the id, empty where there is none that can be used."""
    value = node.get("id")
    if value is None:
        problems.append(problem(node, "the rule has no `id`. Give it one, of a-z, 0-9 and '-'."))
        return ""
    text = read_text(value, "the id of the rule", problems) or ""
    if not text or _ID.fullmatch(text):
        return text
    slug = "-".join(re.findall(r"[a-z0-9]+", text.lower()))
    hint = f"Did you mean '{slug}'?" if slug else "Write one such as 'oil-opec'."
    problems.append(problem(value, f"the id '{text}' may only hold a-z, 0-9 and '-'. {hint}"))
    return ""


def _read_match(node: Mapping, problems: list[Problem]) -> Condition | None:
    value = node.get("match")
    if value is None:
        problems.append(problem(node, "the rule has no `match`. Say what it looks for."))
        return None
    return read_condition(value, problems)


def _read_title(value: Node | None, problems: list[Problem]) -> str | None:
    return None if value is None else read_text(value, "a title for the alert", problems)


def _read_topic(value: Node | None, problems: list[Problem]) -> str:
    if value is None:
        return ""
    text = (read_text(value, "the name of a topic", problems) or "").strip()
    if len(text.splitlines()) > 1:
        problems.append(problem(value, "a topic is a name of one line. Write it in one."))
        return ""
    return text


def _read_targets(value: Node | None, problems: list[Problem]) -> list[Scalar]:
    return [] if value is None else read_texts(value, "the name of a target", problems)


def _read_severity(value: Node | None, problems: list[Problem]) -> Severity:
    if value is None:
        return Severity.MEDIUM
    word = read_choice(value, _SEVERITIES, "severity", problems)
    return _SEVERITIES[word] if word is not None else Severity.MEDIUM


def _read_max_age(value: Node | None, problems: list[Problem]) -> float | None:
    return None if value is None else read_duration(value, problems)


def _read_where(value: Node | None, problems: list[Problem]) -> tuple[Where, ...]:
    if value is None:
        return ()
    words = read_choices(value, _WHERE, "place", problems)
    where = tuple(place for place in _WHERE if place in words)
    if where and "title" not in where:
        what = "without `title` in it, `where` leaves out what the headline already tells in full"
        problems.append(problem(value, what, warning=True))
    return where


# --- tests ------------------------------------------------------------------------------------


def _read_tests(value: Node | None, problems: list[Problem]) -> tuple[RuleTest, ...]:
    if value is None:
        return ()
    if not isinstance(value, Sequence):
        what = f"expected a list of tests (`- name: …`), got {shape(value)}"
        problems.append(problem(value, what))
        return ()
    tests = [_read_test(item, problems) for item in value.items]
    return tuple(filter(None, tests))


def _read_test(node: Node, problems: list[Problem]) -> RuleTest | None:
    if not isinstance(node, Mapping):
        what = f"expected a test (`title: …`, `expect: match`), got {shape(node)}"
        problems.append(problem(node, what))
        return None
    problems.extend(unknown_keys(node, TEST_KEYS))
    expect = _read_expect(node, problems)
    where = _read_test_where(node, expect, problems)
    texts = {key: _read_test_text(node, key, problems) for key in ("name", *_TEST_TEXTS)}
    if not any(texts[key] for key in _TEST_TEXTS):
        problems.append(problem(node, "the test has no article. Write `title: …` or `text: …`."))
    if expect is None:
        return None
    article = Article(
        url=texts["url"],
        title=texts["title"],
        text=texts["text"],
        author=texts["author"],
        language=texts["language"],
        tags=_read_test_tags(node, problems),
        source=texts["source"],
    )
    name = texts["name"] or texts["title"] or str(node.path)
    return RuleTest(name, node.mark, article, texts["source"], expect, where)


def _read_expect(node: Mapping, problems: list[Problem]) -> Expect | None:
    value = node.get("expect")
    if value is None:
        problems.append(problem(node, "the test expects nothing. Add `expect: match` or silent."))
        return None
    word = read_choice(value, ("match", "silent"), "expectation", problems)
    return "match" if word == "match" else "silent" if word == "silent" else None


def _read_test_where(node: Mapping, expect: Expect | None, problems: list[Problem]) -> Where | None:
    value = node.get("where")
    if value is None:
        return None
    if expect == "silent":
        problems.append(problem(value, "nothing is found anywhere when `expect` is silent"))
    word = read_choice(value, _WHERE, "place", problems)
    return next((place for place in _WHERE if place == word), None)


def _read_test_text(node: Mapping, key: str, problems: list[Problem]) -> str:
    value = node.get(key)
    if value is None:
        return ""
    return read_text(value, f"a text for `{key}`", problems) or ""


def _read_test_tags(node: Mapping, problems: list[Problem]) -> tuple[str, ...]:
    value = node.get("tags")
    if value is None:
        return ()
    return tuple(tag.text for tag in read_texts(value, "a tag", problems))
