"""The operator's hand at the demo's simulated bench is told something: in words, as ``put dish1 oven``."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from daq.errors import HengliangError
from daq.i18n import N_

HAND_FILE = "hand.url"
"""In the demo's folder while it runs: where the hand takes its words."""
PATIENCE_S = 5.0
LONGEST_REPLY = 1_000_000


def tell(folder: Path, words: str) -> dict[str, Any]:
    """Let the hand of the demo that runs in ``folder`` do something, and return what it says.

    Raises:
        HengliangError: no demo runs there, or the hand cannot do that.
    """
    try:
        address = urlsplit((folder / HAND_FILE).read_text(encoding="ascii").strip())
    except OSError as error:
        raise HengliangError(
            N_(
                "{folder}: no demo runs in this folder; start `hengliang demo`, or give its folder with "
                "--data"
            ),
            folder=folder,
        ) from error
    try:
        with socket.create_connection((address.hostname or "", address.port or 0), PATIENCE_S) as line:
            line.sendall(" ".join(words.split()).encode() + b"\n")
            with line.makefile("rb") as replies:
                reply: dict[str, Any] = json.loads(replies.readline(LONGEST_REPLY))
    except (OSError, ValueError) as error:
        raise HengliangError(
            N_("{folder}: the demo's hand does not answer; does the demo still run?"), folder=folder
        ) from error
    if "error" in reply:
        raise HengliangError(str(reply["error"]))
    return reply
