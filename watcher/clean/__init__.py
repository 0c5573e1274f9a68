"""What is the article and what the page put around it, line by line, each with a reason. Pure.

Knows no HTML and no site. When in doubt a line stays: a sentence lost is worse than a label kept.
"""

from __future__ import annotations

from watcher.clean.cleaner import clean
from watcher.clean.learned import Furniture, Learned, Page, Sighting, in_force, learn, learned

__all__ = ["Furniture", "Learned", "Page", "Sighting", "clean", "in_force", "learn", "learned"]
