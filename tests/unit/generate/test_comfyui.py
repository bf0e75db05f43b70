"""ComfyUI as it was recorded: every end, every message, and graphs that are wrong before they are sent."""

import json
import struct
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from tests.paying_provider import png
from tests.recorded_comfyui import RECIPE, RECORD, Comfy, comfyui, recorded

from circletake.errors import AskInvalid, ProviderInvalid
from circletake.generate.calls import Answer
from circletake.generate.port import Ask, Event, Handle, Input, Settings
from circletake.generate.providers.comfyui import ComfyUI, outputs_of, read_message, say_invalid
from circletake.media.store import ContentStore


@pytest.fixture
def server() -> Iterator[Comfy]:
    with comfyui() as here:
        yield here


@pytest.fixture
def comfy(server: Comfy) -> ComfyUI:
    return ComfyUI(Settings("comfyui", {"url": server.url}))


def ask(recipe: object = RECIPE, prompt: str = "a door", **more: Any) -> Ask:  # noqa: ANN401 (members of an ask)
    return Ask("image", prompt, recipe=json.dumps(recipe).encode(), **more)


def altered(nodes: dict[str, Any]) -> dict[str, Any]:
    return {**RECIPE, "graph": {**RECIPE["graph"], **nodes}}


def key() -> str:
    return str(uuid.uuid4())


def test_everything_is_put_where_bindings_say_and_outputs_bear_the_key(comfy: ComfyUI, server: Comfy) -> None:
    mine = key()
    comfy.submit(ask(seed=5, params={"/1/inputs/width": 32}), mine)
    (body,) = server.bodies
    assert body["prompt"]["1"]["inputs"] == {
        "width": 32, "height": 64, "batch_size": 1, "color": 5, "text": "a door",
    }  # fmt: skip
    assert body["prompt"]["2"]["inputs"]["filename_prefix"] == f"circletake/{mine}"
    assert (body["prompt_id"], body["client_id"]) == (mine, mine)
    assert body["extra_data"]["extra_pnginfo"] == {"circletake": {"attempt": mine}}


def test_an_input_goes_by_the_name_that_the_server_gave_it(
    comfy: ComfyUI, server: Comfy, store: ContentStore
) -> None:
    content = store.put_bytes(png(1))
    recipe = altered({"3": {"class_type": "LoadImage", "inputs": {"image": ""}}})
    recipe["bindings"] = {"first": "/3/inputs/image"}
    given = Input("first", content, store.path(content), ".png")
    comfy.submit(ask(recipe, prompt="", inputs=(given,)), key())
    assert f'filename="{content}.png"'.encode() in server.uploads[0]
    assert server.bodies[0]["prompt"]["3"]["inputs"]["image"] == "circletake/a (1).png"


@pytest.mark.parametrize(
    ("how", "standing", "code", "text"),
    [
        ("success", "ready", "", ""),
        ("error", "failed", "RuntimeError", "node 1 (SeededTrial): asked to fail at step 2"),
        ("interrupted", "cancelled", "interrupted", "It was interrupted at the server."),
    ],
)
def test_every_end_is_read_as_it_was_recorded(
    comfy: ComfyUI, server: Comfy, how: str, standing: str, code: str, text: str
) -> None:
    mine = key()
    handle = comfy.submit(ask(), mine)
    assert comfy.status(handle).standing == "queued"
    server.running.append(server.pending.pop())
    assert comfy.status(handle).standing == "running"
    server.end(mine, how)
    said = comfy.status(handle)
    assert (said.standing, said.code, said.text, said.charged) == (standing, code, text, "no")


def test_success_without_an_output_has_failed(comfy: ComfyUI, server: Comfy) -> None:
    mine = key()
    handle = comfy.submit(ask(), mine)
    server.end(mine)
    server.history[mine]["outputs"] = {}
    assert comfy.status(handle).code == "no-output"
    server.history[mine]["status"]["status_str"] = "error"
    server.history[mine]["status"]["messages"] = [["execution_start", {}], "odd"]
    assert comfy.status(handle).code == "error"


def test_saved_files_come_before_previews() -> None:
    entry = recorded("success", "k")
    (saved,) = outputs_of(entry)
    assert saved["type"] == "output"
    entry["outputs"]["9"] = {
        "images": [{"filename": "p.png", "subfolder": "", "type": "temp"}],
        "text": ["x"],
    }
    assert outputs_of(entry) == [saved]
    del entry["outputs"]["2"]
    assert [one["filename"] for one in outputs_of(entry)] == ["p.png"]
    assert outputs_of({}) == []


def test_what_waits_is_taken_out_and_what_runs_is_interrupted_by_its_id(
    comfy: ComfyUI, server: Comfy
) -> None:
    first, second, third = (comfy.submit(ask(seed=n), key()) for n in range(3))
    server.pending.remove(first)
    server.running.append(first)
    assert comfy.cancel(second).stopped == "stopped"
    assert comfy.cancel(first).stopped == "asked"
    assert server.interrupts == [{"prompt_id": first}]
    server.end(third)
    assert comfy.cancel(third).stopped == "too_late"


