"""Serving: the port is taken first, and its address is one that a browser can open."""

import socket

import pytest

from circletake.errors import PortTaken
from circletake.web.serve import address_of, listen


def test_a_free_port_is_found_and_named() -> None:
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert port > 0
        assert address_of(bound) == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_a_sentence_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as bound:
        with pytest.raises(PortTaken, match=r"another program listens there.*--port 0"):
            listen("127.0.0.1", bound.getsockname()[1])
        with socket.create_connection(bound.getsockname(), timeout=5) as caller:
            assert caller.getpeername() == bound.getsockname()


def test_a_host_that_is_not_this_machine_is_a_sentence() -> None:
    with pytest.raises(PortTaken, match="cannot be had"):
        listen("192.0.2.1", 0)


def test_every_address_of_the_machine_is_opened_at_its_own() -> None:
    with listen("0.0.0.0", 0) as bound:  # noqa: S104 (that it is shown otherwise is the test)
        assert address_of(bound).startswith("http://127.0.0.1:")
