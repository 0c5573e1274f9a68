"""Stems of an Arabic verb from its citation form, the third person masculine of the perfect.

Written Arabic leaves vowels out: verbs that share their letters share their stems. Patterns after
Wright, A Grammar of the Arabic Language, vol. 1, part 2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.arabic.affixes import (
    BARE,
    ENCLITIC,
    IMPERFECT,
    IMPERFECT_N,
    OBJECT,
    PERFECT,
    PERFECT_C,
    VERB_DUAL,
)
from watcher.arabic.tables import ELATIVES, HOLLOW_IN_A

if TYPE_CHECKING:
    from watcher.arabic.lexicon import Lexicon

Stems = dict[str, int]

_CAUSATIVE = re.compile("أ[^ا][^ا]ى")
_REFLEXIVE = re.compile("ت[^ا][^ا][^ةاي]|ت[^ا]ا[^ا][^ةاي]|ت[^ا][^اوي][^اوي][^ةاي]")
"""Reflexives, تطور, تعاون and تدهور, whose verbal nouns are spelled alike."""

_DERIVED = re.compile(
    "[^اويتمءأإآ]ا[^ايىة][^اويىة]"  # صافح, راوح
    "|أ[^ايىة][^اويىة]{2}"  # أرجع, أوفد
    "|ان[^اويىة]{3}|ا[^ا]ت[^اويىة]{2}|است[^ايىة][^اويىة]{2}"  # انتشل, احتدم, استوجب
    "|(?:ا[^ا]ت|ازد|اصط|اضط)ا[^اويىة]"  # ازداد, اغتال
    "|(?:ان..|ا[^ا]ت.|است..)ى"  # انطوى, احتوى, استثنى
)
"""Derived forms that no noun shares, whether the lexicon lists them or not."""
_ROOT = re.compile("[^اويىةءأإآؤئ]{3}|[^اويىةءأإآؤئ][^اىةءأإآؤئ][^اويىةءأإآؤئ]{2}")
"""Roots of three and four letters, شكك, دحرج and هيمن."""

_ALONE = BARE | ENCLITIC | OBJECT
_SOUND_PERFECT = _ALONE | PERFECT | PERFECT_C | VERB_DUAL
_SOUND_IMPERFECT = _ALONE | IMPERFECT | IMPERFECT_N
_DUAL_ENDINGS = ("ان", "ون", "وا", "ا")


def is_verb(verb: str, written: str, known: Lexicon) -> bool:
    """Tell whether a plain word may be a verb's citation: has its shape, and listed finite forms.

    A word like تطور or تعاون has no other citation; the lexicon need not list it. `written` is the
    word as a person writes it.
    """
    if verb in ELATIVES or (written[0] == "آ" and verb in known.nominal(verb)):
        return False
    if written[0] == "ت" and _REFLEXIVE.fullmatch(written):
        return known.nominal(verb) in ([], [verb])
    if written[0] == "أ" and _CAUSATIVE.fullmatch(written) and verb not in known.nominal(verb):
        return True
    if (written[-1] == "ي" and len(verb) > 3) or verb[-1] == "ة":
        return False
    if not known.is_verb(verb):
        return _is_verb_by_shape(verb, written, known)
    return _has_shape(verb, written, known)


def _is_verb_by_shape(verb: str, written: str, known: Lexicon) -> bool:
    """Tell whether a word of which the lexicon lists no finite form is built like a verb."""
    if verb in known.nominal(verb):
        return False
    if _DERIVED.fullmatch(written):
        return True
    return _ROOT.fullmatch(written) is not None and (len(verb) == 3 or verb in known)


def _has_shape(verb: str, written: str, known: Lexicon) -> bool:
    """Tell whether a word that has finite forms is no noun by its shape."""
    if verb not in known.nominal(verb) and _DERIVED.fullmatch(written):
        return True
    if len(verb) == 4 and verb[0] != "ا":
        if verb[1] == "ا":
            return True
        return verb[2] not in "اوي" and verb[0] not in "مت"
    if len(verb) == 3 and written[-1] == "ي":
        # رأت is of رأى; a verb in ي keeps it, بقيت.
        return verb not in known.nominal(verb) and verb[:-1] + "تا" not in known.forms(verb)
    if len(verb) == 4:
        return verb[2] not in "وي"
    if len(verb) == 5:
        hollow = verb[2] == "ت" or verb[1] == "ن"
        if verb[0] == "ت":
            return verb[3] not in "اي"
        return verb[0] == "ا" and verb[3] not in ("وي" if hollow else "اوي")
    return len(verb) < 4 or (len(verb) == 6 and (verb.startswith("است") or verb[4] not in "اوي"))


def verb_stems(verb: str, written: str, known: Lexicon) -> tuple[Stems, Stems]:
    """Give the plain stems of the perfect and of the imperfect, each with the endings it takes.

    `written` is the verb as a person writes it: whether it begins with أ tells the pattern.
    """
    if len(verb) == 3 and written[1] in "أؤئ" and verb[2] != "ي":
        sound = (verb, verb[0] + "ء" + verb[2])
        return dict.fromkeys(sound, _SOUND_PERFECT), dict.fromkeys(sound, _SOUND_IMPERFECT)
    if written[-1] in "أئؤ" and len(verb) > 2:
        return _ending_in_hamza(verb)
    imperfect = _imperfect(verb, written, known)
    return _perfect(verb, known), _confirmed(imperfect, verb, known)


def _ending_in_hamza(verb: str) -> tuple[Stems, Stems]:
    """Give the stems of a verb such as بدأ or أنشأ, whose hamza changes its seat."""
    base = verb[1:] if verb[0] == "ا" and len(verb) > 3 else verb
    seated = base[:-1].removesuffix("ي") + "ء"
    perfect = {verb: _SOUND_PERFECT, verb[:-1] + "ء": _SOUND_PERFECT}
    if verb[1] == "ا" and len(verb) == 4:
        perfect[verb[0] + "و" + verb[2] + "ء"] = _ALONE | PERFECT
    return perfect, dict.fromkeys((base, base[:-1] + "ء", seated), _SOUND_IMPERFECT)


def _perfect(verb: str, known: Lexicon) -> Stems:
    """Active and passive stems of the perfect."""
    if verb[-1] in "اي":
        root = verb[:-1]
        stems = {verb: _ALONE | PERFECT_C, root: PERFECT}
        stems[root + "ا"] = stems.get(root + "ا", 0) | ENCLITIC
        stems[root + "ي"] = stems.get(root + "ي", 0) | BARE | PERFECT | PERFECT_C | VERB_DUAL
        if verb[-1] == "ا":
            stems[root + "و"] = PERFECT_C
        return {stem: endings for stem, endings in stems.items() if len(stem) > 1}
    stems = {verb: _SOUND_PERFECT}
    if _is_hollow(verb):
        short, passive = verb[:-2] + verb[-1], verb[:-2] + "ي" + verb[-1]
        stems[verb] = _ALONE | PERFECT | VERB_DUAL
        if not known.is_verb(short):
            stems[short] = PERFECT_C
        if len(verb) > 3 or passive + "ا" in known.forms(verb):
            stems[passive] = _ALONE | PERFECT | VERB_DUAL
    elif _is_doubled(verb) and not known.is_verb(verb + verb[-1]):
        stems[verb + verb[-1]] = PERFECT_C
    if len(verb) == 4 and verb[1] == "ا" and verb[0] not in "او":
        stems[verb[0] + "و" + verb[2:]] = _ALONE | PERFECT
    return stems


def _is_hollow(verb: str) -> bool:
    """Tell whether the middle radical is weak: قال, أقام, اختار, استقال."""
    return verb[-2:-1] == "ا" and (len(verb) == 3 or verb[0] == "ا")


def _is_doubled(verb: str) -> bool:
    """Tell whether the last letter may stand for two: مد, أصر, احتل, استمر."""
    return (
        len(verb) == 2
        or (verb[0] == "ا" and len(verb) == 3)
        or (len(verb) == 4 and verb[0] == "ا" and verb[2] == "ت")
        or (len(verb) == 5 and verb.startswith("است"))
        or (len(verb) == 4 and verb.startswith("ان"))
    )


def _imperfect(verb: str, written: str, known: Lexicon) -> Stems:
    """Active and passive stems of the imperfect, without the prefix of the person."""
    if verb == "راي":
        return {"ري": _SOUND_IMPERFECT, "ر": IMPERFECT, "را": ENCLITIC}
    if written[0] == "آ":
        return _inflected("ا" + verb[1:]) | _inflected("ء" + verb[1:])
    if written[0] == "أ" and len(verb) == 3:
        stems = _hamzated(verb, known)
        return stems | _inflected(verb[1:]) if _is_fourth(verb, known) else stems
    if verb[0] == "ا" and len(verb) >= 4:
        changes = written[0] == "أ" or verb.startswith("است")
        stems = _inflected(verb[1:], middle="ي" if changes else "")
        return stems | _inflected("و" + verb[2:]) if written.startswith("أي") else stems
    middle = "وي" if len(verb) == 3 else ""
    stems = _inflected(verb, middle=middle)
    if len(verb) == 3 and verb[0] == "و":
        stems |= _inflected(verb[1:], sound=True)
    return stems


def _hamzated(verb: str, known: Lexicon) -> Stems:
    """Give the imperfect of a verb in أ as the lexicon lists it: يأخذ, of the second form يؤكد."""
    forms = known.forms(verb)
    first = any(form.startswith("يا") for form in forms)
    second = any(form.startswith("يء") for form in forms)
    stems: Stems = {}
    if first or not second:
        stems |= _inflected(verb)
    if second or not first:
        stems |= _inflected("ء" + verb[1:])
    return stems


def _is_fourth(verb: str, known: Lexicon) -> bool:
    """Tell whether a verb of three letters in أ is the fourth form of a doubled one: أصر, أعد."""
    starts = ("ي" + verb[1:], verb + verb[-1])
    return any(form.startswith(starts) for form in known.forms(verb))


def _inflected(base: str, *, middle: str = "", sound: bool = False) -> Stems:
    """Add what weak and doubled letters become; `middle` lists the vowels of a weak radical."""
    if base[-1] in "اي":
        root = base[:-1]
        stems = {root: BARE | IMPERFECT, root + "ا": ENCLITIC, root + "ي": _SOUND_IMPERFECT}
        if base[-1] == "ا" and len(base) == 3:
            stems[root + "و"] = _SOUND_IMPERFECT
        if base[-1] == "ا":
            stems[base] = _SOUND_IMPERFECT
        return stems
    if base[-2:-1] == "ا" and len(base) > 2:
        root, last = base[:-2], base[-1]
        stems = {base: _ALONE | IMPERFECT, root + last: _ALONE | IMPERFECT_N}
        return stems | {root + vowel + last: _ALONE | IMPERFECT for vowel in middle}
    stems = {base: _SOUND_IMPERFECT}
    if len(base) in (2, 3, 4) and not sound:
        stems[base + base[-1]] = IMPERFECT_N
    return stems


def _confirmed(stems: Stems, verb: str, known: Lexicon) -> Stems:
    """Keep, of the stems with a long middle vowel, those that the lexicon lists, if any is active.

    Where it lists the passive alone, in ا, the active may have و or ي.
    """
    if not _is_hollow(verb):
        return stems
    short = verb[-3:-2] + verb[-1]
    if known.is_verb(short):
        stems = {stem: endings for stem, endings in stems.items() if stem[-2:] != short}
    if verb in HOLLOW_IN_A:
        return {stem: endings for stem, endings in stems.items() if stem[-2:-1] not in tuple("وي")}
    listed = {_without_dual(form[1:]) for form in known.forms(verb) if form[0] in "يت"}
    if not any(stem in listed for stem in stems if stem[-2:-1] in tuple("وي")):
        return stems
    passive = {verb[1:]} if len(verb) > 3 else set()
    return {
        stem: endings
        for stem, endings in stems.items()
        if stem[-2:-1] not in tuple("اوي") or stem in listed | passive
    }


def _without_dual(form: str) -> str:
    """Cut the ending of a dual or plural off."""
    return next((form.removesuffix(end) for end in _DUAL_ENDINGS if form.endswith(end)), form)