def test_messages_show_progress_and_previews_and_the_end() -> None:
    mine = "00000000-0000-0000-0000-000000000001"
    seen = []
    ended = False
    for message in RECORD["messages"]:
        if "binary" in message:
            head = message["head"].encode()
            raw = bytes.fromhex(message["binary"]) + head + b"\xff\xd8\xff" + b"\0" * 9
        else:
            raw = json.dumps(message)
        event, ended = read_message(raw, mine)
        seen += [event] if event else []
    assert [(one.done, one.total) for one in seen if not one.preview] == [(1, 3), (2, 3), (3, 3)]
    assert [one.preview[:3] for one in seen if one.preview] == [b"\xff\xd8\xff"] * 3
    assert ended


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        "nothing",
        '{"type": 1}',
        '{"type": "progress", "data": {"value": "x"}}',
        '{"type": "execution_success", "data": {"prompt_id": "another"}}',
        b"",
        b"\0\0",
        b"\0" * 8,
        struct.pack(">II", 4, 2**31),
    ],
)
def test_a_message_that_says_nothing_shows_nothing(message: str | bytes) -> None:
    assert read_message(message, "mine") == (None, False)


def test_an_old_preview_is_a_picture_after_two_words() -> None:
    assert read_message(struct.pack(">II", 1, 1) + b"\xff\xd8", "mine") == (Event(preview=b"\xff\xd8"), False)


def test_nobody_to_listen_to_is_no_trouble(comfy: ComfyUI) -> None:
    assert list(comfy.events(Handle(key()))) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("refused", "node 1 (SeededTrial) steps: Value -3 smaller than min of 1 (steps)"),
        ("missing_input", "node 2 (SaveImage) images: Required input is missing (images)"),
        ("missing_node", "Cannot execute because node NoSuchNode does not exist."),
    ],
)
def test_what_is_wrong_with_a_graph_is_said_with_node_and_field(name: str, said: str) -> None:
    told = RECORD[name]["body"]
    assert say_invalid(Answer(400, told, told["error"]["message"])) == said


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ("x", "JSON object"),
        ({"nodes": [], "links": []}, "API form"),
        ({"1": {"inputs": {}}}, "no class_type"),
        ({"1": {"class_type": "EmptyImage"}}, "no inputs"),
        (altered({"3": {"class_type": "EvalPython", "inputs": {}}}), "EvalPython, which this"),
        (altered({"2": {"class_type": "SaveImage", "inputs": {"images": ["9", 0]}}}), "node 9, which is"),
        (
            altered({
                "1": {"class_type": "ImageInvert", "inputs": {"image": ["3", 0], "text": "", "color": 0}},
                "3": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
            }),
            "in a circle",
        ),
        ({**RECIPE, "bindings": {"prompt": "/7/inputs/text"}}, "leads nowhere"),
        ({**RECIPE, "bindings": {"prompt": "text"}}, "leads nowhere"),
        ({**RECIPE, "bindings": {"mood": "/1/inputs/text"}}, "nothing that can be bound"),
        ({**RECIPE, "bindings": {"prompt": 3}}, "JSON pointer"),
        ({**RECIPE, "bindings": {}}, "no binding for prompt"),
        ({**RECIPE, "grid": "3n"}, "a grid is one of"),
    ],
)  # fmt: skip
def test_a_graph_that_is_wrong_is_never_sent(
    comfy: ComfyUI, server: Comfy, recipe: object, said: str
) -> None:
    with pytest.raises(AskInvalid, match=said):
        comfy.submit(ask(recipe), key())
    with pytest.raises(AskInvalid, match=said):
        comfy.estimate(ask(recipe))
    assert server.bodies == []


def test_frames_keep_to_the_models_grid_and_settings_to_the_graph(comfy: ComfyUI, server: Comfy) -> None:
    recipe = {**RECIPE, "grid": "4n+1", "bindings": {**RECIPE["bindings"], "frames": "/1/inputs/batch_size"}}
    with pytest.raises(AskInvalid, match="ask for 17"):
        comfy.submit(ask(recipe, frames=16), key())
    comfy.submit(ask(recipe, frames=17), key())
    with pytest.raises(AskInvalid, match="no place"):
        comfy.submit(ask(params={"/9/inputs/x": 1}), key())
    assert len(server.bodies) == 1


def test_it_is_on_this_machine_unless_it_is_spoken_to_over_https() -> None:
    assert ComfyUI(Settings("comfyui")).facts().local
    assert not ComfyUI(Settings("comfyui", {"url": "https://render.example"})).facts().local
    for url in ("http://192.168.1.9:8188", "http://render.example", "ftp://x", "nonsense"):
        with pytest.raises(ProviderInvalid):
            ComfyUI(Settings("comfyui", {"url": url}))
