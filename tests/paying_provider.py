"""A provider over real HTTP that charges, counts what it is asked to create, and fails every way there is."""

import http.server
import json
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PRICE = "0.05"

DESCRIPTION = """
name = "Paying"
base = "{url}"
needs = ["prompt"]
models = ["still"]

[facts]
local = false
paid = true
refusal_charged = "yes"
reconciles = "{reconciles}"
cancels = "yes"
retention_s = 3600
public_urls = "no"
trains_on_inputs = "no"
source = "https://example.invalid/terms"
checked_on = 2026-11-23

[headers]
Authorization = "Bearer {{secret}}"

[submit]
path = "/jobs"
body = {{ prompt = "$prompt", seed = "$seed", key = "$key", first = "$first", options = {{ steps = 4 }} }}
handle = {{ id = "/id" }}

[poll]
path = "/jobs/{{id}}"
state = "/status"
refusals = ["SAFETY."]
code = "/code"
text = "/message"
cost = "/cost"
done = "/step"
total = "/steps"
every_s = 0.02
[poll.states]
WAITING = "queued"
RUNNING = "running"
DONE = "ready"
SOME = "partial"
FAILED = "failed"
GONE = "expired"
STOPPED = "cancelled"

[fetch]
outputs = ["/outputs/*/url"]

[cancel]
method = "DELETE"
path = "/jobs/{{id}}"
{find}
"""
FIND = """
[find]
path = "/find?key={key}"
found = "/job"
"""
PRICES = f"""
unit = "USD"
source = "https://example.invalid/prices"
checked_on = 2026-11-23
[[price]]
model = "*"
per = "attempt"
amount = "{PRICE}"
"""


def png(seed: int, width_px: int = 32, height_px: int = 24) -> bytes:
    """A picture that is different for every seed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = bytes((seed * 7 + n) % 256 for n in range(width_px * 3))
    raw = b"".join(b"\0" + row[y:] + row[:y] for y in range(height_px))
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    tail = chunk(b"IDAT", zlib.compress(raw)) + chunk(b"tEXt", b"n\0%d" % seed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + tail


@dataclass
class Job:
    """What it makes for one key."""

    id: str
    key: str
    prompt: str
    asked: int = 0
    stopped: bool = False


@dataclass
class Paying:
    """The provider.

    Args:
        url: where it listens.
        creates: key → how often it created something under it.
        charged: key → how often it took the price.
        on: called at `received`, `created`, `asked` and `half` with the key, on the server's thread.
        faults: what the next creates do, in order: see `create`.
        patience: polls until a job is done.
    """

    url: str = ""
    creates: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, Job] = field(default_factory=dict)
    on: Callable[[str, str], None] = lambda _what, _key: None
    faults: list[str] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)
    keys_shown: list[str] = field(default_factory=list)
    patience: int = 1
    output: Callable[[Job], bytes] = lambda job: png(int(job.id))
    cost: str = PRICE
    lock: threading.Lock = field(default_factory=threading.Lock)

    def describe(self, folder: Path, *, finds: bool) -> Path:
        """Write its description and price list; the description's path."""
        (folder / "prices.toml").write_text(PRICES)
        told = DESCRIPTION.format(
            url=self.url, reconciles="yes" if finds else "no", find=FIND if finds else ""
        )
        path = folder / "paying.toml"
        path.write_text(told)
        return path

    def restart(self) -> None:
        """Forget every job, as a server does that keeps them in memory."""
        with self.lock:
            self.jobs.clear()

    def create(self, key: str, prompt: str) -> Job:
        """Create a job and take the price for it."""
        with self.lock:
            self.creates[key] += 1
            self.charged[key] += 1
            job = Job(str(len(self.creates) + sum(self.creates.values())), key, prompt)
            self.jobs[job.id] = job
        return job


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    paying: Paying

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: object, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        here, key = self.paying, str(body["key"])
        here.bodies.append(body)
        here.keys_shown.append(self.headers.get("Authorization", ""))
        here.on("received", key)
        fault = here.faults.pop(0) if here.faults else ""
        if fault == "drop before":
            self.hang_up()
            return
        if fault == "busy":
            self.answer(429, {"message": "slow down"}, Retry_After="0")
            return
        if fault == "invalid":
            self.answer(422, {"message": "prompt: too odd"})
            return
        if fault == "refused":
            self.answer(403, {"error": {"message": "not here"}})
            return
        if fault == "broken":
            self.answer(500, {"message": "oops"})
            return
        job = here.create(key, str(body.get("prompt", "")))
        here.on("created", key)
        if fault == "drop after":
            self.hang_up()
        elif fault == "lie":
            self.answer(500, {"message": "nothing happened"})
        elif fault == "no id":
            self.answer(200, {"ok": True})
        else:
            self.answer(201, {"id": int(job.id)})

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        here = self.paying
        parts = path.path.strip("/").split("/")
        if parts[0] == "find":
            key = parse_qs(path.query)["key"][0]
            found = next((job for job in here.jobs.values() if job.key == key), None)
            self.answer(200 if found else 404, {"job": {"id": found.id} if found else None})
            return
        job = here.jobs.get(parts[1])
        if job is None:
            self.answer(404, {"message": "no such job"})
        elif parts[0] == "out":
            self._out(job)
        else:
            self._how_far(job)

    def _how_far(self, job: Job) -> None:
        here = self.paying
        here.on("asked", job.key)
        job.asked += 1
        word = {"fail": "FAILED", "unsafe": "FAILED", "expire": "GONE", "half": "SOME"}.get(
            job.prompt, "DONE"
        )
        status = "STOPPED" if job.stopped else word if job.asked > here.patience else "RUNNING"
        told: dict[str, object] = {"status": status, "step": job.asked, "steps": here.patience + 1}
        if status == "FAILED":
            told |= {
                "code": "SAFETY.INPUT" if job.prompt == "unsafe" else "INTERNAL",
                "message": "it did not",
            }
        if status in {"DONE", "SOME"}:
            told["outputs"] = [{"url": f"{here.url}/out/{job.id}"}]
        raw = json.dumps(told)[:-1] + f', "cost": {here.cost}}}'  # as it is told, NaN too
        self.answer(200, raw.encode())

    def _out(self, job: Job) -> None:
        here = self.paying
        fault = here.downloads.pop(0) if here.downloads else ""
        if fault == "gone":
            self.answer(404, {})
            return
        raw = here.output(job)
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2])
        self.wfile.flush()
        here.on("half", job.key)
        if fault == "cut":
            self.hang_up()
            return
        with suppress(OSError):
            self.wfile.write(raw[len(raw) // 2 :])

    def do_DELETE(self) -> None:
        job = self.paying.jobs.get(self.path.rsplit("/", maxsplit=1)[-1])
        if job is None:
            self.answer(404, {})
            return
        job.stopped = True
        self.answer(200, {})


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that the other side is killed is what it is for."""


@contextmanager
def paying() -> Iterator[Paying]:
    """The provider, listening on loopback."""
    here = Paying()
    handler = type("Handler", (_Handler,), {"paying": here})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        here.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def until(claim: Callable[[], bool], *, s: float = 10.0) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + s
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.02)
    return False
