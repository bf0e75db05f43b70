"""Write a checkpoint's weights as ONNX, with the manifest that circletake reads beside it."""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from model import GRID, MEAN, SIDE_PX, STD, Network

_OPERATORS = 18  # of ONNX: GroupNorm is written out of older ones, so that any runtime of 2023 on can run it
_NEAR = 1e-4  # how far the exported model may be from the one that was trained


def main() -> None:
    """Export."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("checkpoint", type=Path)
    ask.add_argument("onnx", type=Path, help="the manifest comes beside it, as .toml")
    told = ask.parse_args()
    kept = torch.load(told.checkpoint, map_location="cpu", weights_only=True)
    network = Network().eval()
    network.load_state_dict(kept["mean"])
    picture = torch.randn(1, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1))
    torch.onnx.export(
        network,
        (picture,),
        str(told.onnx),
        input_names=["picture"],
        output_names=["patches", "vector"],
        opset_version=_OPERATORS,
        external_data=False,
        verbose=False,
    )
    session = onnxruntime.InferenceSession(str(told.onnx), providers=["CPUExecutionProvider"])
    found = session.run(["patches", "vector"], {session.get_inputs()[0].name: picture.numpy()})
    with torch.no_grad():
        wanted = [array.numpy() for array in network(picture)]
    for name, one, other in zip(("patches", "vector"), found, wanted, strict=True):
        if (apart := float(np.abs(one - other).max())) > _NEAR:
            sys.exit(f"The exported model gives other {name}: apart by {apart:.2g}.")
    written = hashlib.sha256(told.onnx.read_bytes()).hexdigest()
    told.onnx.with_suffix(".toml").write_text(
        f'name = "circletake encoder, {kept["seen"]} identities"\n'
        f'file = "{told.onnx.name}"\n'
        f'sha256 = "{written}"\n'
        f"size_px = {SIDE_PX}\n"
        f"mean = {list(MEAN)}\n"
        f"std = {list(STD)}\n"
        'output = "vector"\n'
        'patches = "patches"\n'
        f"grid = [{GRID}, {GRID}]\n"
        'outside = "blank"\n',
        encoding="utf-8",
    )
    sys.stdout.write(f"{told.onnx}: {told.onnx.stat().st_size} bytes, sha256 {written}\n")


if __name__ == "__main__":
    main()
