"""How long live events take to reach a hundred browsers; run with `pytest -m bench -s`."""

import asyncio
import json
import threading
import time
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest

from circletake.config import Config
from circletake.studio import Studio
from circletake.web.auth import COOKIE
from circletake.web.serve import address_of, listen, make_server

CLIENTS, EVENTS = 100, 20


async def follow(client: httpx2.AsyncClient, after: int, most: int, heard: list[tuple[int, float]]) -> None:
    """Read a stream until it told `most` entries."""
    async with client.stream("GET", "/api/events", params={"after": after}) as answer:
        is_entry = False
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                is_entry = line == "event: entry"
            elif is_entry and line.startswith("data: "):
                heard.append((json.loads(line.removeprefix("data: "))["seq"], time.monotonic()))
                if len(heard) == most:
                    return


@pytest.mark.bench
def test_a_hundred_browsers_hear_of_every_entry_in_order(tmp_path: Path) -> None:
    with (
        Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio,
        listen("127.0.0.1", 0) as bound,
    ):
        studio.add_person("ana")
        tokens = [studio.sign_in_by_link(studio.make_link("ana")) for _ in range(CLIENTS)]
        ana = studio.session_of(tokens[0])
        studio.new_production(ana, code="p", title="P", rate=Fraction(24), width_px=96, height_px=64)
        studio.add_shot(ana, "p", code="SH010", title="", frames=24, source_class="drawn")
        task = studio.find_task(ana, "p", "SH010", "animation")
        server = make_server(studio)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            written = asyncio.run(story(studio, address_of(bound), tokens, task))
        finally:
            server.should_exit = True
            thread.join(30)
    print(written)  # noqa: T201 (a bench prints)


async def story(studio: Studio, url: str, tokens: list[str], task: str) -> str:
    ana = studio.session_of(tokens[0])
    head = studio.book_seq()
    heard: list[list[tuple[int, float]]] = [[] for _ in tokens]
    clients = [
        httpx2.AsyncClient(base_url=url, cookies={COOKIE: token}, timeout=60, trust_env=False)
        for token in tokens
    ]
    streams = [
        asyncio.create_task(follow(client, head, EVENTS, mine))
        for client, mine in zip(clients, heard, strict=True)
    ]
    await asyncio.sleep(3)
    written_at: dict[int, float] = {}
    for n in range(EVENTS):
        await asyncio.to_thread(studio.hold, ana, task, f"reason {n}")
        written_at[studio.book_seq()] = time.monotonic()
        await asyncio.sleep(0.2)
    await asyncio.wait_for(asyncio.gather(*streams), 120)
    for client in clients:
        await client.aclose()
    assert {tuple(seq for seq, _ in mine) for mine in heard} == {tuple(sorted(written_at))}
    waits_ms = sorted((at - written_at[seq]) * 1000 for mine in heard for seq, at in mine)
    half, most = waits_ms[len(waits_ms) // 2], waits_ms[int(len(waits_ms) * 0.99)]
    return f"{CLIENTS} clients × {EVENTS} entries: p50 {half:.0f} ms, p99 {most:.0f} ms"
