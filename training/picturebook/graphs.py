"""The modules behind the bundle's graphs (docs/bundle-format.md): trained parts with the inputs and outputs that the format names."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .autoencoder import Autoencoder
from .environment import ENVIRONMENT_ENCODERS
from .flow import CLIP_SHIFT, mixing
from .latents import audio_latents, image_latents, mel_autoencoder, standardise
from .loop import load_weights
from .mel import GriffinLim
from .space import FRAMES, MODALITIES, TRAIN_STEPS, VIDEO_LATENT
from .text_autoencoder import TextAutoencoder
from .towers import AudioTower, ImageTower, TextTower, VideoTower
from .train_denoisers import new_denoiser
from .train_image_autoencoder import picture_pool, to_tensor
from .train_joint import load_side
from .train_mel_autoencoder import WIDTH, sound_pool
from .train_towers import Pair


class PromptEncoder(nn.Module):
    """Media -> condition [B,1,128]."""

    def __init__(self, tower: nn.Module):
        super().__init__()
        self.tower = tower

    def forward(self, medium: Tensor) -> Tensor:
        return self.tower(medium)[:, None]


class PictureDecoder(nn.Module):
    """Latent [B,4,16,16] -> pixels [B,3,64,64]."""

    def __init__(self, autoencoder: Autoencoder):
        super().__init__()
        self.decoder = autoencoder.decoder

    def forward(self, latent: Tensor) -> Tensor:
        return (self.decoder(latent) * 0.5 + 0.5).clamp(0, 1)


class FrameMixing(nn.Module):
    """The bundle's latents of clips have white noise; inside, frames share a part of it (flow.py). `mix` goes in, `part` comes back."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mixed", mixing(FRAMES), persistent=False)
        self.register_buffer("parted", torch.linalg.inv(mixing(FRAMES)), persistent=False)

    def mix(self, latent: Tensor) -> Tensor:
        """[B,4,12,16,16] -> the same shape."""
        return torch.matmul(self.mixed, latent.flatten(3)).view(-1, *VIDEO_LATENT)

    def part(self, latent: Tensor) -> Tensor:
        return torch.matmul(self.parted, latent.flatten(3)).view(-1, *VIDEO_LATENT)


class Delay(nn.Module):
    """The bundle's latents of clips are CLIP_SHIFT times smaller than what the denoiser knows, so that at the level of noise that all
    outputs share a clip is noisier than they are, and is decided after them (Chen 2023, input scaling; `shifted` is its other form).
    """

    def enter(self, latent: Tensor, timestep: Tensor) -> tuple[Tensor, Tensor]:
        """(latent, timestep [B]) of the bundle -> of the denoiser."""
        sigma = timestep / TRAIN_STEPS
        total = (1 - sigma) / CLIP_SHIFT + sigma
        return latent / total.view(-1, 1, 1, 1, 1), sigma / total * TRAIN_STEPS

    def leave(self, latent: Tensor, velocity: Tensor, timestep: Tensor) -> Tensor:
        """The denoiser's latent, velocity and timestep [B] -> the bundle's velocity: noise - data / CLIP_SHIFT."""
        sigma = (timestep / TRAIN_STEPS).view(-1, 1, 1, 1, 1)
        return latent * (1 - 1 / CLIP_SHIFT) + velocity * (1 - sigma + sigma / CLIP_SHIFT)


