"""Evidence to bytes and back: canonical JSON, equal evidence is equal bytes."""

import json
import math
from base64 import b64decode, b64encode
from typing import Any

from circletake.domain.evidence import Evidence, FlagRange, Heatmap, Moment, Series
from circletake.domain.time import FrameRange
from circletake.errors import CircletakeError, EvidenceUnreadable

FORMAT = 1
# Six decimals are finer than any measurement here and the same on every machine that agrees to 1e-7.
_PLACES = 6


def rounded(value: float | None) -> float | None:
    """Round to what evidence keeps; what is not a number becomes None, negative zero zero.

    >>> rounded(0.12345678), rounded(-0.0000001), rounded(float("nan"))
    (0.123457, 0.0, None)
    """
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), _PLACES) + 0.0


def evidence_bytes(evidence: Evidence) -> bytes:
    """Write evidence as canonical JSON (sorted keys, no spaces, UTF-8, floats to six decimals)."""
    plain: dict[str, Any] = {
        "v": FORMAT,
        "check": evidence.check,
        "version": evidence.version,
        "content": evidence.content,
        "summary": evidence.summary,
        "sentence": evidence.sentence,
        "series": [_series(series) for series in evidence.series],
        "flags": [
            {
                "frames": _range(flag.frames),
                "label": flag.label,
                "sentence": flag.sentence,
                "strength": rounded(flag.strength),
            }
            for flag in evidence.flags
        ],
        "worst_frame": evidence.worst_frame,
        "heatmaps": [
            {
                "frame": heat.frame,
                "box": list(heat.box),
                "rows": heat.rows,
                "columns": heat.columns,
                "cells": b64encode(heat.cells).decode("ascii"),
            }
            for heat in evidence.heatmaps
        ],
        "references": list(evidence.references),
        "abstained": [_range(frames) for frames in evidence.abstained],
        "backend": evidence.backend,
        "precision": evidence.precision,
        "params": evidence.params,
    }
    if evidence.moments:  # what has none is written as before there were any
        plain["moments"] = [
            {
                "character": moment.character,
                "frame": moment.frame,
                "scores": [[name, rounded(value)] for name, value in moment.scores],
            }
            for moment in evidence.moments
        ]
    if evidence.interpolated:
        plain["interpolated"] = [_range(frames) for frames in evidence.interpolated]
    return json.dumps(
        plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def read_evidence(data: bytes) -> Evidence:
    """Read what `evidence_bytes` wrote.

    Raises:
        EvidenceUnreadable: not evidence of this format.
    """
    try:
        plain = json.loads(data)
        _check_format(plain["v"])
        return _evidence(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as damage:
        raise EvidenceUnreadable(
            f"These bytes are not evidence ({type(damage).__name__}); run the check again."
        ) from damage
    except EvidenceUnreadable:
        raise
    except CircletakeError as damage:
        raise EvidenceUnreadable(f"This evidence contradicts itself: {damage.message}") from damage


def _check_format(written: object) -> None:
    if written != FORMAT:
        raise EvidenceUnreadable(
            f"This evidence is of format {written} and {FORMAT} is read here; run the check again."
        )


def _evidence(plain: dict[str, Any]) -> Evidence:
    return Evidence(
        check=plain["check"],
        version=plain["version"],
        content=plain["content"],
        summary=dict(plain["summary"]),
        sentence=plain["sentence"],
        series=tuple(
            Series(
                name=series["name"],
                values=tuple(_float(value) for value in series["values"]),
                low=float(series["low"]),
                high=float(series["high"]),
                threshold=_float(series["threshold"]),
                unit=series["unit"],
            )
            for series in plain["series"]
        ),
        flags=tuple(
            FlagRange(
                frames=FrameRange(*flag["frames"]),
                label=flag["label"],
                sentence=flag["sentence"],
                strength=float(flag["strength"]),
            )
            for flag in plain["flags"]
        ),
        worst_frame=plain["worst_frame"],
        heatmaps=tuple(
            Heatmap(
                frame=heat["frame"],
                box=_box(heat["box"]),
                rows=heat["rows"],
                columns=heat["columns"],
                cells=b64decode(heat["cells"], validate=True),
            )
            for heat in plain["heatmaps"]
        ),
        references=tuple(plain["references"]),
        abstained=tuple(FrameRange(*frames) for frames in plain["abstained"]),
        backend=plain["backend"],
        precision=plain["precision"],
        params=dict(plain["params"]),
        moments=tuple(
            Moment(
                moment["character"],
                moment["frame"],
                tuple((str(name), float(value)) for name, value in moment["scores"]),
            )
            for moment in plain.get("moments", ())
        ),
        interpolated=tuple(FrameRange(*frames) for frames in plain.get("interpolated", ())),
    )


def _series(series: Series) -> dict[str, object]:
    return {
        "name": series.name,
        "values": [rounded(value) for value in series.values],
        "low": rounded(series.low),
        "high": rounded(series.high),
        "threshold": rounded(series.threshold),
        "unit": series.unit,
    }


def _range(frames: FrameRange) -> list[int]:
    return [frames.start, frames.end]


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _box(box: list[int]) -> tuple[int, int, int, int]:
    x, y, width, height = box
    return x, y, width, height
