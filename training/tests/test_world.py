"""The world's generators: seeded, in range, and captions that the parser reads back."""

import numpy as np
import pytest

from picturebook import clips, pictures
from picturebook.captions import PARTS, Facts, ask, caption, draw_facts, draw_tell, filled, parse
from picturebook.clips import animate
from picturebook.pictures import background, place, placement
from picturebook.things import CATEGORIES, COLOUR_NAMES, INDEX, MOTION_NAMES, THINGS, held_out_style, split_styles
from picturebook.voices import UTTERANCES, VOICES, draw_utterance, place_utterance


def icon() -> np.ndarray:
    drawn = np.zeros((96, 96, 4), np.uint8)
    drawn[20:76, 20:76] = (200, 30, 30, 255)
    return drawn


def test_world_is_as_large_as_promised():
    assert len(THINGS) >= 64 and len(COLOUR_NAMES) >= 6 and len(MOTION_NAMES) >= 5
    assert len({thing.name for thing in THINGS}) == len(THINGS)
    assert {thing.category for thing in THINGS} == set(CATEGORIES)


@pytest.mark.parametrize("held_out", [False, True])
def test_captions_are_read_back(held_out: bool):
    rng = np.random.default_rng(1)
    for _ in range(500):
        facts = draw_facts(rng)
        assert parse(caption(facts, rng, PARTS, held_out=held_out)) == facts


def test_prompts_are_read_back_and_keep_to_trained_wordings():
    rng = np.random.default_rng(3)
    for _ in range(500):
        facts = draw_facts(rng)
        asked = ask(facts, rng)
        assert parse(asked) == facts, asked
        assert not any(word in asked.split() for word in ("look", "before", "backdrop", "seen", "as", "would")), asked


def test_filled_facts_keep_what_is_known():
    rng = np.random.default_rng(4)
    full = filled(Facts(thing=3, voice=2), rng)
    assert (full.thing, full.voice) == (3, 2) and full.colour >= 0 and full.motion >= 0


def test_captions_are_seeded():
    def write(seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        return [caption(draw_facts(rng), rng, draw_tell(rng, PARTS)) for _ in range(20)]

    assert write(4) == write(4)
    assert write(4) != write(5)


def test_parser_refuses_two_things():
    assert parse("a dog and a cat").thing == -1
    assert parse("a puppy on blue").thing == INDEX["dog"]
    assert parse("an animal").thing == -1


def test_vague_captions_name_no_thing():
    rng = np.random.default_rng(2)
    assert all(parse(caption(Facts(thing=thing), rng, ("thing",), category=True)).thing == -1 for thing in range(len(THINGS)))


def test_picture_is_seeded_and_shows_its_background():
    def draw(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return place(icon(), background(rng, COLOUR_NAMES.index("blue")), *placement(rng))

    assert np.array_equal(draw(3), draw(3))
    assert not np.array_equal(draw(3), draw(4))
    assert draw(3).shape == (64, 64, 3)
    assert draw(3)[0, 0, 2] > draw(3)[0, 0, 0]


@pytest.mark.parametrize("motion", range(len(MOTION_NAMES)))
def test_clips_move_where_it_is_loud(motion: int):
    speed = np.zeros(12, np.float32)
    speed[6:9] = 1
    frames = animate(icon(), np.array([40.0, 96, 220]), motion, speed, np.random.default_rng(0)).astype(int)
    change = np.abs(np.diff(frames, axis=0)).mean((1, 2, 3))
    if MOTION_NAMES[motion] == "still":
        assert change.max() == 0
    else:
        assert change[5:8].min() > 0 and change[:5].max() == 0 and change[8:].max() == 0


def test_utterance_stays_inside_its_second():
    utterance = np.zeros(16_000, np.int16)
    utterance[:9_000] = 9_000
    placed = place_utterance(np.random.default_rng(1), utterance)
    assert placed.shape == (16_000,) and np.count_nonzero(placed) == 9_000


def test_some_styles_are_held_out():
    held = sum(held_out_style(thing, style) for thing in range(len(THINGS)) for style in range(5))
    assert 0 < held < len(THINGS)


def test_splits_share_no_style_and_no_utterance():
    for thing in range(len(THINGS)):
        trained, held = split_styles(thing, 5, True), split_styles(thing, 5, False)
        assert not {*trained} & {*held} and {*trained} | {*held} == set(range(5))
    # Utterances that differ in nothing but their length.
    voices = np.zeros((1, 1, UTTERANCES, 16_000), np.int16)
    for index in range(UTTERANCES):
        voices[0, 0, index, : 100 + index] = 9_000
    rng = np.random.default_rng(0)
    heard = {train: {np.count_nonzero(draw_utterance(voices, rng, 0, 0, train)) - 100 for _ in range(200)} for train in (True, False)}
    assert heard == {True: set(range(UTTERANCES - 2)), False: {UTTERANCES - 2, UTTERANCES - 1}}


def test_pictures_and_clips_are_seeded(monkeypatch):
    icons = [[icon()] * 5 for _ in THINGS]
    voices = np.random.default_rng(0).integers(-9_000, 9_000, size=(len(THINGS), len(VOICES), UTTERANCES, 16_000)).astype(np.int16)
    for module in (pictures, clips):
        monkeypatch.setattr(module, "load_icons", lambda: icons)
    monkeypatch.setattr(clips, "load_voices", lambda: voices)
    for make in (pictures.make_pictures, clips.make_clips):
        one, same, other = (make(3, seed=seed) for seed in (1, 1, 2))
        assert all(np.array_equal(one[name], same[name]) for name in one)
        assert not np.array_equal(one["pixels"], other["pixels"])
