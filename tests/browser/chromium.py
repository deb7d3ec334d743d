"""Find a Chromium for the browser tests; run as a module with `--install` it fetches one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "no Chromium: name one in HOMEO_CHROMIUM, or let `make test` install one"


def find() -> str | None:
    """Return the path of a Chromium: HOMEO_CHROMIUM, one on the path, Playwright's own; None without any."""
    if named := os.environ.get("HOMEO_CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or _own_of_playwright()


def flags() -> list[str]:
    """Return the arguments to start it with; root has no sandbox."""
    return [*FLAGS, *(["--no-sandbox"] if _is_root() else [])]


def install() -> None:
    """Fetch a Chromium: as root on Debian from its packages, elsewhere by Playwright."""
    if _is_root() and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=False, env=environment)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False, env=environment)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _own_of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    if "--install" in sys.argv[1:] and not os.environ.get("HOMEO_CHROMIUM") and not find():
        install()
    sys.stdout.write(f"Chromium: {find() or MISSING}\n")
