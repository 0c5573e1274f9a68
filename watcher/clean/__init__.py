"""What is the article and what the page put around it, line by line, each with a reason. Pure.

Knows no HTML and no site. When in doubt a line stays: a sentence lost is worse than a label kept.
"""

from __future__ import annotations

from watcher.clean.cleaner import clean
from watcher.clean.learned import Furniture, Learned, Page, in_force, learn, learned, lines_of

__all__ = ["Furniture", "Learned", "Page", "clean", "in_force", "learn", "learned", "lines_of"]
