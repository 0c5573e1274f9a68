"""Atoms: what rules look for and share, named by text alone, so that files compile apart. Pure.

An atom is how it is looked for, as one letter, and the term as a rule writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.arabic import Term

if TYPE_CHECKING:
    from watcher.match.written import Mode

_SIGNS: dict[Mode, str] = {"inflected": "~", "exact": "=", "literal": "'", "regex": "/"}
_MODES = {sign: mode for mode, sign in _SIGNS.items()}


def atom_of(mode: Mode, text: str) -> str:
    """Name an atom.

    >>> atom_of("exact", "جسر")
    '=جسر'
    """
    return _SIGNS[mode] + text


def mode_of(atom: str) -> Mode:
    """Tell how an atom is looked for."""
    return _MODES[atom[0]]


def text_of(atom: str) -> str:
    """Give the term, literal or regular expression as the rule writes it."""
    return atom[1:]


def is_term(atom: str) -> bool:
    """Tell a term from a literal or regular expression."""
    return atom[0] in "~="


def term_of(atom: str) -> Term:
    """Give the term that an atom looks for."""
    return Term(text_of(atom), "exact" if mode_of(atom) == "exact" else "inflected")
