"""Writes Medley model bundles: docs/bundle-format.md is the contract."""

MODALITIES = ("text", "image", "audio", "video")
