"""Recorded replies: what stands in for AWS where a step's calls are answered from files."""

import json
from dataclasses import dataclass
from pathlib import Path

from darkroom.runner.calls import Call, CallRefused, Reply

FOLDER = Path("tests/replies")


@dataclass(frozen=True)
class RecordedReplies:
    """Answers a call with the JSON of `<folder>/<service>.<Operation>.json`."""

    folder: Path = FOLDER

    def __call__(self, call: Call) -> Reply:
        """Return the recorded reply; raises CallRefused, naming the file, where there is none."""
        path = self.folder / f"{call.action.replace(':', '.')}.json"
        try:
            reply: Reply = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as missing:
            raise CallRefused(call.action, f"no recorded reply {path.as_posix()}") from missing
        return reply