class ClipDenoiser(nn.Module):
    """The denoiser's interface, on the bundle's latents of clips."""

    def __init__(self, denoiser: nn.Module):
        super().__init__()
        self.denoiser, self.frames, self.delay = denoiser, FrameMixing(), Delay()

    def forward(self, latent: Tensor, timestep: Tensor, condition: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        z, time = self.delay.enter(self.frames.mix(latent), timestep)
        velocity = self.denoiser(z, time, condition, environment, mask)
        return self.frames.part(self.delay.leave(z, velocity, time))


class ClipEnvironmentEncoder(nn.Module):
    """(latent, timestep) -> environment [B,8,64], on the bundle's latents of clips."""

    def __init__(self, environment: nn.Module):
        super().__init__()
        self.environment, self.frames, self.delay = environment, FrameMixing(), Delay()

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        return self.environment(*self.delay.enter(self.frames.mix(latent), timestep))


class ClipDecoder(PictureDecoder):
    """Latent [B,4,12,16,16] -> pixels [B,3,12,64,64], frame by frame; `shift` [4] is what standardisation takes away."""

    def __init__(self, autoencoder: Autoencoder, shift: Tensor):
        super().__init__(autoencoder)
        self.frames = FrameMixing()
        self.register_buffer("shift", shift.view(4, 1, 1, 1), persistent=False)

    def forward(self, latent: Tensor) -> Tensor:
        mixed = self.frames.mix(latent - self.shift) + self.shift
        pixels = super().forward(mixed.transpose(1, 2).reshape(-1, 4, 16, 16))
        return pixels.reshape(-1, FRAMES, 3, 64, 64).transpose(1, 2)


class PicturePreview(nn.Module):
    """Diffusion latent [B,4,16,16] -> small pixels [B,3,16,16]: a matrix and a bias."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(4, 3, 1)

    @torch.no_grad()
    def fit(self, z: Tensor, pixels: Tensor) -> "PicturePreview":
        """Least squares from z [N,4,16,16] to pixels [N,3,16,16]."""
        flat = z.permute(0, 2, 3, 1).reshape(-1, 4)
        known = torch.cat([flat, torch.ones(len(flat), 1)], 1)
        fitted = torch.linalg.lstsq(known, pixels.permute(0, 2, 3, 1).reshape(-1, 3)).solution  # [5,3]
        self.patch.weight.copy_(fitted[:4].T.reshape(3, 4, 1, 1))
        self.patch.bias.copy_(fitted[4])
        return self

    def table(self) -> dict[str, list]:
        """The manifest's form: matrix [4][3] and bias [3]."""
        matrix = self.patch.weight.detach()[:, :, 0, 0].T.tolist()
        return {
            "matrix": [[round(v, 5) for v in row] for row in matrix],
            "bias": [round(v, 5) for v in self.patch.bias.detach().tolist()],
        }

    def forward(self, latent: Tensor) -> Tensor:
        return self.patch(latent).clamp(0, 1)


class ClipPreview(nn.Module):
    """Diffusion latent [B,4,12,16,16] -> small pixels of the first frame [B,3,16,16]."""

    def __init__(self, picture: PicturePreview):
        super().__init__()
        self.picture, self.frames = picture, FrameMixing()

    def forward(self, latent: Tensor) -> Tensor:
        return self.picture(self.frames.mix(latent)[:, :, 0] * CLIP_SHIFT)


class SoundDecoder(nn.Module):
    """Latent [B,4,16,16] -> waveform [B,1,16000]: log-mel, then Griffin-Lim."""

    def __init__(self, autoencoder: Autoencoder):
        super().__init__()
        self.decoder, self.vocoder = autoencoder.decoder, GriffinLim()

    def forward(self, latent: Tensor) -> Tensor:
        return self.vocoder(self.decoder(latent) * 0.5 + 0.5)


class SoundPreview(nn.Module):
    """Diffusion latent [B,4,16,16] -> a rough picture of the log-mel [B,3,64,64], low pitches at the bottom."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(4, 16, 3, padding=1)

    @torch.no_grad()
    def fit(self, z: Tensor, mels: Tensor) -> "SoundPreview":
        """Least squares from the 3x3 neighbourhoods of z [N,4,16,16] to the patches of mels [N,1,64,64]."""
        near = F.unfold(z, 3, padding=1).transpose(1, 2).reshape(-1, 36)
        patches = F.pixel_unshuffle(mels, 4).permute(0, 2, 3, 1).reshape(-1, 16)
        fitted = torch.linalg.lstsq(torch.cat([near, torch.ones(len(near), 1)], 1), patches).solution  # [37,16]
        self.patch.weight.copy_(fitted[:36].T.reshape(16, 4, 3, 3))
        self.patch.bias.copy_(fitted[36])
        return self

    def forward(self, latent: Tensor) -> Tensor:
        mel = F.pixel_shuffle(self.patch(latent), 4)
        return mel.flip(2).clamp(0, 1).repeat(1, 3, 1, 1)


class CaptionDecoder(nn.Module):
    """One step of writing: (latent, token, past) -> (logits, present)."""

    def __init__(self, autoencoder: TextAutoencoder):
        super().__init__()
        self.model = autoencoder

    def forward(self, latent: Tensor, token: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.step(latent, token, past)


Parts = dict[str, nn.Module]


def trained_parts() -> Parts:
    """Every trained part of the bundle by name; the latest checkpoints."""
    towers = load_weights("towers", Pair(ImageTower()))
    mels = torch.from_numpy(sound_pool()["mel"][:2000]).float()
    sides = {modality: load_side(modality) for modality in MODALITIES}
    return {
        "text.tower": towers.text,
        "image.tower": load_weights("image-tower", Pair(ImageTower())).other,
        "audio.tower": load_weights("audio-tower", Pair(AudioTower())).other,
        "video.tower": load_weights("video-tower", Pair(VideoTower())).other,
        "picture": load_weights("image-decoder", Autoencoder()),
        "sound": mel_autoencoder(),
        "caption": load_weights("text-autoencoder", TextAutoencoder()),
        "picture.preview": PicturePreview().fit(standardise(image_latents()[:1000], "image"), small_pictures()),
        "sound.preview": SoundPreview().fit(standardise(audio_latents()[:2000], "audio"), mels[:, None]),
        **{f"{modality}.denoiser": side.denoiser for modality, side in sides.items()},
        **{f"{modality}.environment": side.environment for modality, side in sides.items()},
    }


def untrained_parts() -> Parts:
    """The same parts with random weights, for tests of the export."""
    return {
        "text.tower": TextTower(),
        "image.tower": ImageTower(),
        "audio.tower": AudioTower(),
        "video.tower": VideoTower(),
        "picture": Autoencoder(),
        "sound": Autoencoder(channels=1, width=WIDTH),
        "caption": TextAutoencoder(),
        "picture.preview": PicturePreview(),
        "sound.preview": SoundPreview(),
        **{f"{modality}.denoiser": new_denoiser(modality) for modality in MODALITIES},
        **{f"{modality}.environment": ENVIRONMENT_ENCODERS[modality]() for modality in MODALITIES},
    }


def small_pictures() -> Tensor:
    """The first thousand training pictures at the size of their latents [1000,3,16,16]."""
    return F.avg_pool2d(to_tensor(picture_pool()["pixels"][:1000]), 4)


def denoiser_graph(modality: str, denoiser: nn.Module) -> nn.Module:
    return ClipDenoiser(denoiser) if modality == "video" else denoiser


def environment_graph(modality: str, environment: nn.Module) -> nn.Module:
    return ClipEnvironmentEncoder(environment) if modality == "video" else environment


def build_graphs(parts: Parts, clip_shift: Tensor | None = None) -> dict[str, dict[str, nn.Module]]:
    """Modality -> role -> module. `clip_shift` [4] is the shift of standardised latents of clips, none by default."""
    picture, sound, caption = parts["picture"], parts["sound"], parts["caption"]
    graphs: dict[str, dict[str, nn.Module]] = {
        modality: {
            "prompt_encoder": PromptEncoder(parts[f"{modality}.tower"]),
            "environment_encoder": environment_graph(modality, parts[f"{modality}.environment"]),
            "denoiser": denoiser_graph(modality, parts[f"{modality}.denoiser"]),
        }
        for modality in MODALITIES
    }
    graphs["text"]["text_decoder"] = CaptionDecoder(caption)
    graphs["image"]["decoder"] = PictureDecoder(picture)
    graphs["audio"] |= {"decoder": SoundDecoder(sound), "preview": parts["sound.preview"]}
    shift = torch.zeros(4) if clip_shift is None else clip_shift
    graphs["video"] |= {"decoder": ClipDecoder(picture, shift), "preview": ClipPreview(parts["picture.preview"])}
    return {modality: {role: module.eval() for role, module in roles.items()} for modality, roles in graphs.items()}
