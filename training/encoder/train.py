"""Train the encoder for some minutes; run it again and it goes on from its checkpoint."""

import argparse
import copy
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from drawings import Example, Studio, targets
from losses import OFF, ON, VIEWS, Decision, global_loss, patch_loss, soft_nearest
from model import MEAN, STD, Network
from torch import Tensor

_FIRST = 1_000_000  # seeds below it stay for benches and tests
_HELD_OUT = 1_000_000_000  # and those from here on for the figures below
_HELD_OUT_COUNT = 48
_WHOLE_WEIGHT = 0.5  # of the contrast of whole pictures: cells come first, they are what is shown
_RATE, _DECAY = 2e-3, 0.02
_WARM = 60  # steps until the full learning rate
_COOL = 0.25  # share of the minutes at whose end the rate falls to nothing
_REMEMBER = 0.99  # of the running mean of weights, a step
_TELL_EVERY, _SAVE_EVERY_S = 25, 240
_CLIP = 2.0  # of the gradient's length: one odd identity must not undo a minute
_TOP = 0.05  # share of cells that tell of a drift


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def collate(examples: list[Example], device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return pictures [b, 5, 3, 224, 224], covered [b, 5, 784], targets and weights [b, 2, 784]."""
    stacked = torch.from_numpy(np.stack([example.pictures for example in examples])).to(device)
    fed = stacked.permute(0, 1, 4, 2, 3).float() / 255
    fed = (fed - torch.tensor(MEAN, device=device)[:, None, None]) / torch.tensor(STD, device=device)[
        :, None, None
    ]
    covered = torch.from_numpy(np.stack([example.covered for example in examples])).to(device)
    truths = [targets(example) for example in examples]
    target = torch.from_numpy(np.stack([truth[0] for truth in truths])).to(device)
    weight = torch.from_numpy(np.stack([truth[1] for truth in truths])).to(device)
    return fed, covered, target, weight


def encode(network: Network, fed: Tensor) -> tuple[Tensor, Tensor]:
    """Return cells [b, 5, 784, d] and vectors [b, 5, d] of pictures [b, 5, 3, 224, 224]."""
    batch, views = fed.shape[:2]
    flat = fed.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    cells, vectors = network(flat)
    return cells.unflatten(0, (batch, views)), vectors.unflatten(0, (batch, views))


def auroc(high: np.ndarray, low: np.ndarray) -> float:
    """Return the share of pairs in which the first is larger, ties half."""
    order = np.sort(low)
    below = np.searchsorted(order, high, side="left")
    until = np.searchsorted(order, high, side="right")
    return float((below + until).mean() / 2 / max(1, len(low)))


@torch.no_grad()
def judge(network: Network, held_out: list[Example], device: torch.device) -> str:
    """Return figures on held-out identities: of cells, of pictures by worst cells, and by vector."""
    network.eval()
    changed: list[np.ndarray] = []
    same: list[np.ndarray] = []
    patch: tuple[list[float], list[float]] = ([], [])
    whole: tuple[list[float], list[float]] = ([], [])
    for example in held_out:
        fed, covered, target, weight = collate([example], device)
        cells, vectors = encode(network, fed)
        bank = cells[:, :VIEWS].flatten(1, 2)
        kept = covered[:, :VIEWS].flatten(1, 2) >= 0.3
        for n, picture in enumerate((ON, OFF)):
            near = soft_nearest(cells[:, picture], bank, kept)[0].cpu().numpy()
            inside = covered[0, picture].cpu().numpy() >= 0.4
            if inside.any():
                worst = np.sort(1 - near[inside])[-max(1, int(_TOP * inside.sum())) :]
                patch[n].append(float(worst.mean()))
                whole[n].append(float(1 - (vectors[0, :VIEWS] @ vectors[0, picture]).max()))
            if picture == OFF:
                counted = weight[0, 1].cpu().numpy() > 0
                truth = target[0, 1].cpu().numpy()
                changed.append(1 - near[counted & (truth == 0)])
                same.append(1 - near[counted & (truth == 1)])
    network.train()
    at_cells = auroc(np.concatenate(changed), np.concatenate(same))
    return (
        f"held out: cells {at_cells:.3f}, worst cells {auroc(np.array(patch[1]), np.array(patch[0])):.3f}, "
        f"vector {auroc(np.array(whole[1]), np.array(whole[0])):.3f}"
    )


def rate_at(step: int, share: float) -> float:
    """Return the learning rate: warmed up by steps, level, cooled down by the share (0–1) of time gone."""
    return _RATE * min(1.0, (step + 1) / _WARM) * min(1.0, max(0.01, (1 - share) / _COOL))


class Run:
    """What a checkpoint keeps: the network, its running mean, the decision, the optimiser, its place."""

    def __init__(self, device: torch.device) -> None:
        torch.manual_seed(0)
        self.device = device
        self.network = Network().to(device, memory_format=torch.channels_last)
        self.decision = Decision().to(device)
        self.mean = copy.deepcopy(self.network)
        self.weights = [*self.network.parameters(), *self.decision.parameters()]
        self.optimiser = torch.optim.AdamW(self.weights, lr=_RATE, weight_decay=_DECAY)
        self.step = self.seen = 0

    def read(self, path: Path) -> None:
        """Go on from a checkpoint."""
        kept: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["network"])
        self.mean.load_state_dict(kept["mean"])
        self.decision.load_state_dict(kept["decision"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step, self.seen = kept["step"], kept["seen"]

    def write(self, path: Path) -> None:
        """Write a checkpoint; the one before stays until this one is whole."""
        part = path.with_suffix(".part")
        kept = {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "decision": self.decision.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seen": self.seen,
        }
        torch.save(kept, part)
        part.replace(path)

    def learn(self, examples: list[Example], share: float) -> dict[str, Tensor]:
        """Take one step, `share` (0–1) of the time being gone; return the losses."""
        fed, covered, target, weight = collate(examples, self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.step, share)
        cells, vectors = encode(self.network, fed)
        losses = patch_loss(cells, covered, target, weight, self.decision)
        losses["whole"] = _WHOLE_WEIGHT * global_loss(vectors, (weight[:, 1] > target[:, 1]).any(1))
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.weights, _CLIP)
        self.optimiser.step()
        keep = min(_REMEMBER, self.step / (self.step + 10))
        with torch.no_grad():
            for remembered, fresh in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                remembered.lerp_(fresh, 1 - keep)
        self.step, self.seen = self.step + 1, self.seen + len(examples)
        return losses


def main() -> None:
    """Train."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("checkpoint", type=Path, help="written every few minutes; gone on from if there")
    ask.add_argument("--minutes", type=float, default=60, help="how long this run lasts")
    ask.add_argument("--threads", type=int, default=1, help="of the processor")
    ask.add_argument("--identities", type=int, default=10, help="a step")
    told = ask.parse_args()
    torch.set_num_threads(told.threads)
    run = Run(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    if told.checkpoint.exists():
        run.read(told.checkpoint)
        _say(f"goes on after {run.seen} identities")
    studio = Studio()
    held_out = [studio.example(_HELD_OUT + n) for n in range(_HELD_OUT_COUNT)]
    started = saved = time.monotonic()
    while (gone := (time.monotonic() - started) / 60 / told.minutes) < 1:
        losses = run.learn([studio.example(_FIRST + run.seen + n) for n in range(told.identities)], gone)
        if run.step % _TELL_EVERY == 0:
            parts = ", ".join(f"{name} {loss.item():.3f}" for name, loss in losses.items())
            _say(f"{run.seen} identities: {parts}; b {run.decision.b.item():.2f}")
        if time.monotonic() - saved > _SAVE_EVERY_S:
            run.write(told.checkpoint)
            saved = time.monotonic()
            _say(judge(run.mean, held_out, run.device))
    run.write(told.checkpoint)
    _say(judge(run.mean, held_out, run.device))


if __name__ == "__main__":
    main()
