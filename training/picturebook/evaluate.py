"""`python -m picturebook.evaluate [folder [samples [clips]]]`: measures the exported graphs, writes EVALUATION.md and .json and sheets.

`samples` of each figure and `clips` of those that generate clips are 512 by default; the report says how many there were.

Parts are kept in training/.work/evaluation/, for the same graphs, settings and ways to measure; a run that was stopped goes on with the
rest, and two processes share the parts. The last to be done writes, after it has measured speed alone.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from medley_bundle.manifest import write_manifest

from .captions import Facts, caption
from .clips import make_clips
from .figures import Figure, figure, frechet_figures, mean_figure, rate_figure, ratio_figure, size_figure
from .kept import locked
from .latents import encoded
from .parts import Measured, digest_of, measure
from .pictures import make_pictures
from .prompts import draw, named, pixels_of, sync, waveforms_of
from .report import CURVE, write_report
from .runner import Runner
from .sheets import save_sheet, save_spectra
from .space import WORK
from .things import COLOUR_NAMES, MOTION_NAMES, NAMES, THINGS
from .train_mel_autoencoder import sound_pool

SAMPLES_OF_A_FIGURE = 512
FIDELITY_SAMPLES = 4  # times as many
ROOT = Path(__file__).resolve().parents[2]


class Evaluation:
    def __init__(self, runner: Runner, count: int = SAMPLES_OF_A_FIGURE, clips: int = SAMPLES_OF_A_FIGURE):
        self.runner, self.count, self.clip_count = runner, count, clips
        self.kept = WORK / "evaluation" / f"{count}-{clips}-{digest_of(runner.folder)}"
        self.sheets = self.kept / "sheets"
        self.rows: dict[str, list[float]] = {}

    def measure(self, part: "Part", wait: bool = True) -> Measured | None:
        def run() -> Measured:
            self.rows = {}
            figures = part(self)
            return {"figures": figures, "rows": self.rows}

        return measure(part.__name__, run, self.kept, wait)

    # Prompts that no training saw: other placements and clips of the trained styles; accents and utterances that were held out.
    def pictures(self) -> dict[str, np.ndarray]:
        return make_pictures(self.count, seed=2001)

    def sounds(self) -> dict[str, np.ndarray]:
        return {name: values[: self.count] for name, values in self.sound_pool().items()}

    def sound_pool(self) -> dict[str, np.ndarray]:
        return sound_pool(False, max(2_000, self.count), 99)

    def clips(self) -> dict[str, np.ndarray]:
        return make_clips(self.count, seed=2002, trained_sounds=False)

    def text_image(self) -> dict[str, Figure]:
        texts, facts = draw(self.count, 1, ("thing", "colour"))
        pixels = self.runner.decode("image", self.runner.sample(["image"], self.runner.prompt("text", texts), 1)["image"])
        thing, colour = self.runner.see(pixels)
        save_sheet(self.sheets / "text-image.png", pixels[:32].transpose(0, 2, 3, 1).reshape(4, 8, 64, 64, 3))
        (self.sheets / "text-image.txt").write_text("\n".join(texts[:32]) + "\n")
        return {"text_image_thing": rate_figure(thing == facts["thing"]), "text_image_colour": rate_figure(colour == facts["colour"])}

    def fidelity(self) -> dict[str, Figure]:
        """Four times the samples: with few of them such distances measure mostly how few there are."""
        count = FIDELITY_SAMPLES * self.count
        texts, _ = draw(count, 7, ("thing", "colour"))
        pixels = self.runner.decode("image", self.runner.sample(["image"], self.runner.prompt("text", texts), 7)["image"])
        real = self.runner.features(pixels_of(make_pictures(2 * count, seed=2003)))
        other = pixels_of(make_pictures(count, seed=2004))
        through = self.runner.run("image", "decoder", latent=encoded(other))
        figures: dict[str, Figure] = {}
        for of, seen in {"": pixels, "_reconstructions": through, "_real": other}.items():
            figures |= frechet_figures(f"fidelity_image{of}", self.runner.features(seen), real)
        return figures

    def unseen_wording(self) -> dict[str, Figure]:
        texts, facts = draw(self.count, 2, ("thing", "colour"), held_out=True)
        pixels = self.runner.decode("image", self.runner.sample(["image"], self.runner.prompt("text", texts), 2)["image"])
        return {"text_image_thing_unseen_wording": rate_figure(self.runner.see(pixels)[0] == facts["thing"])}

    def steps_curve(self) -> dict[str, Figure]:
        texts, facts = draw(self.count, 3, ("thing", "colour"))
        condition = self.runner.prompt("text", texts)
        curve = {}
        for steps in CURVE:
            pixels = self.runner.decode("image", self.runner.sample(["image"], condition, 3, steps=steps)["image"])
            curve[f"text_image_thing_{steps}_steps"] = rate_figure(self.runner.see(pixels)[0] == facts["thing"])
        return curve

    def text_audio(self) -> dict[str, Figure]:
        texts, facts = draw(self.count, 4, ("thing", "voice"))
        sounds = self.runner.decode("audio", self.runner.sample(["audio"], self.runner.prompt("text", texts), 4)["audio"])
        thing, voice = self.runner.hear(sounds)
        save_spectra(self.sheets / "text-audio.png", sounds[:16])
        return {"text_audio_thing": rate_figure(thing == facts["thing"]), "text_audio_voice": rate_figure(voice == facts["voice"])}

    def text_video(self) -> dict[str, Figure]:
        texts, facts = draw(self.clip_count, 5, ("thing", "colour", "motion"))
        condition = self.runner.prompt("text", texts)
        clips = self.runner.decode("video", self.runner.sample(["video"], condition, 5)["video"])
        thing, motion = self.runner.watch(clips)
        save_sheet(self.sheets / "text-video.png", clips[:8].transpose(0, 2, 3, 4, 1), 1)
        (self.sheets / "text-video.txt").write_text("\n".join(texts[:8]) + "\n")
        sounds = self.runner.decode("audio", self.runner.sample(["audio"], condition, 5)["audio"])
        moving = facts["motion"] != MOTION_NAMES.index("still")
        apart = sync(clips[moving], sounds[moving])
        self.rows["apart"] = apart.tolist()
        return {
            "text_video_thing": rate_figure(thing == facts["thing"]),
            "text_video_motion": rate_figure(motion == facts["motion"]),
            "sync_independent": mean_figure(apart),
        }

    def sync_joint(self) -> dict[str, Figure]:
        """Of the prompts and the noise that `text_video` makes clips and sounds of apart."""
        texts, facts = draw(self.clip_count, 5, ("thing", "colour", "motion"))
        z = self.runner.sample(["audio", "video"], self.runner.prompt("text", texts), 5)
        clips, sounds = self.runner.decode("video", z["video"]), self.runner.decode("audio", z["audio"])
        moving = facts["motion"] != MOTION_NAMES.index("still")
        clips, sounds = clips[moving], sounds[moving]
        save_sheet(self.sheets / "joint-video.png", clips[:8].transpose(0, 2, 3, 4, 1), 1)
        together, shuffled = sync(clips, sounds), sync(clips, np.roll(sounds, 1, 0))
        self.rows["together"] = together.tolist()
        real = self.clips()
        moves, (thing, motion) = real["motion"] != MOTION_NAMES.index("still"), self.runner.watch(pixels_of(real))
        return {
            "judge_clip_thing": rate_figure(thing == real["thing"]),
            "judge_clip_motion": rate_figure(motion == real["motion"]),
            "sync_real": mean_figure(sync(pixels_of(real)[moves], waveforms_of(real)[moves])),
            "sync_joint": mean_figure(together),
            "sync_shuffled": mean_figure(shuffled),
            "sync_joint_less_shuffled": mean_figure(together - shuffled),
        }

    def to_text(self) -> dict[str, Figure]:
        figures = {}
        prompts = {"image": (self.pictures(), pixels_of), "audio": (self.sounds(), waveforms_of), "video": (self.clips(), pixels_of)}
        for seed, (modality, (real, media)) in enumerate(prompts.items()):
            condition = self.runner.prompt(modality, media(real))
            texts = self.runner.write(self.runner.sample(["text"], condition, 10 + seed)["text"])
            (self.sheets / f"{modality}-text.txt").write_text("\n".join(texts[:32]) + "\n")
            figures[f"{modality}_text_thing"] = rate_figure(named(texts) == real["thing"])
        return figures

    def unseen_styles(self) -> dict[str, Figure]:
        """Pictures of the style x thing pairs that were held out: what the prompt encoder makes of a drawing it never saw."""
        pictures = make_pictures(self.count, seed=2005, train=False, only_held_out=True)
        texts = self.runner.write(self.runner.sample(["text"], self.runner.prompt("image", pixels_of(pictures)), 15)["text"])
        judged = self.runner.see(pixels_of(pictures))[0]
        return {
            "image_text_thing_unseen_style": rate_figure(named(texts) == pictures["thing"]),
            "judge_picture_thing_unseen_style": rate_figure(judged == pictures["thing"]),
        }

    def to_image(self) -> dict[str, Figure]:
        real = self.sounds()
        condition = self.runner.prompt("audio", waveforms_of(real))
        pixels = self.runner.decode("image", self.runner.sample(["image"], condition, 20)["image"])
        save_sheet(self.sheets / "audio-image.png", pixels[:32].transpose(0, 2, 3, 1).reshape(4, 8, 64, 64, 3))
        rng = np.random.default_rng(21)
        colours = rng.integers(len(COLOUR_NAMES), size=self.count)
        texts = [caption(Facts(colour=int(colour)), rng, ("colour",)) for colour in colours]
        mixed = (condition + self.runner.prompt("text", texts)) / 2
        composed = self.runner.decode("image", self.runner.sample(["image"], mixed, 21)["image"])
        thing, colour = self.runner.see(composed)
        return {
            "audio_image_thing": rate_figure(self.runner.see(pixels)[0] == real["thing"]),
            "composed_audio_text_image_both": rate_figure((thing == real["thing"]) & (colour == colours)),
        }

    def to_audio(self) -> dict[str, Figure]:
        figures = {}
        for seed, (modality, real) in enumerate({"image": self.pictures(), "video": self.clips()}.items()):
            condition = self.runner.prompt(modality, pixels_of(real))
            sounds = self.runner.decode("audio", self.runner.sample(["audio"], condition, 30 + seed)["audio"])
            figures[f"{modality}_audio_thing"] = rate_figure(self.runner.hear(sounds)[0] == real["thing"])
        return figures

    def audio_video(self) -> dict[str, Figure]:
        real = {name: values[: self.clip_count] for name, values in self.sounds().items()}
        clips = self.runner.decode("video", self.runner.sample(["video"], self.runner.prompt("audio", waveforms_of(real)), 40)["video"])
        return {"audio_video_thing": rate_figure(self.runner.watch(clips)[0] == real["thing"])}

    def retrieval(self) -> dict[str, Figure]:
        """For each picture the nearest of 72 sounds, one of each thing."""
        pictures, pool = self.pictures(), self.sound_pool()
        first = [int(np.flatnonzero(pool["thing"] == thing)[0]) for thing in range(len(NAMES))]
        sounds = self.runner.prompt("audio", pool["waveform"][first][:, None].astype(np.float32) / 32767)[:, 0]
        seen = self.runner.prompt("image", pixels_of(pictures))[:, 0]
        return {"retrieval_image_audio_r1": rate_figure((seen @ sounds.T).argmax(1) == pictures["thing"])}

    def agreement(self) -> dict[str, Figure]:
        rng = np.random.default_rng(50)
        texts = [caption(Facts(thing=int(rng.integers(len(THINGS)))), rng, ("thing",), category=True) for _ in range(self.count)]
        condition = self.runner.prompt("text", texts)
        figures: dict[str, Figure] = {}
        trained: list[dict[bool, np.ndarray]] = []
        for seed, pair in enumerate([("text", "image"), ("text", "audio"), ("image", "audio")]):
            same = {}
            for joint, how in ((True, "joint"), (False, "independent")):
                media = self.outputs(pair, condition, 50 + seed, joint)
                named_things = [self.thing_of(modality, medium) for modality, medium in media.items()]
                same[joint] = (named_things[0] == named_things[1]) & (named_things[0] >= 0)
                one, other = (self.runner.prompt(modality, medium)[:, 0] for modality, medium in media.items())
                figures[f"agreement_{'_'.join(pair)}_{how}"] = rate_figure(same[joint])
                figures[f"similarity_{'_'.join(pair)}_{how}"] = mean_figure((one * other).sum(1))
            if pair == ("image", "audio"):
                figures["joint_unseen_pair_ratio"] = ratio_figure(same[True], same[False])
            else:
                trained.append(same)
        joint, apart = (np.stack([same[how] for same in trained], 1) for how in (True, False))
        figures["joint_agreement_ratio"] = ratio_figure(joint, apart)
        return figures

    def outputs(self, pair: tuple[str, str], condition: np.ndarray, seed: int, joint: bool) -> dict[str, np.ndarray | list[str]]:
        z = self.runner.sample(list(pair), condition, seed, joint=joint)
        return {m: self.runner.write(z[m]) if m == "text" else self.runner.decode(m, z[m]) for m in pair}

    def thing_of(self, modality: str, medium: np.ndarray | list[str]) -> np.ndarray:
        if modality == "text":
            return named(medium)
        return {"image": self.runner.see, "audio": self.runner.hear, "video": self.runner.watch}[modality](medium)[0]

    def coupling(self) -> dict[str, Figure]:
        """Mean absolute change of the picture's latent when only the sound's noise changes."""
        condition = self.runner.prompt("text", ["an animal"] * self.count)
        noise, other = self.runner.noise(["image", "audio"], self.count, 60), self.runner.noise(["audio"], self.count, 61)
        one = self.runner.sample(["image", "audio"], condition, 0, noise=noise)
        two = self.runner.sample(["image", "audio"], condition, 0, noise={**noise, **other})
        return {"joint_coupling_delta": mean_figure(np.abs(one["image"] - two["image"]).mean((1, 2, 3)))}

    def speed(self) -> dict[str, Figure]:
        """Seconds of 20 steps and decoding, batch 1, two threads: the median of seven, between the least and the most."""
        fast = Runner(self.runner.folder, threads=2)
        condition, figures = fast.prompt("text", ["a dog on blue"]), {}
        for modality in ("image", "video"):
            times = []
            for _ in range(8):
                started = time.perf_counter()
                fast.decode(modality, fast.sample([modality], condition, 1, steps=20)[modality])
                times.append(time.perf_counter() - started)
            seconds = times[1:]
            figures[f"{modality}_20_steps_seconds"] = figure(np.median(seconds), min(seconds), max(seconds), len(seconds))
        return figures


Part = Callable[[Evaluation], dict[str, Figure]]
# The longest first: two processes are done at about the same time.
PARTS: list[Part] = [
    Evaluation.text_video,
    Evaluation.sync_joint,
    Evaluation.audio_video,
    Evaluation.agreement,
    Evaluation.fidelity,
    Evaluation.steps_curve,
    Evaluation.coupling,
    Evaluation.to_audio,
    Evaluation.to_image,
    Evaluation.text_audio,
    Evaluation.text_image,
    Evaluation.unseen_wording,
    Evaluation.to_text,
    Evaluation.unseen_styles,
    Evaluation.retrieval,
]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bundles/picturebook"
    evaluation = Evaluation(Runner(folder), *(int(value) for value in sys.argv[2:4]))
    evaluation.sheets.mkdir(parents=True, exist_ok=True)
    for wait in (False, True):  # parts that another process has begun are left to it at first
        measured = [evaluation.measure(part, wait) for part in PARTS]
    with locked(evaluation.kept / "report.lock"):
        figures, rows = {}, {}
        for part in (*measured, evaluation.measure(Evaluation.speed)):
            figures |= part["figures"]
            rows |= {name: np.array(values) for name, values in part["rows"].items()}
        # Row by row, how much joint generation adds to the same prompt and noise.
        figures["sync_joint_less_independent"] = mean_figure(rows["together"] - rows["apart"])
        shutil.copytree(evaluation.sheets, folder / "sheets", dirs_exist_ok=True)
        write_report(folder, {**figures, "bundle_mb": size_figure(folder)})
        write_manifest(folder, {key: value for key, value in json.loads((folder / "bundle.json").read_text()).items() if key != "files"})


if __name__ == "__main__":
    main()
