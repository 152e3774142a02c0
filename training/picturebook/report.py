"""EVALUATION.md and EVALUATION.json from the figures."""

import json
from pathlib import Path

from .figures import Figure

CURVE = (4, 8, 12, 16, 24)  # steps
PAIRS = ("text_image", "text_audio", "image_audio")
HOW = ("joint", "independent")
# Figure: (what it says, the floor it should reach; None where there is none).
MEANINGS: dict[str, tuple[str, float | None]] = {
    "text_image_thing": ("a caption's picture shows the thing", 0.90),
    "text_image_colour": ("… on the colour", 0.95),
    "text_image_thing_unseen_wording": ("… from wordings that no training saw", None),
    "text_audio_thing": ("a caption's sound says the thing", 0.97),
    "text_audio_voice": ("… in the voice", None),
    "text_video_thing": ("a caption's clip shows the thing", 0.85),
    "text_video_motion": ("… in the motion", 0.90),
    "judge_clip_thing": ("the judges themselves on real clips: the thing", None),
    "judge_clip_motion": ("… the motion", None),
    "image_text_thing": ("a picture's caption names the thing", 0.90),
    "image_text_thing_unseen_style": ("… a picture in a style that no training saw of that thing", None),
    "judge_picture_thing_unseen_style": ("the judge itself on such pictures", None),
    "audio_text_thing": ("a sound's caption names the thing", 0.90),
    "video_text_thing": ("a clip's caption names the thing", 0.90),
    "audio_image_thing": ("a sound's picture shows the thing; never trained together", 0.85),
    "image_audio_thing": ("a picture's sound says the thing; never trained together", 0.85),
    "video_audio_thing": ("a clip's sound says the thing; never trained together as a prompt", 0.85),
    "audio_video_thing": ("a sound's clip shows the thing; never trained together as a prompt", 0.80),
    "composed_audio_text_image_both": ("thing from a sound, colour from a caption: the picture has both", 0.75),
    "retrieval_image_audio_r1": ("the nearest of 72 sounds to a picture is of its thing", 0.95),
    "joint_coupling_delta": ("mean change of a picture's latent when only the sound's noise changes", 0.0),
    "joint_agreement_ratio": ("outputs of a vague prompt are of one thing: joint / independent", 1.5),
    "joint_unseen_pair_ratio": ("the same for picture and sound, a pair never trained together", 1.0),
    "sync_joint": ("correlation of a clip's motion with its sound's loudness, generated jointly", None),
    "sync_real": ("… of real clips", None),
    "sync_independent": ("… generated apart", None),
    "sync_shuffled": ("… jointly, with another clip's sound", None),
    "sync_joint_less_independent": ("jointly less apart, for the same prompt and noise", 0.0),
    "sync_joint_less_shuffled": ("jointly less with another clip's sound, for the same clip", 0.0),
    "fidelity_image": ("Fréchet distance of generated pictures to real ones, in the judge's features", None),
    "fidelity_image_reconstructions": ("… of pictures through the autoencoder", None),
    "fidelity_image_real": ("… of other real pictures", None),
    "fidelity_image_unbiased": ("distance of generated pictures without what it owes to the number of samples", None),
    "fidelity_image_reconstructions_unbiased": ("… of pictures through the autoencoder", None),
    "fidelity_image_real_unbiased": ("… of other real pictures", None),
    **{f"text_image_thing_{steps}_steps": (f"a caption's picture shows the thing, {steps} steps", None) for steps in CURVE},
    **{f"agreement_{pair}_{how}": (f"outputs of a vague prompt are of one thing, {how}", None) for pair in PAIRS for how in HOW},
    **{f"similarity_{pair}_{how}": (f"cosine of their prompt embeddings, {how}", None) for pair in PAIRS for how in HOW},
    "image_20_steps_seconds": ("seconds for a picture of 20 steps, batch 1, two threads", None),
    "video_20_steps_seconds": ("seconds for a clip of 20 steps, batch 1, two threads", None),
    "bundle_mb": ("megabytes of the whole folder", None),
}
CEILINGS = {"bundle_mb": 60.0, "image_20_steps_seconds": 0.5, "video_20_steps_seconds": 5.0}


