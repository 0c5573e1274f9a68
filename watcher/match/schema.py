"""The rule language as a JSON Schema (draft 2020-12), for editors. Pure.

Keys come from what reads rules; here stands what each means. A schema knows less than the reader:
what it accepts may still be refused, what it refuses is refused by the reader too.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from watcher.match.read import FILE_KEYS, RULE_KEYS, TEST_KEYS
from watcher.match.read_condition import FORMS
from watcher.match.read_when import FEWEST
from watcher.match.written import FIELDS, MAX_WITHIN, PLACES
from watcher.model import Severity

Json: TypeAlias = dict[str, Any]

_CONDITION: Json = {"$ref": "#/$defs/condition"}
_MEMBERS: Json = {"$ref": "#/$defs/members"}
_TERM: Json = {"$ref": "#/$defs/term"}
_TEXT: Json = {"type": ["string", "number", "boolean"], "minLength": 1}
_COUNT: Json = {"type": "integer", "minimum": 1}


def schema() -> Json:
    """Give the schema of a rule file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "watcher rules",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _FILE[key] for key in FILE_KEYS},
        "$defs": {
            "rule": _object(RULE_KEYS, _RULE, required=("id", "match")),
            "test": _test(),
            "condition": _condition(),
            "members": {"anyOf": [_CONDITION, _several(_CONDITION)]},
            "term": _TEXT | {"pattern": r"^[^*]*[^*\s][^*]*$"},
        },
    }


def _object(keys: tuple[str, ...], known: dict[str, Json], required: tuple[str, ...]) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: known[key] for key in keys},
        "required": list(required),
    }


def _several(item: Json) -> Json:
    return {"type": "array", "items": item, "minItems": 1}


def _one_or_several(item: Json, description: str) -> Json:
    return {"description": description, "anyOf": [item, _several(item)]}


def _condition() -> Json:
    forms = {name: _FORMS[name] for name in FORMS}
    inside = _one_or_several({"enum": list(FIELDS)}, "The field, or fields, to look in.")
    mapping = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            **forms,
            "in": inside,
            "match": _described("What to look for in the field.", _CONDITION),
        },
        "dependentRequired": {"in": ["match"], "match": ["in"]},
    }
    term = _described("A word or phrase, found in every inflection and spelling.", _TERM)
    return {"anyOf": [term, mapping]}


def _described(description: str, described: Json) -> Json:
    return {"description": description, **described}


def _parts(description: str, needed: dict[str, Json], optional: dict[str, Json]) -> Json:
    keys = needed | optional
    return {"description": description, **_object(tuple(keys), keys, tuple(needed))}


def _test() -> Json:
    test = _object(TEST_KEYS, _TEST, required=("expect",))
    article = [key for key in TEST_KEYS if key not in {"name", "tags", "expect", "where"}]
    silent = {"properties": {"expect": {"const": "silent"}}}
    return test | {
        "anyOf": [{"required": [key]} for key in article],
        "if": silent,
        "then": {"properties": {"where": False}},
    }


_FORMS: dict[str, Json] = {
    "any": _described("Or: one of these holds.", _MEMBERS),
    "all": _described("And: each of these holds.", _MEMBERS),
    "none": _described("Nor: none of these holds.", _MEMBERS),
    "list": _described("Any entry of the list of that name.", _TEXT),
    "exact": _described("Clitics and spelling folded, no other inflection.", _TERM),
    "literal": _described("These characters as they stand.", _TEXT),
    "regex": _described("A regular expression in RE2 syntax.", _TEXT),
    "at_least": _parts("That many different members hold.", {"count": _COUNT, "of": _MEMBERS}, {}),
    "near": _parts(
        "One hit of each member, inside a window of words.",
        {
            "within": {
                "description": "Words between the first and the last hit at most.",
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_WITHIN,
            },
            "of": {"$ref": "#/$defs/members"},
        },
        {
            "ordered": {
                "description": "The members stand in this order.",
                "enum": [True, False, "yes", "no", "on", "off"],
            }
        },
    ),
    "sentence": _described("One hit of each member in the same sentence.", _MEMBERS),
    "paragraph": _described("One hit of each member in the same paragraph.", _MEMBERS),
    "score": _parts(
        "The weights of the different terms that occur add up; in the title they count double.",
        {
            "of": {
                "description": "Terms, each with its weight.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
            },
            "at_least": {"type": "number", "exclusiveMinimum": 0},
        },
        {},
    ),
    "query": _described(
        'One line of Boolean search: "قوات التحالف" NEAR/12 انسحاب AND (العراق OR بغداد).', _TEXT
    ),
}

_TOPIC: Json = _TEXT | {"pattern": r"^[^\n]*\S[^\n]*$"}
_DURATION: Json = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*[smhdw]\s*$"}

_FILE: dict[str, Json] = {
    "topic": _described("The topic of all rules of the file that have none of their own.", _TOPIC),
    "lists": {
        "description": "Named word lists; any rule file may use a list of any other.",
        "type": "object",
        "additionalProperties": _MEMBERS,
    },
    "rules": {
        "description": "What is watched for.",
        "type": "array",
        "items": {"$ref": "#/$defs/rule"},
    },
}

_MANY: Json = {"type": "integer", "minimum": FEWEST}
_WITHIN = _described("In so long a time: 30m, 12h, 7d.", _DURATION)

_WHEN: Json = {
    "description": "What the rule waits for before it tells anybody.",
    "anyOf": [
        _parts(
            "A burst: so many different stories.",
            {"stories": _MANY, "within": _WITHIN},
            {},
        ),
        _parts(
            "Corroboration: so many outlets that are independent of each other report the story.",
            {"outlets": _MANY, "within": _WITHIN},
            {},
        ),
        _parts("Silence: nothing matched for so long.", {"quiet_for": _DURATION}, {}),
    ],
}

_RULE: dict[str, Json] = {
    "id": {
        "description": "The name of the rule, unique over all files.",
        "type": ["string", "integer"],
        "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    },
    "title": _described("What alerts are headed with.", _TEXT),
    "topic": _described("What alerts are routed and digests are grouped by.", _TOPIC),
    "severity": {
        "description": "How much a match matters; medium if not given.",
        "enum": [severity.word for severity in Severity],
    },
    "notify": _one_or_several(_TEXT, "Names of targets; every target if not given."),
    "max_age": _described(
        "Older articles are recorded and not alerted on: 30m, 48h, 7d.", _DURATION
    ),
    "where": _one_or_several(
        {"enum": list(PLACES)}, "Where the evidence must stand; anywhere if not given."
    ),
    "match": _described("What the rule looks for.", _CONDITION),
    "when": _WHEN,
    "tests": {
        "description": "Articles, and what the rule shall say about them.",
        "type": "array",
        "items": {"$ref": "#/$defs/test"},
    },
}

_TEST: dict[str, Json] = {
    "name": _described("What the test is about.", _TEXT),
    "title": _described("The article's headline.", _TEXT),
    "text": _described("The article's text.", _TEXT),
    "source": _described("The source's id or name.", _TEXT),
    "url": _described("The article's address.", _TEXT),
    "author": _described("The article's author.", _TEXT),
    "language": _described("The article's language.", _TEXT),
    "tags": _one_or_several(_TEXT, "The article's tags."),
    "expect": {"description": "What the rule shall do.", "enum": ["match", "silent"]},
    "where": {"description": "Where it shall match.", "enum": list(PLACES)},
}
