#!/usr/bin/env python3
"""Make .venv and install the locked requirements into it: `tools/install.py embedded|dev`.

Runs before anything is installed, and must be readable by an old Python long enough to say what is missing:
so no syntax newer than 3.6, and the standard library alone.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST, NEWEST = (3, 11), (3, 13)
# The development set holds the other one.
SETS = {"embedded": ["embedded"], "dev": ["dev", "embedded"]}
NEEDED_MB = {"embedded": 400, "dev": 800}
BEGAN = float(os.environ.get("DESK_BEGAN") or time.time())


def fail(line: str) -> None:
    """End with one line that says what to do."""
    sys.exit("requests-desk: " + line)


def say(line: str, end: str = "\n") -> None:
    """Print a line of progress."""
    sys.stdout.write("%6.1f s  %s%s" % (time.time() - BEGAN, line, end))
    sys.stdout.flush()


def find_python() -> None:
    """Go on under a Python that the requirements are locked for, or end."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)
        if other:
            os.execv(other, [other] + sys.argv)
    fail(
        "Python %d.%d to %d.%d is needed, and this is %d.%d: install one with its venv, then PYTHON=python3.%d make run"
        % (OLDEST + NEWEST + sys.version_info[:2] + (NEWEST[1],))
    )


def requirements(name: str) -> str:
    """Return the path of a set's locked requirements."""
    return os.path.join(ROOT, "requirements-%s.txt" % name)


def stamp(name: str) -> str:
    """Return the path of the file that tells what .venv holds of a set."""
    return os.path.join(VENV, "installed-%s" % name)


def fingerprint(name: str) -> str:
    """Return the print of a set's requirements and of the Python they are for."""
    with open(requirements(name), "rb") as file:
        return hashlib.sha256(file.read() + sys.version.encode()).hexdigest()


def installed(name: str) -> bool:
    """Tell whether .venv holds exactly this set."""
    try:
        with open(stamp(name)) as file:
            return file.read() == fingerprint(name) and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def check_start() -> None:
    """End now, not after the install, when the desk could not start anyway."""
    # Not through its package, whose own imports are not installed yet.
    for name in ("place", "terms"):
        path = os.path.join(ROOT, "requests_desk", "embedded", name + ".py")
        spec = importlib.util.spec_from_file_location("requests_desk.embedded." + name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    place, terms = sys.modules["requests_desk.embedded.place"], sys.modules["requests_desk.embedded.terms"]
    try:
        asked = terms.Terms.read(os.environ)
        asked.place.check_path()
        asked.check()
    except place.Problem as problem:
        fail(str(problem))


def check_room(name: str) -> None:
    """End when the packages would not fit."""
    free = shutil.disk_usage(ROOT).free // 1000000
    if free < NEEDED_MB[name]:
        fail(
            "the disk that holds %s is full (%d MB free, %d MB needed): free some space" % (ROOT, free, NEEDED_MB[name])
        )


def make_venv() -> None:
    """Make .venv unless a working one is there."""
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        fail("python3-venv is missing: apt-get install python3-venv, then run make again")
    say("making .venv with Python %d.%d" % sys.version_info[:2])
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        explain(made.stdout.decode(errors="replace"), "making .venv")


def explain(said: str, doing: str) -> None:
    """End with the line that tells why a program failed."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        fail("the disk that holds %s became full while %s: free some space, then run make again" % (ROOT, doing))
    if "ensurepip" in said:
        fail("python3-venv is missing: apt-get install python3-venv, then run make again")
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no reason given"]
    fail("%s failed: %s (the packages come from the index that pip is set up for)" % (doing, errors[-1]))


def install(name: str) -> None:
    """Install one set by pip, with a line of progress."""
    with open(requirements(name)) as file:
        total = len(re.findall(r"^[\w.\[\]-]+==", file.read(), re.M))
    say("installing the locked packages, each checked against its hash")
    # Compiled when first imported: most modules of the large packages never are.
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile", "--no-input"]
    command += ["--progress-bar=off", "--no-color", "--disable-pip-version-check", "-r", requirements(name)]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    said = follow(pip.stdout, total)
    if pip.wait():
        explain(said, "installing packages")
    say("packages installed")


def follow(lines: object, total: int) -> str:
    """Show how far pip is, in place on a terminal and every tenth package elsewhere. Return all it said."""
    terminal = sys.stdout.isatty()
    said, count = [], 0
    for line in lines:
        said.append(line)
        if line.startswith("Installing collected packages"):
            if terminal:
                sys.stdout.write("\r\033[K")
            say("%d of %d fetched, unpacking" % (count, total))
        # Locked for every platform: what another one needs is passed over.
        total -= line.startswith("Ignoring ")
        found = re.match(r"(?:Collecting|Processing|Requirement already satisfied:) (?:\S*/)?([\w.\[\]-]+)", line)
        if not found:
            continue
        count += 1
        if terminal:
            say("fetching %d of %d: %s\033[K" % (count, total, found.group(1)), end="\r")
        elif count % 10 == 0:
            say("fetching %d of %d: %s" % (count, total, found.group(1)))
    return "".join(said)


def main() -> None:
    """Install one set unless .venv already holds it."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in SETS:
        fail("usage: tools/install.py %s" % "|".join(SETS))
    find_python()
    # Two makes in one tree take turns: the tree itself is the lock.
    tree = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(tree, fcntl.LOCK_EX)
    if installed(name):
        return
    if "--for-run" in sys.argv:
        check_start()
    check_room(name)
    make_venv()
    install(name)
    for each in SETS[name]:
        with open(stamp(each), "w") as file:
            file.write(fingerprint(each))


if __name__ == "__main__":
    main()
