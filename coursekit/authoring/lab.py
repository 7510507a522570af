"""JupyterLab on a learner's workspace, with the URL said plainly."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_START_SECONDS = 60
_PORTS = 50


def serve(folder, first, port, browser):
    """Serve `folder` until the learner ends it; return the exit code.

    Parameters
    ----------
    folder : Path
        The workspace.
    first : Path or None
        Notebook to open at the start.
    port : int
        First port to try.
    browser : bool
        Whether JupyterLab may open a browser.

    Raises
    ------
    ModuleNotFoundError
        If JupyterLab is not installed.
    OSError
        If no port is free.
    """
    import jupyterlab  # noqa: F401  (say so before anything starts)

    port = _free_port(port)
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path(folder).resolve()}",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.log_level=WARN",
        # The course works offline.
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]
    page = "lab"
    if first is not None:
        page = f"lab/tree/{first.relative_to(folder).as_posix()}"
        command.append(f"--LabApp.default_url=/{page}")
    if not browser or not _can_open_browser():
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # JupyterLab refuses to run as root without it
    # The token goes by the environment: a command line is there for every user to read.
    # In a session of its own, or it would meet Ctrl-C with a question while we end it.
    process = subprocess.Popen(
        command, env=os.environ | {"JUPYTER_TOKEN": token}, start_new_session=True
    )
    try:
        if _answers(process, f"http://localhost:{port}/api"):
            print(f"JupyterLab serves {folder} at")
            print(f"    http://localhost:{port}/{page}?token={token}")
            print("Ctrl-C ends it; your notebooks stay.", flush=True)
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        process.wait()


def _free_port(first):
    for port in range(first, min(first + _PORTS, 65536)):
        with socket.socket() as probe:
            try:
                probe.bind(("localhost", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {first} on; name another with --port")


def _can_open_browser():
    if sys.platform.startswith("linux"):
        return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return True


def _answers(process, url):
    """Whether the server answers before its process ends or its time is up."""
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return True
        except urllib.error.HTTPError:
            return True  # it answers, if only to say no
        except OSError:
            time.sleep(0.2)
    return False
