"""A real ComfyUI, where `CIRCLETAKE_COMFYUI_URL` names one that has a node SeededTrial; every end there is.

SeededTrial stands outside of this project: seed, width, height, frames, steps, step_seconds, text, fail →
IMAGE; it reports progress with previews, raises halfway where `fail` is true, and stops when interrupted.
Where `CIRCLETAKE_COMFYUI_RESTART` names a program that restarts the server, a restart is tried too, and where
`CIRCLETAKE_COMFYUI_OUTPUT` names its output folder, a file that is gone.
"""

import json
import os
import shutil
import subprocess
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.paying_provider import png, until

from circletake.errors import AskInvalid, ContentMissing, NothingSent
from circletake.generate.port import Absent, Ask, Event, Handle, Input, Settings, Status
from circletake.generate.providers.comfyui import ComfyUI
from circletake.media.store import ContentStore

URL = os.environ.get("CIRCLETAKE_COMFYUI_URL", "")
RESTART = os.environ.get("CIRCLETAKE_COMFYUI_RESTART", "")
OUTPUT = os.environ.get("CIRCLETAKE_COMFYUI_OUTPUT", "")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not URL, reason="NO COMFYUI: set CIRCLETAKE_COMFYUI_URL to try a real server"),
]
OVER = {"ready", "partial", "failed", "cancelled", "lost", "expired", "refused"}


def recipe(
    nodes: dict[str, Any] | None = None, *, steps: int = 4, step_seconds: float = 0.05, fail: bool = False
) -> bytes:
    """A model-free graph that makes noise of a seed, a step at a time."""
    graph: dict[str, Any] = {
        "1": {
            "class_type": "SeededTrial",
            "inputs": {
                "seed": 0, "width": 64, "height": 48, "frames": 1, "steps": steps, "text": "",
                "step_seconds": step_seconds, "fail": fail,
            },
        },
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }  # fmt: skip
    bindings = {
        "prompt": "/1/inputs/text",
        "seed": "/1/inputs/seed",
        "width": "/1/inputs/width",
        "height": "/1/inputs/height",
        "frames": "/1/inputs/frames",
    }
    return json.dumps({"graph": graph | (nodes or {}), "bindings": bindings}).encode()


@pytest.fixture
def comfy() -> ComfyUI:
    return ComfyUI(Settings("comfyui", {"url": URL, "nodes": "SeededTrial"}))


def ask(
    raw: bytes | None = None,
    *,
    seed: int = 7,
    size_px: tuple[int, int] = (0, 0),
    params: dict[str, object] | None = None,
) -> Ask:
    return Ask("image", "a door", size_px, seed=seed, params=params or {}, recipe=raw or recipe())


def key() -> str:
    return str(uuid.uuid4())


def over(comfy: ComfyUI, handle: Handle, *, s: float = 60.0) -> Status:
    end = time.monotonic() + s
    while time.monotonic() < end:
        said = comfy.status(handle)
        if said.standing in OVER:
            return said
        time.sleep(0.05)
    raise AssertionError(said)


def test_a_seeded_graph_comes_home_with_progress_and_previews(comfy: ComfyUI, store: ContentStore) -> None:
    handle = comfy.submit(ask(recipe(steps=6, step_seconds=0.2), size_px=(96, 64)), key())
    seen: list[Event] = []
    watcher = threading.Thread(target=lambda: seen.extend(comfy.events(handle)))
    watcher.start()
    assert comfy.status(handle).standing in {"queued", "running"}
    assert over(comfy, handle) == Status("ready", charged="no")
    watcher.join(timeout=40)
    assert not watcher.is_alive()
    assert max((one.done, one.total) for one in seen) == (6, 6)
    assert {one.preview[:3] for one in seen if one.preview} == {b"\xff\xd8\xff"}
    (fetched,) = comfy.collect(handle, store)
    assert store.read(fetched.content).startswith(b"\x89PNG")
    assert handle in fetched.name or fetched.name.startswith(handle.split("-", maxsplit=1)[0])
    assert comfy.collect(handle, store) == [fetched]


def test_the_same_graph_again_is_made_again_and_the_same_seed_gives_the_same_picture(
    comfy: ComfyUI, store: ContentStore
) -> None:
    pictures = set()
    for seed in (7, 7, 8):
        handle = comfy.submit(ask(seed=seed, params={"/1/inputs/steps": 1}), key())
        assert over(comfy, handle).standing == "ready"
        (fetched,) = comfy.collect(handle, store)
        # the file says which attempt it is of; the picture does not
        pictures.add((seed, store.read(fetched.content).split(b"IDAT")[1][:200]))
    assert len(pictures) == 2


