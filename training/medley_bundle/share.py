"""Weights that several graphs of a bundle have in common, stored once: ONNX external data, a file that all of them name."""

from collections import Counter
from pathlib import Path

import onnx
from onnx import TensorProto

FILE = "shared.weights"
SHARED_FROM = 1024  # bytes of an initialiser that is worth it
ALIGNMENT = 64


def share_weights(folder: Path) -> None:
    """Moves equal initialisers of two and more graphs of `folder` to `shared.weights`; nothing where there are none."""
    models = {path: onnx.load(path) for path in sorted(folder.glob("*.onnx"))}
    held = Counter(content for model in models.values() for content in {tensor.raw_data for tensor in large(model)})
    offsets: dict[bytes, int] = {}
    data = bytearray()
    for path, model in models.items():
        common = [tensor for tensor in large(model) if held[tensor.raw_data] > 1]
        for tensor in common:
            if tensor.raw_data not in offsets:
                data.extend(bytes(-len(data) % ALIGNMENT))
                offsets[tensor.raw_data] = len(data)
                data.extend(tensor.raw_data)
            place = {"location": FILE, "offset": offsets[tensor.raw_data], "length": len(tensor.raw_data)}
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
        if common:
            path.write_bytes(model.SerializeToString())
    if data:
        (folder / FILE).write_bytes(data)


def large(model: onnx.ModelProto) -> list[TensorProto]:
    return [tensor for tensor in model.graph.initializer if len(tensor.raw_data) >= SHARED_FROM]
