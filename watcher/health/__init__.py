"""Whether a source still delivers: judged by what polls and readings show of it. Pure."""

from watcher.health.articles import Vitals, read_well, sample_of, sample_of_none
from watcher.health.articles import describe as tell_of_articles
from watcher.health.kinds import KINDS, Kind
from watcher.health.polls import SUSPECT, judge, met, observe, renewed
from watcher.health.polls import describe as tell_of_polls

__all__ = [
    "KINDS",
    "SUSPECT",
    "Kind",
    "Vitals",
    "judge",
    "met",
    "observe",
    "read_well",
    "renewed",
    "sample_of",
    "sample_of_none",
    "tell_of_articles",
    "tell_of_polls",
]
