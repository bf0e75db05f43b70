"""The browser that the desk is tried in."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# The shell is the same browser without a window's furniture, at two thirds of the processor time.
CHROMIUM = next(
    filter(
        None,
        map(
            shutil.which,
            ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        ),
    ),
    None,
)
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

needs_browser = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: install Chromium (Debian: chromium-headless-shell or chromium) to test the desk",
)

expect.set_options(timeout=30_000)  # two processors under everybody's tests: slow is not wrong


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of its own for each module."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()