def verdict(name: str, figures: dict[str, Figure]) -> str:
    value = figures[name]["value"]
    if name in CEILINGS:
        return f"≤ {CEILINGS[name]:g}: {'reached' if value <= CEILINGS[name] else 'missed'}"
    if name == "fidelity_image" and "fidelity_image_reconstructions" in figures:
        limit = 1.5 * figures["fidelity_image_reconstructions"]["value"]
        return f"≤ {limit:.2f}: {'reached' if value <= limit else 'missed'}"
    floor = MEANINGS.get(name, ("", None))[1]
    if floor is None:
        return ""
    # Where more than a floor is asked, the whole interval has to be above it.
    reached = figures[name]["low"] > floor if floor in (0.0, 1.0) else value >= floor
    return f"{'>' if floor in (0.0, 1.0) else '≥'} {floor:g}: {'reached' if reached else 'missed'}"


def write_report(folder: Path, figures: dict[str, Figure]) -> None:
    """Every figure with its 95 % interval; the judges' own accuracy beside them."""
    (folder / "EVALUATION.json").write_text(json.dumps({"figures": figures}, indent=1) + "\n")
    manifest = json.loads((folder / "bundle.json").read_text())
    defaults = manifest["diffusion"]
    others = "".join(f" ({modality} {own:g})" for modality, own in defaults["guidance"].get("outputs", {}).items())
    judged = json.loads((folder / "judges/judges.json").read_text())["held_out_accuracy"]
    lines = [
        "# Evaluation of picturebook",
        "",
        f"Measured on the exported graphs with `python -m picturebook.evaluate`: {defaults['steps']['default']} steps, guidance "
        f"{defaults['guidance']['default']:g}{others}, newly drawn captions in trained wordings, new pictures "
        "and clips of trained styles, sounds in an accent that no training heard. "
        "Intervals are 95 %, of seconds from the least to the most; the size has none.",
        "",
        "| figure | value | interval | samples | floor | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for name in [*(known for known in MEANINGS if known in figures), *(other for other in figures if other not in MEANINGS)]:
        f = figures[name]
        meaning = MEANINGS.get(name, (name.replace("_", " "), None))[0]
        interval = f"{f['low']:.3f} – {f['high']:.3f}" if f["low"] < f["high"] else "–"
        lines.append(f"| `{name}` | {f['value']:.3f} | {interval} | {f['samples']} | {verdict(name, figures)} | {meaning} |")
    if all(f"text_image_thing_{steps}_steps" in figures for steps in CURVE):
        shares = [figures[f"text_image_thing_{steps}_steps"]["value"] for steps in CURVE]
        lines += [
            "",
            "## Quality against steps",
            "",
            "```mermaid",
            "xychart-beta",
            '    title "pictures that show the thing of their caption"',
            f'    x-axis "steps" [{", ".join(map(str, CURVE))}]',
            '    y-axis "share" 0 --> 1',
            f"    line [{', '.join(f'{share:.3f}' for share in shares)}]",
            "```",
        ]
    lines += [
        "",
        "## The judges",
        "",
        "Trained on real data only, pictures a little softened, frames of clips shaken too, so that a flicker is not taken for",
        "motion. Accuracy on pictures and clips of trained styles that they never saw, and on utterances in an accent that they",
        "never heard:",
        "",
    ]
    lines += [f"- {judge}, {part}: {f['value']:.3f} of {f['samples']}" for judge, parts in judged.items() for part, f in parts.items()]
    lines += [
        "",
        "## Sheets",
        "",
        "`sheets/` holds the first samples of figures, unpicked; a text of the same name has the prompts that they are of, or captions.",
        "",
    ]
    (folder / "EVALUATION.md").write_text("\n".join(lines))
