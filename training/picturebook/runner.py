"""Runs a bundle's exported graphs in onnxruntime, as the service does: prompts, joint sampling, decoding; and its judges."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from medley_bundle import MODALITIES
from medley_bundle.export import open_graph
from medley_bundle.sampling import flow_steps

from .text_autoencoder import HEAD_WIDTH, HEADS, LAYERS
from .tokenizer import BOS, EOS, check_tokenizer, decode, encode

Latents = dict[str, np.ndarray]
ROWS = {"text": 64, "image": 32, "audio": 32, "video": 4}  # rows of one call


class Runner:
    """One bundle folder. Every array is float32 unless stated; B is any size, calls are split."""

    def __init__(self, folder: Path, threads: int = 1):
        self.folder, self.threads = folder, threads
        self.manifest = json.loads((folder / "bundle.json").read_text())
        check_tokenizer(folder / "text.tokenizer.json")
        self.session = cache(lambda file: open_graph(self.folder / file, self.threads))

    def run(self, modality: str, role: str, **feeds: np.ndarray) -> np.ndarray:
        return self.call(self.manifest["modalities"][modality]["graphs"][role]["file"], ROWS[modality], **feeds)[0]

    def call(self, file: str, rows: int, **feeds: np.ndarray) -> list[np.ndarray]:
        count = len(next(iter(feeds.values())))
        parts = [
            self.session(file).run(None, {name: value[at : at + rows] for name, value in feeds.items()}) for at in range(0, count, rows)
        ]
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

    def prompt(self, modality: str, media: np.ndarray | Sequence[str]) -> np.ndarray:
        """Captions, pixels or waveforms -> condition [B,1,128]."""
        if modality == "text":
            return self.run("text", "prompt_encoder", tokens=encode(list(media)))
        name = "waveform" if modality == "audio" else "pixels"
        return self.run(modality, "prompt_encoder", **{name: np.ascontiguousarray(media, np.float32)})

    def sample(
        self,
        outputs: Sequence[str],
        condition: np.ndarray,
        seed: int,
        steps: int | None = None,
        joint: bool = True,
        noise: Latents | None = None,
        guidance: float | None = None,
    ) -> Latents:
        """Flow-matching Euler, at the manifest's defaults where not told otherwise; `joint=False` leaves environments empty."""
        diffusion, batch = self.manifest["diffusion"], len(condition)
        z = noise or self.noise(outputs, batch, seed)
        both = np.concatenate([condition, np.zeros_like(condition)])
        for timestep, now, after in flow_steps(diffusion["schedule"], steps or diffusion["steps"]["default"]):
            t = np.full(batch, timestep, np.float32)
            alone = not joint or len(outputs) == 1
            told = {} if alone else {m: self.run(m, "environment_encoder", latent=z[m], timestep=t) for m in outputs}
            following = {}
            for modality in outputs:
                environment, mask = self.pack({m: v for m, v in told.items() if m != modality}, batch)
                predicted = self.run(
                    modality,
                    "denoiser",
                    latent=np.concatenate([z[modality]] * 2),
                    timestep=np.concatenate([t, t]),
                    condition=both,
                    environment=np.concatenate([environment] * 2),
                    mask=np.concatenate([mask] * 2),
                )
                given, null = np.split(predicted, 2)
                following[modality] = z[modality] + np.float32(after - now) * (null + self.guidance(modality, guidance) * (given - null))
            z = following
        return z

    def guidance(self, modality: str, asked: float | None) -> np.float32:
        usual = self.manifest["diffusion"]["guidance"]
        return np.float32(usual.get("outputs", {}).get(modality, usual["default"]) if asked is None else asked)

    def noise(self, outputs: Sequence[str], batch: int, seed: int) -> Latents:
        shapes = {m: self.manifest["modalities"][m]["latent"]["shape"] for m in outputs}
        return {
            m: np.random.default_rng((seed, MODALITIES.index(m))).standard_normal((batch, *shape)).astype(np.float32)
            for m, shape in shapes.items()
        }

    def pack(self, told: Latents, batch: int) -> tuple[np.ndarray, np.ndarray]:
        space = self.manifest["space"]
        environment = np.zeros((batch, len(MODALITIES), space["environment_tokens"], space["environment_width"]), np.float32)
        mask = np.zeros((batch, len(MODALITIES)), np.float32)
        for modality, value in told.items():
            environment[:, MODALITIES.index(modality)] = value
            mask[:, MODALITIES.index(modality)] = 1
        return environment, mask

    def restore(self, modality: str, z: np.ndarray) -> np.ndarray:
        latent = self.manifest["modalities"][modality]["latent"]
        shape = (1, -1, *[1] * (z.ndim - 2))
        scale, shift = (np.array(latent[name], np.float32).reshape(shape) for name in ("scale", "shift"))
        return z / scale + shift

    def decode(self, modality: str, z: np.ndarray) -> np.ndarray:
        """Diffusion latents -> pixels [B,3,64,64] or [B,3,12,64,64], or waveforms [B,1,16000]."""
        return self.run(modality, "decoder", latent=self.restore(modality, z))

    def write(self, z: np.ndarray) -> list[str]:
        """Diffusion latents of captions -> texts."""
        latent, batch = self.restore("text", z), len(z)
        session = self.session(self.manifest["modalities"]["text"]["graphs"]["text_decoder"]["file"])
        past, token = np.zeros((batch, LAYERS, 2, HEADS, 0, HEAD_WIDTH), np.float32), np.full((batch, 1), BOS)
        rows: list[list[int]] = [[] for _ in range(batch)]
        ended = np.zeros(batch, bool)
        for _ in range(self.manifest["modalities"]["text"]["decoder"]["max_tokens"]):
            logits, past = session.run(None, {"latent": latent, "token": token, "past": past})
            token = logits.argmax(-1)[:, None]
            ended |= token[:, 0] == EOS
            for row in np.flatnonzero(~ended):
                rows[row].append(int(token[row, 0]))
            if ended.all():
                break
        return [decode(ids) for ids in rows]

    def see(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Judged thing [B] and colour [B] of pictures."""
        thing, colour, _ = self.call("judges/picture.onnx", 64, pixels=pixels)
        return thing.argmax(1), colour.argmax(1)

    def features(self, pixels: np.ndarray) -> np.ndarray:
        """The judge's features [B,128] of pictures."""
        return self.call("judges/picture.onnx", 64, pixels=pixels)[2]

    def watch(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Judged thing [B] (the frames' mean vote) and motion [B] of clips [B,3,12,64,64]."""
        frames = np.ascontiguousarray(pixels.transpose(0, 2, 1, 3, 4)).reshape(-1, 3, *pixels.shape[3:])
        thing = self.call("judges/picture.onnx", 64, pixels=frames)[0].reshape(len(pixels), -1, self.labels("thing")).mean(1)
        return thing.argmax(1), self.call("judges/motion.onnx", 16, pixels=pixels)[0].argmax(1)

    def hear(self, waveforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Judged thing [B] and voice [B] of sounds."""
        thing, voice = self.call("judges/sound.onnx", 64, waveform=waveforms)
        return thing.argmax(1), voice.argmax(1)

    def labels(self, part: str) -> int:
        return len(json.loads((self.folder / "judges/judges.json").read_text())["labels"][part])
