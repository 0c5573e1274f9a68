"""Stems of an Arabic verb from its citation form, the third person masculine of the perfect.

Written Arabic without vowels: several verbs share their letters, so every stem is generated that
one of them has. Patterns after Wright, A Grammar of the Arabic Language, vol. 1.
"""

from __future__ import annotations

from watcher.arabic.letters import PLAIN

_WEAK = "اي"


def verb_stems(citation: str) -> tuple[set[str], set[str]]:
    """Give the plain stems of the perfect and of the imperfect of a verb as a person writes it.

    >>> perfect, imperfect = verb_stems("أضاف")
    >>> sorted(imperfect)
    ['ضاف', 'ضف', 'ضيف']
    """
    verb = citation.translate(PLAIN)
    perfect, imperfect = _perfect(verb), _imperfect(citation, verb)
    return {s for s in perfect if len(s) > 1}, {s for s in imperfect if s}


def _perfect(verb: str) -> set[str]:
    """Active and passive stems of the perfect."""
    stems = {verb}
    if verb[-1] in _WEAK:
        root = verb[:-1]
        stems |= {root, root + "ي", root + "ا"}
        if verb[-1] == "ا":
            stems.add(root + "و")
    elif (len(verb) > 2 and verb[-2] == "ا" and len(verb) != 4) or (
        verb[:1] == "ا" and verb[-2] == "ا"
    ):
        stems |= {verb[:-2] + verb[-1], verb[:-2] + "ي" + verb[-1]}
        if len(verb) > 4 and verb[-4:-2].endswith("ت"):
            stems.add(verb)
    if len(verb) == 4 and verb[1] == "ا":
        stems.add(verb[0] + "و" + verb[2:])
    if len(verb) == 5 and verb[0] == "ت" and verb[2] == "ا":
        stems.add(verb[:2] + "و" + verb[3:])
    if _is_doubled(verb):
        stems.add(verb + verb[-1])
    return stems


def _is_doubled(verb: str) -> bool:
    """Tell whether the last letter may stand for two: مد, أصر, استمر, احتل."""
    return len(verb) == 2 or (
        (verb[0] == "ا" and (len(verb) == 3 or (len(verb) == 4 and verb[2] == "ت")))
        or (verb.startswith("است") and len(verb) == 5)
        or (verb.startswith("ان") and len(verb) == 4)
    )


def _imperfect(citation: str, verb: str) -> set[str]:
    """Active and passive stems of the imperfect, without the prefix of the person."""
    if (citation[0] in "أآإ" and len(verb) >= 4) or (citation[0] == "أ" and len(verb) == 3):
        bases = {verb[1:]}
        if citation[0] == "آ" or len(verb) == 3:
            bases |= {"ء" + verb[1:], "ا" + verb[1:]}
        return _inflected(bases, change_middle=citation[0] != "آ")
    if verb[0] == "ا" and len(verb) >= 4:
        return _inflected({verb[1:]}, change_middle=verb.startswith("است"))
    if verb == "راي":
        return {"ري", "ر", "را"}
    bases = {verb}
    if len(verb) == 3 and verb[0] == "و":
        bases.add(verb[1:])
    return _inflected(bases, change_middle=len(verb) == 3)


def _inflected(bases: set[str], *, change_middle: bool) -> set[str]:
    """Add what weak and doubled letters become."""
    stems = set(bases)
    for base in bases:
        if len(base) < 2:
            continue
        if base[-1] in _WEAK:
            root = base[:-1]
            stems |= {root, root + "ي", root + "ا"}
            if len(base) == 3 and base[-1] == "ا":
                stems.add(root + "و")
        elif base[-2] == "ا" and len(base) > 2:
            root, last = base[:-2], base[-1]
            stems.add(root + last)
            if change_middle:
                stems.add(root + "ي" + last)
                if len(base) == 3:
                    stems.add(root + "و" + last)
        elif len(base) in (2, 4):
            stems.add(base + base[-1])
        if base[-1] == "ا" and len(base) == 3:
            stems.add(base[:-1] + "ء")
    return stems
