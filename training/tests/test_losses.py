"""Shapes, and every loss falls on a tiny set."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from picturebook.autoencoder import Autoencoder, training_loss
from picturebook.captions import PARTS, Facts, ask, caption, draw_facts, parse
from picturebook.denoiser import connector_parameters, no_environment
from picturebook.environment import ENVIRONMENT_ENCODERS
from picturebook.flow import CLIP_SHIFT, SHARED, clip_loss, draw_noise, drop_prompts, flow_loss, level_of, mixing, noised, sample, shifted
from picturebook.graphs import ClipDenoiser, Delay, FrameMixing
from picturebook.hints import Timing, resampling, said
from picturebook.judges import MotionJudge, PictureJudge, SoundJudge
from picturebook.mel import GriffinLim, Mel
from picturebook.space import AUDIO_LATENT, IMAGE_LATENT, MODALITIES, TEXT_LATENT, VIDEO_LATENT
from picturebook.text_autoencoder import TextAutoencoder, write
from picturebook.things import MOTION_NAMES
from picturebook.tokenizer import decode, encode
from picturebook.towers import AudioTower, ImageTower, TextTower, VideoTower
from picturebook.train_denoisers import GAP, Captions, Prompter, new_denoiser
from picturebook.train_environments import Speaker, loudness_of, speaker_loss
from picturebook.train_joint import Side, joint_loss, pack
from picturebook.train_judges import shaken
from picturebook.train_text_autoencoder import teacher
from picturebook.train_towers import contrast, halves, tokens_of, true_of

LATENTS = {"text": TEXT_LATENT, "image": IMAGE_LATENT, "audio": AUDIO_LATENT, "video": VIDEO_LATENT}


@pytest.fixture(autouse=True)
def seeded():
    torch.set_num_threads(1)
    torch.manual_seed(0)


def falls(model: nn.Module, loss: Callable[[], Tensor], steps: int, to: float, rate: float = 2e-3, parameters=None) -> None:
    optimiser = torch.optim.AdamW(parameters or model.parameters(), lr=rate)
    values = []
    for _ in range(steps):
        value = loss()
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert np.mean(values[-3:]) < to * np.mean(values[:3]), values


def facts(count: int) -> list[Facts]:
    rng = np.random.default_rng(0)
    return [draw_facts(rng) for _ in range(count)]


@pytest.mark.parametrize("modality", MODALITIES)
def test_denoiser_learns_and_starts_without_connectors(modality: str):
    model = new_denoiser(modality)
    z, condition = torch.randn(2, *LATENTS[modality]), F.normalize(torch.randn(2, 1, 128), dim=-1)
    t = torch.tensor([900.0, 100.0])
    empty = model(z, t, condition, *no_environment(2))
    told = model(z, t, condition, torch.randn(2, 4, 8, 64), torch.ones(2, 4))
    assert empty.shape == z.shape and torch.equal(empty, told)

    def loss() -> Tensor:
        torch.manual_seed(1)  # the same noise each time: what falls is the model's part
        return clip_loss(model, z, condition) if modality == "video" else flow_loss(model, z, condition)

    falls(model, loss, steps=8, to=0.99, rate=5e-4)


@pytest.mark.parametrize("modality", MODALITIES)
def test_connectors_hear_what_is_told(modality: str):
    model = new_denoiser(modality)
    for parameter in model.parameters():
        if parameter.abs().sum() == 0:
            nn.init.normal_(parameter, std=0.05)
    z, t, condition = torch.randn(2, *LATENTS[modality]), torch.tensor([500.0, 500.0]), torch.randn(2, 1, 128)
    quiet = model(z, t, condition, *no_environment(2))
    environment = torch.randn(2, 4, 8, 64)
    heard = model(z, t, condition, environment, torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 0]]))
    assert not torch.allclose(quiet[0], heard[0]) and torch.allclose(quiet[1], heard[1], atol=1e-6)
    assert len(connector_parameters(model)) > 0


@pytest.mark.parametrize("modality", MODALITIES)
def test_environments_are_normalised(modality: str):
    told = ENVIRONMENT_ENCODERS[modality]()(torch.randn(3, *LATENTS[modality]), torch.tensor([1.0, 500.0, 1000.0]))
    assert told.shape == (3, 8, 64)
    assert torch.allclose(told.norm(dim=-1), torch.ones(3, 8), atol=1e-5)


@pytest.mark.parametrize("modality", MODALITIES)
def test_environments_learn_to_speak(modality: str):
    speaker, rows = Speaker(modality), [Facts(thing=thing) for thing in range(6)]
    z, meant = torch.randn(6, *LATENTS[modality]), F.normalize(torch.randn(6, 128), dim=-1)
    falls(speaker, lambda: speaker_loss(speaker, z, torch.full((6,), 300.0), z, rows, meant), steps=20, to=0.8)


def test_sounds_tell_their_loudness_in_time():
    z = torch.zeros(1, *AUDIO_LATENT)
    z[0, 2, :, 6:8] = 1.0
    assert loudness_of(z)[0].tolist() == [[0, 0, float(token == 3), 0] for token in range(8)]


def test_null_prompts_hear_nothing():
    model = new_denoiser("image")
    for parameter in model.parameters():
        if parameter.abs().sum() == 0:
            nn.init.normal_(parameter, std=0.05)
    z, t, environment, mask = torch.randn(1, *IMAGE_LATENT), torch.full((1,), 500.0), torch.randn(1, 4, 8, 64), torch.ones(1, 4)
    null, prompt = torch.zeros(1, 1, 128), torch.randn(1, 1, 128)
    assert torch.equal(model(z, t, null, environment, mask), model(z, t, null, *no_environment(1)))
    assert not torch.allclose(model(z, t, prompt, environment, mask), model(z, t, prompt, *no_environment(1)))


def test_frames_hear_the_sound_of_their_time():
    timing = Timing()
    nn.init.normal_(timing.hear[2].weight)
    environment, mask = torch.zeros(1, 4, 8, 64), torch.tensor([[0.0, 0, 1, 0]])
    before = timing(environment, mask)
    environment[0, 2, 5] = 1.0  # of eight tokens, so from the seventh of twelve frames on
    changed = (timing(environment, mask) - before).abs().sum(1) > 1e-6
    assert changed.tolist() == [False] * 7 + [True] * 5
    assert not timing(environment, torch.tensor([[1.0, 1, 0, 1]])).any()


def test_clips_of_the_bundle_are_decided_later():
    z0, noise, sigma = torch.randn(2, *VIDEO_LATENT), torch.randn(2, *VIDEO_LATENT), torch.tensor([0.8, 0.3])
    inside, time = Delay().enter(noised(z0 / CLIP_SHIFT, sigma, noise), sigma * 1000)
    level = level_of("video", sigma)
    assert torch.allclose(time, level * 1000) and torch.allclose(inside, noised(z0, level, noise), atol=1e-5)
    assert torch.allclose(Delay().leave(inside, noise - z0, time), noise - z0 / CLIP_SHIFT, atol=1e-4)
    assert torch.equal(level_of("image", sigma), sigma)


def test_environments_are_packed_into_slots():
    told = torch.randn(500, 8, 64)
    environment, mask = pack(told, 2, np.random.default_rng(0))
    assert mask[:, 2].mean() > 0.5 and (mask.sum(1) == 0).any() and (mask.sum(1) == 2).any() and (mask[:, 0] == 1).any()
    row = int(torch.nonzero(mask[:, 2])[0])
    assert torch.equal(environment[row, 2], told[row])


def test_resampling_keeps_a_constant():
    assert torch.allclose(resampling(12, 8).sum(1), torch.ones(8))


@pytest.mark.parametrize("channels", [1, 3])
def test_autoencoder_learns(channels: int):
    model = Autoencoder(channels=channels, width=16)
    x = torch.rand(4, channels, 64, 64).round()
    assert model.encode(x).shape == (4, 4, 16, 16) and model.decode(model.encode(x)).shape == x.shape
    falls(model, lambda: training_loss(model, x), steps=20, to=0.95, rate=5e-3)


def test_text_autoencoder_learns_to_write():
    model, rows = TextAutoencoder(), facts(4)
    texts = [caption(row, np.random.default_rng(index), PARTS) for index, row in enumerate(rows)]
    ids = encode(texts)
    given, target = teacher(ids)

    def loss() -> Tensor:
        logits = model.decode(model.encode(torch.from_numpy(ids)), given)
        return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=0)

    falls(model, loss, steps=60, to=0.05, rate=3e-3)
    written = [decode(row) for row in write(model.eval(), model.encode(torch.from_numpy(ids)))]
    assert [text.replace(" ", "") for text in written] == [text.replace(" ", "") for text in texts]


def test_writing_step_by_step_equals_teacher_forcing():
    model = TextAutoencoder().eval()
    given, _ = teacher(encode(["a dog on blue"]))
    latent = torch.randn(1, *TEXT_LATENT)
    whole = model.decode(latent, given[:, :4])
    past = torch.zeros(1, 3, 2, 4, 0, 32)
    for index in range(4):
        logits, past = model.step(latent, given[:, index : index + 1], past)
        assert torch.allclose(logits, whole[:, index], atol=1e-4)


@pytest.mark.parametrize(
    ("tower", "medium"),
    [(ImageTower, (3, 64, 64)), (AudioTower, (1, 16_000)), (VideoTower, (3, 12, 64, 64))],
)
def test_alignment_falls(tower: type[nn.Module], medium: tuple[int, ...]):
    text, other, rows = TextTower(), tower(), facts(6)
    rng, scale = np.random.default_rng(0), torch.tensor(2.7)
    # Each row unlike the others: a pattern, or a tone, of its own.
    waves = torch.sin(torch.arange(1, 7)[:, None] * 0.1 * torch.arange(int(np.prod(medium)))).reshape(6, *medium)
    media = 0.4 * waves if tower is AudioTower else waves * 0.5 + 0.5
    tokens, true = tokens_of([ask(row, rng) for row in rows]), true_of(rows, [PARTS] * len(rows), np.zeros(len(rows), bool))
    assert true.diagonal().all()
    both = nn.ModuleList([text, other])
    falls(both, lambda: contrast(text(tokens), other(media), true, scale), steps=20, to=0.7, rate=1e-3)
    assert torch.allclose(other(media).norm(dim=-1), torch.ones(6), atol=1e-5)


def test_vague_captions_are_true_of_their_category():
    rows = [Facts(thing=0, colour=1), Facts(thing=1, colour=1), Facts(thing=35, colour=1)]
    true = true_of(rows, [("thing",), ("thing", "colour"), ("colour",)], np.array([True, False, False]))
    assert true.tolist() == [[True, True, False], [False, True, False], [True, True, True]], "a dog is an animal, food is none"
    assert true_of(rows, [("thing",)] * 3, np.zeros(3, bool), ("colour",)).all()


def test_frames_share_noise_and_mixing_makes_it():
    matrix = mixing(12)
    assert torch.allclose(matrix @ matrix, (1 - SHARED) * torch.eye(12) + SHARED, atol=1e-5)
    frames, clips = FrameMixing(), torch.randn(2, *VIDEO_LATENT)
    assert torch.allclose(frames.part(frames.mix(clips)), clips, atol=1e-4)
    drawn = draw_noise(torch.empty(64, *VIDEO_LATENT))
    assert abs(drawn.var().item() - 1) < 0.02
    assert abs((drawn[:, :, 0] * drawn[:, :, 7]).mean().item() - SHARED) < 0.02


def test_clips_are_denoised_in_frames_as_well_as_in_white_noise():
    unet = new_denoiser("video").eval()
    nn.init.normal_(unet.leave[2].weight, std=0.02)
    z, t, c = torch.randn(1, *VIDEO_LATENT), torch.full((1,), 500.0), torch.randn(1, 1, 128)
    frames, delay = FrameMixing(), Delay()
    latent, time = delay.enter(frames.mix(z), t)
    with torch.no_grad():
        outside = ClipDenoiser(unet)(z, t, c, *no_environment(1))
        inside = delay.leave(latent, unet(latent, time, c, *no_environment(1)), time)
    assert torch.allclose(frames.mix(outside), inside, atol=1e-4)


def test_halves_tell_the_whole():
    rng = np.random.default_rng(0)
    for _ in range(50):
        one, other = halves(rng, PARTS)
        assert one and other and {*one, *other} == set(PARTS) and len(one) + len(other) == len(PARTS)
    assert halves(rng, ("thing",)) == (("thing",), ("thing",))


def test_prompts_are_mixed_and_noisy():
    rows = [Facts(thing=thing) for thing in range(8)]
    prompter = Prompter(TextTower().eval(), rows, 3)
    drawn = prompter.draw(np.arange(8))
    assert drawn.shape == (8, 1, 128) and drawn.norm(dim=-1).max() <= 1 + GAP + 1e-2


def test_captions_and_prompts_are_embedded():
    captions = Captions(TextAutoencoder().eval(), TextTower().eval(), 300, 5)
    latents, condition = captions.draw(16)
    assert latents.shape == (16, 64) and condition.shape == (16, 1, 128)
    assert torch.isfinite(captions.latents).all() and torch.isfinite(captions.prompts).all()


def test_environments_speak_in_the_prompts_space():
    told = F.normalize(torch.randn(3, 8, 64), dim=-1)
    same = told[:, :2].repeat(1, 4, 1)
    assert torch.allclose(said(same), F.normalize(told[:, :2].flatten(1), dim=-1), atol=1e-5)
    assert (said(told).norm(dim=-1) < 0.9).all(), "tokens that say different things are unsure"
    assert torch.allclose(said(torch.stack([told, same], 1))[:, 0], said(told))


def test_shift_moves_levels_towards_noise():
    levels = torch.tensor([0.0, 0.25, 0.5, 1.0])
    assert torch.equal(shifted(levels, 1.0), levels)
    assert torch.allclose(shifted(levels, 3.0), torch.tensor([0.0, 0.5, 0.75, 1.0]))


@pytest.mark.parametrize(
    ("judge", "medium", "kinds"),
    [(PictureJudge, (3, 64, 64), 72), (MotionJudge, (3, 12, 64, 64), 5), (SoundJudge, (1, 16_000), 72)],
)
def test_judges_learn(judge: type[nn.Module], medium: tuple[int, ...], kinds: int):
    model, kind = judge(), torch.arange(5)
    shown = torch.sin(torch.arange(1, 6)[:, None] * 0.1 * torch.arange(int(np.prod(medium)))).reshape(5, *medium) * 0.5 + 0.5

    def loss() -> Tensor:
        answer = model(shown)
        logits = answer if isinstance(answer, Tensor) else answer[0]
        assert logits.shape == (5, kinds)
        return F.cross_entropy(logits, kind)

    falls(model, loss, steps=12, to=0.7)


def test_connectors_learn_to_listen():
    sides, frozen = nn.ModuleDict({"audio": Side("audio")}), {"text": Side("text").requires_grad_(False)}
    sides.requires_grad_(False)
    trained = connector_parameters(sides["audio"].denoiser)
    for parameter in trained:
        parameter.requires_grad_(True)
    z, condition = {"text": torch.randn(4, *TEXT_LATENT), "audio": torch.randn(4, *AUDIO_LATENT)}, torch.randn(4, 1, 128)
    nn.init.normal_(sides["audio"].denoiser.leave[2].weight, std=0.02)  # as after its training: what it says depends on what it hears

    def loss() -> Tensor:
        torch.manual_seed(1)
        return joint_loss(sides, frozen, z, condition, np.random.default_rng(0))

    falls(sides, loss, steps=12, to=0.999, rate=1e-2, parameters=trained)


def test_judges_answer_logits():
    thing, colour, features = PictureJudge()(torch.rand(2, 3, 64, 64))
    assert thing.shape == (2, 72) and colour.shape == (2, 8) and features.shape == (2, 128)
    assert MotionJudge()(torch.rand(2, 3, 12, 64, 64)).shape == (2, 5)
    assert [part.shape for part in SoundJudge()(torch.rand(2, 1, 16_000))] == [(2, 72), (2, 6)]


def test_shaking_moves_nothing_far():
    clips = torch.zeros(3, 3, 12, 64, 64)
    clips[:, :, :, 20:44, 20:44] = 1.0
    moved = shaken(clips)
    assert moved.shape == clips.shape
    assert (moved[:, :, :, 24:40, 24:40] > 0.5).float().mean() > 0.99, "the thing stays where it is"
    assert (moved[:, :, :, :16].abs() < 0.5).float().mean() > 0.99, "so does what is around it"
    assert (moved.std(2) > 0).float().mean() > 0.99, "each frame is shaken for itself"


def test_griffin_lim_gives_the_tone_back():
    tone = 0.5 * torch.sin(2 * torch.pi * 440 * torch.arange(16_000) / 16_000)[None, None]
    mel = Mel()
    again = GriffinLim()(mel(tone))
    assert again.shape == tone.shape
    spectrum = torch.fft.rfft(again[0, 0]).abs()
    assert abs(int(spectrum.argmax()) - 440) <= 12
    assert (mel(again) - mel(tone)).abs().mean() < 0.05


def test_the_last_prompts_are_never_dropped():
    condition = torch.ones(400, 1, 128)
    dropped = drop_prompts(condition, kept=100)[:, 0, 0] == 0
    assert 10 < dropped[:300].sum() < 60 and not dropped[300:].any()
    assert drop_prompts(condition)[300:, 0, 0].sum() < 100


def test_prompts_of_hard_motions_always_tell_them(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("picturebook.train_denoisers.tokens_of", lambda texts: asked.extend(texts) or tokens_of(texts))
    Prompter(TextTower(), [Facts(thing=1, colour=2, motion=MOTION_NAMES.index("spinning"))] * 20, 0, always=("motion",))
    assert len(asked) == 20 * Prompter.VIEWS and {parse(text).motion for text in asked} == {MOTION_NAMES.index("spinning")}


def test_sampling_is_seeded():
    model = new_denoiser("text").eval()

    def draw(seed: int) -> Tensor:
        torch.manual_seed(seed)
        return sample(model, torch.zeros(1, 1, 128), TEXT_LATENT, steps=2)

    assert torch.equal(draw(1), draw(1)) and not torch.equal(draw(1), draw(2))
