"""ComfyUI, over HTTP alone: upload, submit under our key, ask history and queue, fetch, cancel.

The socket is a hint: progress and previews come by it, and none of them decides anything.

Source:
    ComfyUI 0.3.64, `server.py`, `execution.py`, `protocol.py`: routes and messages as it answers.
"""

import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from circletake.errors import (
    AnswerLost,
    CircletakeError,
    ContentMissing,
    NothingSent,
    TakeUnfetched,
)
from circletake.generate.bindings import KNOWN_NODES, bound, check_nodes, read_recipe
from circletake.generate.calls import Answer, Server, short
from circletake.generate.facts import LOCAL, Facts
from circletake.generate.port import (
    Absent,
    Ask,
    CancelOutcome,
    Estimate,
    Event,
    Fetched,
    Handle,
    Input,
    Settings,
    Status,
    Unsure,
)
from circletake.media.store import ContentStore

ADDRESS = "http://127.0.0.1:8188"
_PREVIEW, _PREVIEW_TOLD = 1, 4
_PICTURE_KINDS = frozenset({1, 2})
_MOST_MESSAGE_BYTES = 16 << 20
_QUIET_S = 30.0
_OPEN_S = 5.0


class ComfyUI:
    """A server of ComfyUI.

    Args:
        settings: name, and of its values `url` (by default this machine's) and `nodes`: classes beside those
            that come with ComfyUI, separated by commas.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.name
        self._server = Server(settings.name, settings.values.get("url", ADDRESS).rstrip("/"))
        own = (one.strip() for one in settings.values.get("nodes", "").split(","))
        self._allowed = KNOWN_NODES | set(filter(None, own))

    def facts(self) -> Facts:
        """Of this machine; elsewhere nobody has said what becomes of what goes in."""
        return LOCAL if self._server.is_local else Facts(paid=False, refusal_charged="no", reconciles="yes")

    def estimate(self, ask: Ask) -> Estimate | None:
        """It costs a machine's time, which nobody is billed for."""
        self._graph(ask, key="", names={one.content: one.content for one in ask.inputs})
        return Estimate("gpu_s", 0)

    def _graph(self, ask: Ask, *, key: str, names: dict[str, str]) -> dict[str, Any]:
        recipe = read_recipe(ask.recipe)
        check_nodes(recipe, self._allowed)
        width, height = ask.size_px
        wanted: dict[str, object] = {
            "prompt": ask.prompt or None,
            "seed": ask.seed,
            "width": width or None,
            "height": height or None,
            "frames": ask.frames or None,
        }
        for one in ask.inputs:
            name = names[one.content]
            before = wanted.get(one.role)
            wanted[one.role] = [*before, name] if isinstance(before, list) else [name]
        if "rate" in recipe.bindings:
            wanted["rate"] = float(ask.rate)
        if "take" in recipe.bindings:
            wanted["take"] = key
        return bound(recipe, wanted, params=ask.params, key=key)

    def submit(self, ask: Ask, key: str) -> Handle:
        """Upload what goes in, then queue the graph under our key: one call that creates."""
        # all that can be wrong with the graph is said before anything is sent
        self._graph(ask, key=key, names={one.content: one.content for one in ask.inputs})
        names = {one.content: self._upload(one) for one in ask.inputs}
        graph = self._graph(ask, key=key, names=names)
        body = {
            "prompt": graph,
            "prompt_id": key,
            "client_id": key,
            "extra_data": {"extra_pnginfo": {"circletake": {"attempt": key}}},
        }
        answer = self._server.create("/prompt", body=body, say=say_invalid)
        told = answer.body if isinstance(answer.body, dict) else {}
        if not isinstance(told.get("prompt_id"), str):
            raise AnswerLost(f"{self.name} answered {answer.status} and named no prompt_id.")
        return Handle(told["prompt_id"])

    def _upload(self, one: Input) -> str:
        """Put an input there under its hash; the name that the server gave it."""
        fields = {"type": "input", "subfolder": "circletake", "overwrite": "true"}
        name = one.content + one.suffix
        answer = self._server.upload("/upload/image", name=name, data=one.path.read_bytes(), fields=fields)
        told = answer.body if answer.is_good and isinstance(answer.body, dict) else {}
        if not isinstance(told.get("name"), str):
            raise NothingSent(f"{self.name} did not take an input ({answer.status}).")
        folder = told.get("subfolder") or ""
        return f"{folder}/{told['name']}" if folder else str(told["name"])

    def status(self, handle: Handle) -> Status:
        """Ask history, the queue, and history again: meanwhile it may have gone from one to the other."""
        found = self._history(handle)
        if found is None:
            waiting = self._queued(handle)
            if waiting is not None:
                return Status(waiting, charged="no")
            found = self._history(handle)
        if found is None:
            return Status(
                "lost", code="not-there", charged="no",
                text="It is in neither history nor queue: the server was restarted, or its history cleared.",
            )  # fmt: skip
        return _ended(found)

    def _history(self, handle: Handle) -> dict[str, Any] | None:
        answer = self._server.ask(f"/history/{quote(handle, safe='')}")
        if not answer.is_good or not isinstance(answer.body, dict):
            raise NothingSent(f"{self.name} answers {answer.status} when asked for its history.")
        found = answer.body.get(handle)
        return found if isinstance(found, dict) else None

    def _queued(self, handle: Handle) -> Any:  # noqa: ANN401 (one of two words, or None)
        answer = self._server.ask("/queue")
        if not answer.is_good or not isinstance(answer.body, dict):
            raise NothingSent(f"{self.name} answers {answer.status} when asked for its queue.")
        for place, word in (("queue_running", "running"), ("queue_pending", "queued")):
            if any(len(one) > 1 and one[1] == handle for one in answer.body.get(place, [])):
                return word
        return None

    def events(self, handle: Handle) -> Iterator[Event]:
        """Progress and previews while it runs; ends with it, or when nothing is heard for half a minute."""
        address = self._server.base.replace("http", "ws", 1) + f"/ws?clientId={quote(handle, safe='')}"
        with (
            suppress(OSError, WebSocketException, TimeoutError),
            connect(address, open_timeout=_OPEN_S, max_size=_MOST_MESSAGE_BYTES, proxy=None) as socket,
        ):
            socket.send(json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}}))
            while True:
                message = socket.recv(timeout=_QUIET_S)
                event, is_over = read_message(message, handle)
                if event is not None:
                    yield event
                if is_over:
                    return

    def cancel(self, handle: Handle) -> CancelOutcome:
        """Take it out of the queue, or interrupt it if it is the one that runs."""
        where = self._queued(handle)
        if where == "queued":
            self._server.ask("/queue", method="POST", body={"delete": [handle]})
            if self._queued(handle) is None and self._history(handle) is None:
                return CancelOutcome("stopped", charged="no")
        if self._queued(handle) == "running":
            # by its id: without one the server stops whatever runs, which may be somebody else's by now
            self._server.ask("/interrupt", method="POST", body={"prompt_id": handle})
            return CancelOutcome("asked", charged="no")
        return CancelOutcome("too_late", charged="no")

    def collect(self, handle: Handle, store: ContentStore) -> list[Fetched]:
        """Bring its outputs home; a file that is gone although the server says success is lost."""
        found = self._history(handle)
        if found is None:
            raise ContentMissing(f"{self.name} has forgotten the attempt.")
        files = outputs_of(found)
        if not files:
            raise TakeUnfetched(f"{self.name} says that it is done and names no output.")
        return [self._server.fetch("/view?" + urlencode(one), store, name=one["filename"]) for one in files]

    def reconcile(self, key: str) -> Handle | Absent | Unsure:
        """Ask after it by our key, under which it was queued."""
        try:
            said = self.status(Handle(key))
        except CircletakeError as away:
            return Unsure(away.message)
        return Absent() if said.standing == "lost" else Handle(key)


