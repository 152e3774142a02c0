"""Which initialiser of a graph holds which parameter of its module: noted at export, so that a training can start from a bundle."""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

KEY = "medley.parameters"


def note_parameters(model: onnx.ModelProto, module: nn.Module) -> None:
    """Writes parameter -> [initialiser, transposed] into the metadata; parts of the module that the graph leaves out are not in it."""
    stored: dict[bytes, str] = {}
    for initialiser in model.graph.initializer:
        values = numpy_helper.to_array(initialiser).astype(np.float32)
        stored.setdefault(values.tobytes(), initialiser.name)
    noted = {}
    for name, parameter in module.state_dict().items():
        values = parameter.float().numpy()
        rounded = [values, values.astype(np.float16).astype(np.float32)]
        found = next((stored[v.tobytes()] for v in rounded if v.tobytes() in stored), None)
        if found is not None:
            noted[name] = [found, False]
            continue
        found = next((stored[t.tobytes()] for v in rounded if (t := np.ascontiguousarray(v.T)).tobytes() in stored), None)
        if found is not None:
            noted[name] = [found, True]
    onnx.helper.set_model_props(model, {KEY: json.dumps(noted, separators=(",", ":"))})


def read_parameters(path: Path, module: nn.Module) -> list[str]:
    """Fills the module with the weights of an exported graph; answers the parameters that the graph does not hold, left as they were.

    Raises ValueError where the graph was made from a module of other sizes.
    """
    model = onnx.load(path)
    noted = json.loads(next((prop.value for prop in model.metadata_props if prop.key == KEY), "{}"))
    stored = {initialiser.name: numpy_helper.to_array(initialiser).astype(np.float32) for initialiser in model.graph.initializer}
    state = module.state_dict()
    for name, (initialiser, transposed) in noted.items():
        values, size = stored[initialiser], state[name].shape
        if values.size != state[name].numel():
            raise ValueError(f"{path}: parameter {name} has {values.size} numbers, not {state[name].numel()}")
        state[name] = torch.from_numpy(np.array(values.reshape(size[::-1]).T if transposed else values.reshape(size)))
    module.load_state_dict(state)
    return [name for name in state if name not in noted]
