"""Captions tell any part of what there is, in free word order, with synonyms; some wordings are held out. The parser judges captions."""

import re
from dataclasses import dataclass

import numpy as np

from .things import CATEGORIES, COLOUR_NAMES, COLOURS, MOTION_NAMES, MOTIONS, THINGS
from .voices import VOICES


@dataclass(frozen=True)
class Facts:
    """What a sample is: indices into THINGS, COLOUR_NAMES, MOTION_NAMES, VOICES; -1 where it does not tell."""

    thing: int = -1
    colour: int = -1
    motion: int = -1
    voice: int = -1


PARTS = ("thing", "colour", "motion", "voice")
# The last form of each list is held out: no training sees it.
THING_FORMS = ("{a} {t}", "{t}", "the {t}", "one {t}", "{a} nice {t}", "a picture of {a} {t}", "look, {a} {t}")
COLOUR_FORMS = (
    "on a {c} background",
    "on {c}",
    "{c} background",
    "in front of a {c} wall",
    "with {c} behind it",
    "before a {c} backdrop",
)
MOTION_FORMS = ("{m}", "that is {m}", "it is {m}", "{m} around", "seen {m}")
VOICE_FORMS = ("said by {v}", "{v} says it", "spoken by {v}", "told by {v}", "as {v} would say")
# How people ask, beyond how captions are written: prompts use these too.
ASKING = {
    "thing": (
        "this is {a} {t}",
        "here is {a} {t}",
        "a drawing of {a} {t}",
        "a photo of {a} {t}",
        "show me {a} {t}",
        "there is {a} {t}",
        "i see {a} {t}",
        "my {t}",
        "that {t}",
        "a little {t}",
        "a big {t}",
        "a cute {t}",
    ),
    "colour": (
        "against {c}",
        "with a {c} background",
        "the background is {c}",
        "over {c}",
        "in {c}",
        "{c} all around",
        "a {c} scene",
        "everything else {c}",
    ),
    "motion": ("which is {m}", "and it is {m}", "always {m}", "while {m}", "{m} about"),
    "voice": ("with {v} speaking", "in {v}", "{v} speaking", "from {v}", "we hear {v}", "the sound of {v}"),
}
FILLERS = ("please", "well", "now", "so", "and", "very", "just", "maybe", "with", "the", "some", "for me")
FORMS = {"thing": THING_FORMS, "colour": COLOUR_FORMS, "motion": MOTION_FORMS, "voice": VOICE_FORMS}


def article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _pick(rng: np.random.Generator, options: tuple[str, ...] | list[str]) -> str:
    return options[int(rng.integers(len(options)))]


def phrase(part: str, value: int, rng: np.random.Generator, held_out: bool = False, category: bool = False, asking: bool = False) -> str:
    """One part of a caption in one of its forms; `asking` takes the forms of prompts half the time."""
    form = FORMS[part][-1] if held_out else _pick(rng, ASKING[part] if asking and rng.random() < 0.5 else FORMS[part][:-1])
    if part == "thing":
        thing = THINGS[value]
        if category:
            word = _pick(rng, CATEGORIES[thing.category])
            if word.startswith("something"):
                return word
        else:
            plain = rng.random() < 0.6
            word = thing.name if plain or not thing.synonyms else _pick(rng, thing.synonyms)
        plural = word in ("grapes", "cherries", "cattle")
        return form.format(a="some" if plural else article(word if "nice" not in form else "nice"), t=word)
    if part == "colour":
        name = COLOUR_NAMES[value]
        return form.format(c=name if rng.random() < 0.7 else _pick(rng, COLOURS[name][0]))
    if part == "motion":
        name = MOTION_NAMES[value]
        return form.format(m=name if rng.random() < 0.5 else _pick(rng, MOTIONS[name]))
    return form.format(v=_pick(rng, VOICES[value].phrases))