def _ended(found: dict[str, Any]) -> Status:
    """What an entry of the history says: done, failed with the node, or interrupted."""
    told = found.get("status")
    if not isinstance(told, dict) or told.get("status_str") == "success":
        if outputs_of(found):
            return Status("ready", charged="no")
        return Status("failed", code="no-output", text="It was made and saved nothing.", charged="no")
    for name, said in _messages(told):
        if name == "execution_interrupted":
            return Status(
                "cancelled", code="interrupted", text="It was interrupted at the server.", charged="no"
            )
        if name == "execution_error":
            where = f"node {said.get('node_id')} ({said.get('node_type')})"
            text = short(f"{where}: {said.get('exception_message')}")
            return Status("failed", code=short(said.get("exception_type"))[:80], text=text, charged="no")
    return Status("failed", code="error", text="The server says error and not which.", charged="no")


def _messages(told: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (str(one[0]), one[1])
        for one in told.get("messages") or ()
        if isinstance(one, list) and len(one) == 2 and isinstance(one[1], dict)  # noqa: PLR2004 (a pair)
    ]


def outputs_of(found: dict[str, Any]) -> list[dict[str, str]]:
    """Files that an entry of the history names: saved ones, or else previews."""
    outputs = found.get("outputs")
    nodes = outputs.values() if isinstance(outputs, dict) else ()
    lists = [listed for node in nodes if isinstance(node, dict) for listed in node.values()]
    files = [
        {name: str(one.get(name, "")) for name in ("filename", "subfolder", "type")}
        for listed in lists
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and isinstance(one.get("filename"), str)
    ]
    saved = [one for one in files if one["type"] == "output"]
    return saved or files


