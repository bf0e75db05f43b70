"""A server that answers as a real ComfyUI 0.3.64 was recorded to answer, with faults on demand.

The shapes stand in `tests/unit/generate/comfyui-0.3.64.json`; only ids are put into them here.
"""

import http.server
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.paying_provider import png

RECORD: dict[str, Any] = json.loads(
    (Path(__file__).parent / "unit" / "generate" / "comfyui-0.3.64.json").read_text("utf-8")
)
RECIPE: dict[str, Any] = {
    "graph": {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0, "text": ""},
        },
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    },
    "bindings": {"prompt": "/1/inputs/text", "seed": "/1/inputs/color"},
}


def recorded(name: str, key: str) -> dict[str, Any]:
    """An entry of the history as it was recorded, under another id."""
    (entry,) = deepcopy(RECORD[name]).values()
    text = json.dumps(entry).replace("00000000-0000-0000-0000-000000000001", key)
    found: dict[str, Any] = json.loads(text)
    return found


@dataclass
class Comfy:
    """The server: what it has queued, and what it says of each."""

    url: str = ""
    creates: Counter[str] = field(default_factory=Counter)
    history: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    interrupts: list[dict[str, Any]] = field(default_factory=list)

    def end(self, key: str, how: str = "success") -> None:
        """Let an attempt come to an end."""
        for place in (self.running, self.pending):
            if key in place:
                place.remove(key)
        self.history[key] = recorded(how, key)

    def restart(self) -> None:
        """Forget everything, as it does."""
        self.history.clear()
        self.running.clear()
        self.pending.clear()


class _Handler(http.server.BaseHTTPRequestHandler):
    comfy: Comfy

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: object) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(raw)

    def do_GET(self) -> None:
        here, path = self.comfy, urlsplit(self.path)
        if path.path.startswith("/history/"):
            key = path.path.rsplit("/", maxsplit=1)[-1]
            self.answer(
                200, {key: here.history[key]} if key in here.history else RECORD["history_of_nothing"]
            )
        elif path.path == "/queue":
            told = {"queue_running": here.running, "queue_pending": here.pending}
            self.answer(200, {name: [[0, key, {}, {}, ["2"]] for key in keys] for name, keys in told.items()})
        elif path.path == "/view":
            self._view(parse_qs(path.query)["filename"][0])
        else:
            self.answer(404, {})

    def _view(self, name: str) -> None:
        fault = self.comfy.downloads.pop(0) if self.comfy.downloads else ""
        raw = png(len(name))
        if fault == "gone":
            self.answer(RECORD["view_gone"], b"")
        elif fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[:20])
        else:
            self.answer(200, raw)

    def do_POST(self) -> None:
        here = self.comfy
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/upload/image":
            here.uploads.append(raw)
            self.answer(200, RECORD["uploaded_renamed"]["body"])
        elif self.path == "/prompt":
            self._create(json.loads(raw))
        elif self.path == "/queue":
            for key in json.loads(raw)["delete"]:
                here.pending.remove(key)
            self.answer(200, b"")
        elif self.path == "/interrupt":
            here.interrupts.append(json.loads(raw))
            here.end(here.interrupts[-1]["prompt_id"], "interrupted")
            self.answer(RECORD["interrupt_status"], b"")

    def _create(self, body: dict[str, Any]) -> None:
        here = self.comfy
        here.bodies.append(body)
        fault = here.faults.pop(0) if here.faults else ""
        if fault == "invalid":
            self.answer(RECORD["refused"]["status"], RECORD["refused"]["body"])
            return
        if fault == "busy":
            self.answer(429, {})
            return
        key = body["prompt_id"]
        if fault != "drop before":
            here.creates[key] += 1
            here.pending.append(key)
        if fault.startswith("drop"):
            self.close_connection = True
            self.connection.shutdown(2)
        elif fault == "lie":
            self.answer(500, b"oops")
        else:
            self.answer(200, RECORD["accepted"]["body"] | {"prompt_id": key})


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def comfyui() -> Iterator[Comfy]:
    """The server, listening on loopback."""
    here = Comfy()
    handler = type("Handler", (_Handler,), {"comfy": here})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        here.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()