def caption(facts: Facts, rng: np.random.Generator, tell: tuple[str, ...] = PARTS, held_out: bool = False, category: bool = False) -> str:
    """A caption of the parts in `tell` that are known, in a random order (the thing first more often than not)."""
    parts = [part for part in tell if getattr(facts, part) >= 0]
    order = list(rng.permutation(parts)) if rng.random() < 0.4 else parts
    phrases = [phrase(part, getattr(facts, part), rng, held_out, category) for part in order]
    return (" " if rng.random() < 0.6 else ", ").join(phrases)


def ask(facts: Facts, rng: np.random.Generator, tell: tuple[str, ...] = PARTS, category: bool = False) -> str:
    """A prompt as people may type it: any form, in any order, now and then with words that mean nothing here."""
    parts = [part for part in tell if getattr(facts, part) >= 0]
    words = [phrase(part, getattr(facts, part), rng, False, category, True) for part in rng.permutation(parts)]
    if rng.random() < 0.3:
        words.insert(int(rng.integers(len(words) + 1)), _pick(rng, FILLERS) if rng.random() < 0.5 else _nonsense(rng))
    return (" " if rng.random() < 0.6 else ", ").join(words)


def _nonsense(rng: np.random.Generator) -> str:
    return "".join(chr(97 + int(letter)) for letter in rng.integers(26, size=int(rng.integers(2, 7))))


def draw_prompt_tell(rng: np.random.Generator, often: tuple[str, ...] = ("thing",)) -> tuple[str, ...]:
    """What a prompt tells: any parts, those of `often` nearly always."""
    kept = tuple(part for part in PARTS if rng.random() < (0.9 if part in often else 0.5))
    return kept or ("thing",)


def filled(facts: Facts, rng: np.random.Generator) -> Facts:
    """The same facts, with a random value for what they do not tell: a prompt may speak of what one modality cannot show."""
    drawn = draw_facts(rng)
    return Facts(**{part: getattr(facts, part) if getattr(facts, part) >= 0 else getattr(drawn, part) for part in PARTS})


def draw_tell(rng: np.random.Generator, parts: tuple[str, ...]) -> tuple[str, ...]:
    """A random subset of the parts; all of them half the time, and the thing nearly always."""
    if rng.random() < 0.5:
        return parts
    kept = tuple(part for part in parts if rng.random() < (0.85 if part == "thing" else 0.5))
    return kept or parts[:1]


def _words() -> dict[str, dict[str, int]]:
    words: dict[str, dict[str, int]] = {part: {} for part in PARTS}
    for index, thing in enumerate(THINGS):
        words["thing"] |= dict.fromkeys((thing.name, *thing.synonyms), index)
    for index, name in enumerate(COLOUR_NAMES):
        words["colour"] |= dict.fromkeys((name, *COLOURS[name][0]), index)
    for index, name in enumerate(MOTION_NAMES):
        words["motion"] |= dict.fromkeys((name, *MOTIONS[name]), index)
    for index, voice in enumerate(VOICES):
        words["voice"] |= dict.fromkeys(voice.phrases, index)
    return words


WORDS = _words()


def parse(text: str) -> Facts:
    """What a caption says; -1 for what it does not say, or where it says two different things."""
    text = f" {re.sub(r'[^a-z ]+', ' ', text.lower())} "
    facts = {}
    for part, words in WORDS.items():
        found, rest = set(), re.sub(" +", " ", text)
        for word in sorted(words, key=len, reverse=True):
            cleaned = re.sub(r"[^a-z ]+", " ", word)
            if f" {cleaned} " in rest:
                found.add(words[word])
                rest = rest.replace(f" {cleaned} ", "  ")
        facts[part] = found.pop() if len(found) == 1 else -1
    return Facts(**facts)


def draw_facts(rng: np.random.Generator) -> Facts:
    """Facts of a whole scene."""
    sizes = (len(THINGS), len(COLOUR_NAMES), len(MOTION_NAMES), len(VOICES))
    return Facts(*(int(rng.integers(size)) for size in sizes))