def read_message(message: str | bytes, handle: str) -> tuple[Event | None, bool]:
    """What a message of the socket shows of an attempt, and whether it says that it is over."""
    if isinstance(message, bytes):
        return _preview(message), False
    try:
        told = json.loads(message)
        data = told["data"]
        kind = told["type"]
    except (ValueError, TypeError, KeyError):
        return None, False
    if not isinstance(data, dict) or data.get("prompt_id") not in {None, handle}:
        return None, False
    if kind == "progress" and isinstance(data.get("value"), int) and isinstance(data.get("max"), int):
        return Event(data["value"], data["max"]), False
    is_over = kind in {"execution_success", "execution_error", "execution_interrupted"}
    return None, is_over and data.get("prompt_id") == handle


def _preview(message: bytes) -> Event | None:
    """A picture: big-endian words for what follows, then JPEG or PNG."""
    with suppress(struct.error):
        (kind,) = struct.unpack_from(">I", message, 0)
        (second,) = struct.unpack_from(">I", message, 4)
        if kind == _PREVIEW and second in _PICTURE_KINDS:
            return Event(preview=message[8:])
        if kind == _PREVIEW_TOLD and 8 + second < len(message):
            return Event(preview=message[8 + second :])
    return None


def say_invalid(answer: Answer) -> str:
    """What the server says is wrong with a graph: node, class and field of each."""
    body = answer.body if isinstance(answer.body, dict) else {}
    said = []
    nodes = body.get("node_errors")
    for node, told in nodes.items() if isinstance(nodes, dict) else ():
        for wrong in told.get("errors", ()):
            field = (wrong.get("extra_info") or {}).get("input_name")
            about = f" {field}" if field else ""
            detail = f" ({wrong['details']})" if wrong.get("details") else ""
            said.append(f"node {node} ({told.get('class_type')}){about}: {wrong.get('message')}{detail}")
    return short("; ".join(said) or answer.text)


def provider(settings: Settings) -> ComfyUI:
    """Open a server of ComfyUI; its address is this machine's unless settings say another.

    Raises:
        ProviderInvalid: its address is elsewhere and not https.
    """
    return ComfyUI(settings)
