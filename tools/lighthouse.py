"""`python -m tools.lighthouse`: what Lighthouse says of the desk's pages, each as whoever works there.

Runs against the demonstration of `make run`; needs Node, Chromium and, in the folder given (npm is for this alone):

    PUPPETEER_SKIP_DOWNLOAD=1 npm install --prefix FOLDER lighthouse@12
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import FLAGS

# Role, then the page; `{ticket}` is the first request of the queue.
PAGES = (
    ("officer", "/desk/"),
    ("front_desk", "/desk/tickets/"),
    ("front_desk", "/desk/new/"),
    ("leader", "{ticket}"),
    ("leader", "/leadership/"),
    ("admin", "/settings/"),
    ("", "/"),
    ("", "/status/"),
)
CATEGORIES = ("performance", "accessibility", "best-practices")
TRIES = 3  # one run in fourteen does not start


def cookies(base: str, role: str, accounts: list[dict[str, str]], program: str) -> tuple[str, str]:
    """Sign somebody of a role in. Return their cookies as a header, and the first request they see."""
    account = next(row for row in accounts if row["role"] == role)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(base_url=base)
        page.goto("/accounts/login/?next=/desk/")
        page.fill("[name=username]", account["username"])
        page.fill("[name=password]", account["password"])
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk/")
        first = page.locator("a.code").first.get_attribute("href") or "/desk/"
        held = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
        browser.close()
    return held, first


def scores(url: str, header: str, folder: Path, program: str) -> dict[str, float]:
    """Return what a page gets in each category, 0 to 100."""
    with tempfile.TemporaryDirectory() as scratch:
        headers, said = Path(scratch) / "headers.json", Path(scratch) / "said.json"
        headers.write_text(json.dumps({"Cookie": header} if header else {}))
        command = [str(folder / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json", "--preset=desktop"]
        command += [f"--output-path={said}", f"--extra-headers={headers}", "--disable-storage-reset"]
        command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
        for _try in range(TRIES):
            subprocess.run(command, check=False, capture_output=True, env=os.environ | {"CHROME_PATH": program})
            if said.exists():
                break
        found = json.loads(said.read_text())["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}


def main() -> int:
    """Print the table. Return 1 where a page falls short of 100 in accessibility."""
    parser = argparse.ArgumentParser(prog="python -m tools.lighthouse")
    parser.add_argument("folder", type=Path, help="where npm installed lighthouse")
    parser.add_argument("accounts", type=Path, help="demo-accounts.json of the running demonstration")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    asked = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome") or ""
    accounts = json.loads(asked.accounts.read_text())
    held = {role: cookies(asked.base, role, accounts, program) for role in {role for role, _path in PAGES if role}}
    print("| page | " + " | ".join(CATEGORIES) + " |\n| --- |" + " ---: |" * len(CATEGORIES))
    worst = 100.0
    for role, path in PAGES:
        header, first = held.get(role, ("", ""))
        found = scores(asked.base + path.format(ticket=first), header, asked.folder, program)
        worst = min(worst, found["accessibility"])
        print(
            f"| {path} ({role or 'anybody'}) | " + " | ".join(f"{found[name]:g}" for name in CATEGORIES) + " |",
            flush=True,
        )
    return int(worst < 100)


if __name__ == "__main__":
    sys.exit(main())
