"""The command line as a person uses it: the program, in a process of its own."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .warm import warm

PROGRAM = Path(sys.executable).with_name("circletake")


@dataclass(frozen=True)
class Terminal:
    """A terminal in which some people are signed in.

    Args:
        studio: folder of the studio.
        home: where session tokens are kept.
        env: more of the environment.
    """

    studio: Path
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CIRCLETAKE_")}
        return kept | {
            "XDG_CONFIG_HOME": str(self.home),
            "CIRCLETAKE_STUDIO": str(self.studio),
            "COLUMNS": "160",
            **self.env,
        }

    def run(self, *words: str, stdin: str = "", code: int = 0, timeout_s: float = 600) -> str:
        """Run a verb and expect an exit code; its stdout, or stderr where it was to fail."""
        with tempfile.TemporaryDirectory() as folder:
            files = {name: Path(folder) / name for name in ("stdin", "stdout", "stderr")}
            files["stdin"].write_text(stdin, "utf-8")
            files["stdout"].touch()
            files["stderr"].touch()
            ended = warm().run(list(words), self.environment(), files, timeout_s)
            out, err = (files[name].read_text("utf-8") for name in ("stdout", "stderr"))
        assert ended == code, f"{words}: exit {ended}\n{out}\n{err}"
        return err if code else out

    def json(self, *words: str, **how: Any) -> Any:  # noqa: ANN401 (JSON)
        """Run a verb with --json and read its answer, or its problem object where it was to fail."""
        return json.loads(self.run(*words, "--json", **how))

    def copied_to(self, home: Path) -> "Terminal":
        """The same studio with the same people signed in, in another place, to be changed freely."""
        copy = Terminal(studio=home / "studio", home=home, env=self.env)
        shutil.copytree(self.studio, copy.studio)
        kept = self.home / "circletake" / "sessions.json"
        held = json.loads(kept.read_text("utf-8"))
        moved = home / "circletake" / "sessions.json"
        moved.parent.mkdir(parents=True, exist_ok=True)
        moved.write_text(json.dumps({str(copy.studio.resolve()): held[str(self.studio.resolve())]}), "utf-8")
        return copy
