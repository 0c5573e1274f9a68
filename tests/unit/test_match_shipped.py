"""The rule files that ship: without a problem, and right about their own tests and real news."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.quality.gate import below, floors
from watcher.config.compose import load_document
from watcher.document import Mapping
from watcher.match import match, read_rules, run_tests
from watcher.model import Article

FOLDER = Path(__file__).parents[2] / "rules"
SHARED = Path(__file__).parents[3] / "shared"
TOPICS = {
    "coalition-withdrawal": "T1",
    "attacks-on-coalition-bases": "T2",
    "ain-al-asad-attack": "T2",
    "iraq-elections": "T3",
    "isis-attacks-iraq": "T4",
    "oil-opec": "T5",
    "pmf-militias": "T6",
}
MEASURED = ("T1", "T3", "T4", "T5", "T6")


@pytest.fixture(scope="module")
def shipped():
    documents = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document, problems = load_document(path)
        assert problems == []
        assert isinstance(document, Mapping)
        documents.append(document)
    rules, problems = read_rules(documents)
    assert [str(problem) for problem in problems] == []
    return rules


def test_shipped_rules_pass_their_own_tests(shipped):
    assert [str(result) for result in run_tests(shipped) if not result.passed] == []


def test_every_topic_has_a_rule(shipped):
    assert {rule.id for rule in shipped.rules} >= set(TOPICS)


def topics_of(rules, article):
    return {TOPICS[found.rule] for found in match(rules, article) if found.rule in TOPICS}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the annotated news is not part of the repository")
def test_topics_of_real_news_are_found(shipped):
    """F1 of each topic, and of all together, stays above the floor."""
    corpus = SHARED / "eval/corpus/topics_dev.jsonl.gz"
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    found = {
        document["id"]: topics_of(shipped, Article("", document["title"], document["text"]))
        for document in documents
    }
    f1 = {}
    for topic in MEASURED:
        relevant = {d["id"] for d in documents if d["labels"].get(topic) == "relevant"}
        silent = {d["id"] for d in documents if d["labels"].get(topic) == "not"}
        reported = {one for one in relevant | silent if topic in found[one]}
        f1[topic] = 2 * len(reported & relevant) / (len(reported) + len(relevant))

    f1["macro"] = sum(f1.values()) / len(f1)
    assert below(f1, floors("rules", [corpus])) == {}


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists(), reason="the sample articles are not part of the repository"
)
def test_sample_articles_give_exactly_their_topics(shipped):
    """What stands in the annotated body lines is reported in the right place, and nothing else."""
    gold = json.loads((SHARED / "seeds/gold.json").read_text(encoding="utf-8"))
    places = {"main": {"title", "lead"}, "mention": {"text"}, "either": {"title", "lead", "text"}}
    judged = {"coalition-withdrawal", "attacks-on-coalition-bases", "ain-al-asad-attack"}
    for name, wanted in gold.items():
        if name == "about":
            continue
        lines = (SHARED / "seeds" / name).read_text(encoding="utf-8").split("\n")
        title = lines[wanted["title"] - 1] if wanted["title"] else ""
        text = "\n".join(lines[number - 1].strip() for number in wanted["body"])
        found = {one.rule: one.where for one in match(shipped, Article("", title.strip(), text))}

        assert {rule for rule in found if rule in judged} == set(wanted["topics"]), name
        assert all(found[rule] in places[kind] for rule, kind in wanted["topics"].items()), name
