"""Stands in for the confined process and does what the document says: an answer that must not be believed."""

import json
import os
import sys
import time
from pathlib import Path

sys.stdin.buffer.readline()
command = sys.stdin.buffer.read().decode().removeprefix("#")
said = sys.stdout.buffer
if command == "descriptors":
    links = [Path(f"/proc/self/fd/{number}") for number in range(256)]
    names = [str(link.readlink()) for link in links if link.is_symlink()]
    said.write(json.dumps({"refused": names}).encode())
elif command == "environment":
    said.write(json.dumps({"refused": sorted(os.environ)}).encode())
elif command == "flood":
    while True:
        said.write(b" " * 2**20)
elif command == "sleep":
    time.sleep(60)
elif command == "other types":
    said.write(b'{"refused": 5}')
elif command == "other fields":
    said.write(b'{"run": "this"}')
elif command == "deep":
    said.write(b"[" * 200_000)
elif command == "nothing":
    said.write(b"{}")
elif command == "half a letter":
    said.write(b'{"refused": ["a\\ud800b"]}')
elif command == "deaf":
    os.close(0)