def test_a_graph_that_is_wrong_is_refused_with_node_and_field(comfy: ComfyUI) -> None:
    with pytest.raises(AskInvalid, match=r"node 1 \(SeededTrial\) steps"):
        comfy.submit(ask(params={"/1/inputs/steps": -3}), key())
    graph = {"2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}
    with pytest.raises(AskInvalid, match=r"node 2 \(SaveImage\) images"):
        comfy.submit(ask(recipe(graph)), key())
    with pytest.raises(AskInvalid, match="not allowed"):
        comfy.submit(ask(recipe({"3": {"class_type": "LoadLatent", "inputs": {}}})), key())


def test_a_node_that_raises_fails_the_attempt_and_names_itself(comfy: ComfyUI) -> None:
    said = over(comfy, comfy.submit(ask(recipe(fail=True)), key()))
    assert (said.standing, said.code, said.charged) == ("failed", "RuntimeError", "no")
    assert said.text.startswith("node 1 (SeededTrial): asked to fail")


def test_what_runs_and_what_waits_is_cancelled_and_nothing_else(comfy: ComfyUI) -> None:
    first = comfy.submit(ask(recipe(steps=100, step_seconds=0.1), seed=21), key())
    second = comfy.submit(ask(recipe(steps=100, step_seconds=0.1), seed=22), key())
    third = comfy.submit(ask(recipe(steps=2), seed=23), key())
    assert until(lambda: comfy.status(first).standing == "running")
    assert comfy.status(second).standing == "queued"
    assert comfy.cancel(second).stopped == "stopped"
    assert comfy.status(second).standing == "lost"
    assert comfy.cancel(first).stopped == "asked"
    assert over(comfy, first) == Status(
        "cancelled", code="interrupted", text="It was interrupted at the server.", charged="no"
    )
    assert over(comfy, third).standing == "ready"
    assert comfy.cancel(third).stopped == "too_late"


def test_an_input_is_uploaded_and_named_as_the_server_says(
    comfy: ComfyUI, store: ContentStore, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(png(5))
    content = store.put_bytes(path.read_bytes())
    graph = {
        "3": {"class_type": "LoadImage", "inputs": {"image": ""}},
        "4": {"class_type": "ImageScale", "inputs": {
            "image": ["3", 0], "upscale_method": "bilinear", "width": 16, "height": 16, "crop": "disabled"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": "x"}},
    }  # fmt: skip
    told = json.loads(recipe(graph))
    told["bindings"] = {"first": "/3/inputs/image", "width": "/4/inputs/width", "height": "/4/inputs/height"}
    asked = Ask(
        kind="image", prompt="", recipe=json.dumps(told).encode(), size_px=(24, 18),
        inputs=(Input("first", content, path, ".png"),),
    )  # fmt: skip
    handle = comfy.submit(asked, key())
    assert over(comfy, handle).standing == "ready"
    (fetched,) = comfy.collect(handle, store)
    assert store.read(fetched.content)[16:24] == (24).to_bytes(4, "big") + (18).to_bytes(4, "big")


def test_the_same_id_twice_is_made_twice_there_which_is_why_the_book_says_submitting_first(
    comfy: ComfyUI,
) -> None:
    same = key()
    assert comfy.reconcile(same) == Absent()
    first = comfy.submit(ask(seed=31), same)
    second = comfy.submit(ask(seed=32), same)
    assert first == second == same
    assert over(comfy, first).standing == "ready"
    assert comfy.reconcile(same) == same


@pytest.mark.skipif(not OUTPUT, reason="set CIRCLETAKE_COMFYUI_OUTPUT to the server's output folder")
def test_a_file_that_is_gone_is_lost_and_asking_again_makes_it_again(
    comfy: ComfyUI, store: ContentStore
) -> None:
    handle = comfy.submit(ask(seed=41), key())
    assert over(comfy, handle).standing == "ready"
    shutil.rmtree(Path(OUTPUT) / "circletake")
    with pytest.raises(ContentMissing):
        comfy.collect(handle, store)
    again = comfy.submit(ask(seed=41), key())
    assert over(comfy, again).standing == "ready"
    assert comfy.collect(again, store)


@pytest.mark.skipif(not RESTART, reason="set CIRCLETAKE_COMFYUI_RESTART to a program that restarts it")
def test_a_server_that_is_restarted_has_lost_it(comfy: ComfyUI) -> None:
    handle = comfy.submit(ask(recipe(steps=200, step_seconds=0.1), seed=51), key())
    assert until(lambda: comfy.status(handle).standing == "running")
    subprocess.run([RESTART], check=True, timeout=120)

    def answers() -> bool:
        try:
            return comfy.status(handle).standing == "lost"
        except NothingSent:
            return False

    assert until(answers, s=90)
    assert httpx2.get(f"{URL}/queue").json() == {"queue_running": [], "queue_pending": []}
    assert replace(comfy.status(handle), text="") == Status("lost", code="not-there", charged="no")
