"""Figures of a bench: printed, and kept as a page of the documentation where `make bench` asks for it."""

import os
import sys
from pathlib import Path

import numpy as np

FOLDER = "CIRCLETAKE_FIGURES"


def tell(name: str, title: str, rows: list[str]) -> None:
    """Print figures, and write `name`.md into the folder that CIRCLETAKE_FIGURES names, if it names one.

    Args:
        name: of the page.
        title: its first line.
        rows: lines of a Markdown table or sentences.
    """
    sys.stdout.write("\n" + "\n".join([title, *rows]) + "\n")
    if folder := os.environ.get(FOLDER):
        page = Path(folder) / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            "\n".join([f"# {title}", "", "Written by `make bench`.", "", *rows, ""]), encoding="utf-8"
        )


def auroc(drifted: list[float], clean: list[float]) -> float:
    """Chance that a drifted frame scores above a clean one; ties count half."""
    if not drifted or not clean:
        return float("nan")
    a, b = np.array(drifted)[:, None], np.array(clean)
    return float((a > b).mean() + (a == b).mean() / 2)
