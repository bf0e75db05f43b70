"""The encoder's network: convolutions to a grid of 28×28, a vector for each cell and one for the picture."""

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE_PX = 224
GRID = 28  # a cell is 8 pixels: an eye of a figure 200 pixels tall is one or two cells
PATCH_SIZE, GLOBAL_SIZE = 64, 128
MEAN = (0.5, 0.5, 0.5)  # of each channel of 0–1; also what the picture is blanked with outside the figure
STD = (0.25, 0.25, 0.25)
_GROUPS = 8  # GroupNorm: small batches of few identities make batch statistics tell on each other


def _layer(inputs: int, outputs: int, *, size: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(
            inputs,
            outputs,
            size,
            stride,
            padding=dilation * (size // 2),
            dilation=dilation,
            bias=False,
        ),
        nn.GroupNorm(_GROUPS, outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions beside the identity; the second starts at nothing, so that depth costs no start."""

    def __init__(self, width: int, *, dilation: int) -> None:
        super().__init__()
        self.first = _layer(width, width, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(_GROUPS, width)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        return functional.relu(x + self.norm(self.second(self.first(x))))


class Network(nn.Module):
    """About 0.4 million weights; 0.3 million of them on the way to the patches."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _layer(3, 24, size=5, stride=2),
            _layer(24, 48, stride=2),
            _layer(48, PATCH_SIZE, stride=2),
        )
        # Dilated in the middle: a cell sees about half the figure, so that a part can be in the wrong place.
        self.body = nn.Sequential(*(Residual(PATCH_SIZE, dilation=d) for d in (1, 2, 4)))
        self.patches = nn.Conv2d(PATCH_SIZE, PATCH_SIZE, 1)
        self.whole = nn.Sequential(_layer(PATCH_SIZE, 80, stride=2), _layer(80, 96, stride=2))
        self.vector = nn.Linear(2 * 96, GLOBAL_SIZE)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Encode pictures.

        Args:
            picture: float [n, 3, 224, 224], normalised.

        Returns:
            Cells [n, 784, 64], row by row, and vectors [n, 128]; each of length 1.
        """
        seen = self.body(self.stem(picture))
        patches = functional.normalize(self.patches(seen).flatten(2).transpose(1, 2), dim=2)
        whole = self.whole(seen)
        pooled = torch.cat([whole.mean((2, 3)), whole.amax((2, 3))], dim=1)
        return patches, functional.normalize(self.vector(pooled), dim=1)
