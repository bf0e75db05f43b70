"""What is trained is the decision as it is deployed: how near a cell comes to a bank of the sheet's cells."""

import torch
from torch import Tensor, nn
from torch.nn import functional

TAU = 0.05  # of the soft maximum over the bank
_OTHERS_WEIGHT = 0.3
_TEMPERATURE = 0.1  # of the contrast of whole pictures
_QUERIES, _BANK = 256, 800  # cells looked at a picture and a bank: enough for the gradient, quick on one core
_BANK_COVERED = 0.3  # share of a cell that the figure covers, from which it is worth keeping
VIEWS, ON, OFF = 3, 3, 4  # of the five pictures of an identity


def soft_nearest(queries: Tensor, bank: Tensor, kept: Tensor) -> Tensor:
    """Return the soft-max similarity of cells to a bank.

    Args:
        queries: [b, q, d], unit length.
        bank: [b, k, d], unit length.
        kept: bool [b, k], which cells of the bank count.

    Returns:
        [b, q], −1…1.
    """
    near = torch.einsum("bqd,bkd->bqk", queries, bank)
    shares = torch.softmax((near / TAU).masked_fill(~kept[:, None], -torch.inf), dim=2)
    return (shares * near).sum(2)


class Decision(nn.Module):
    """The logit of “on model”: a · (similarity − b)."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor(12.0))
        self.b = nn.Parameter(torch.tensor(0.7))

    def forward(self, near: Tensor) -> Tensor:
        """Return logits of similarities."""
        return self.a * (near - self.b)


def _picked(tensor: Tensor, index: Tensor) -> Tensor:
    return torch.gather(tensor, 1, index[..., None].expand(-1, -1, tensor.shape[2]))


def _side(losses: Tensor, weight: Tensor) -> Tensor:
    # A mean for each identity first, so that a small drift counts as much as a large one.
    total = weight.sum(1)
    each = (losses * weight).sum(1) / total.clamp(min=1)
    return each.sum() / (total > 0).sum().clamp(min=1)


def patch_loss(
    cells: Tensor, covered: Tensor, target: Tensor, weight: Tensor, decision: Decision
) -> dict[str, Tensor]:
    """Return the losses of cells on model, cells adrift, and cells of others.

    Args:
        cells: [b, 5, 784, d].
        covered: [b, 5, 784].
        target: [b, 2, 784] of the last two pictures.
        weight: the same; 0 where a cell has no truth.
        decision: logits from similarities.
    """
    batch, _, count, size = cells.shape
    bank = cells[:, :VIEWS].reshape(batch, VIEWS * count, size)
    kept = covered[:, :VIEWS].reshape(batch, VIEWS * count) >= _BANK_COVERED
    chosen = torch.multinomial(kept.float() + 1e-6, _BANK)
    bank, kept = _picked(bank, chosen), torch.gather(kept, 1, chosen)
    found: dict[str, Tensor] = {}
    both = []
    for n, picture in enumerate((ON, OFF)):
        # Changed cells first: they are few.
        wish = weight[:, n] * (1 + 20 * (1 - target[:, n])) + 1e-6
        index = torch.multinomial(wish, _QUERIES)
        both.append(
            (
                _picked(cells[:, picture], index),
                torch.gather(target[:, n], 1, index),
                torch.gather(weight[:, n], 1, index),
            )
        )
    queries, truth, counts = (torch.cat(parts, 1) for parts in zip(*both, strict=True))
    logits = decision(soft_nearest(queries, bank, kept))
    losses = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    found["on"] = _side(losses, counts * truth)
    found["adrift"] = _side(losses, counts * (1 - truth))
    strangers = decision(soft_nearest(both[0][0], bank.roll(1, 0), kept.roll(1, 0)))
    other = functional.binary_cross_entropy_with_logits(
        strangers, torch.zeros_like(strangers), reduction="none"
    )
    found["others"] = _OTHERS_WEIGHT * _side(other, both[0][2])
    return found


def global_loss(vectors: Tensor, shows: Tensor) -> Tensor:
    """Return the supervised contrast: pictures on model attract each other; drifts are what they must beat.

    Args:
        vectors: [b, 5, d], unit length.
        shows: bool [b], whether the drift can be seen at all; one that cannot is no negative.

    Source:
        Khosla et al., Supervised Contrastive Learning, equation 2.
    """
    batch = vectors.shape[0]
    anchors = vectors[:, :OFF].reshape(batch * OFF, -1)
    everything = torch.cat([anchors, vectors[:, OFF]])
    near = anchors @ everything.T / _TEMPERATURE
    who = torch.arange(batch, device=vectors.device).repeat_interleave(OFF)
    same = torch.zeros_like(near, dtype=torch.bool)
    same[:, : batch * OFF] = who[:, None] == who
    itself = torch.zeros_like(same)
    itself[:, : batch * OFF] = torch.eye(batch * OFF, dtype=torch.bool, device=vectors.device)
    hidden = torch.zeros_like(same)
    hidden[:, batch * OFF :] = ~shows
    logs = near.masked_fill(itself | hidden, -torch.inf)
    logs = near - torch.logsumexp(logs, dim=1, keepdim=True)
    return -(logs.masked_fill(itself | ~same, 0).sum(1) / (OFF - 1)).mean()
