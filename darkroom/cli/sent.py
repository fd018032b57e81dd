"""Pictures that are sent: what came of each so far, and how that is told."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from darkroom.cli.naming import shown
from darkroom.cli.refusals import said
from darkroom.cli.state import coloured
from darkroom.client import Image, Refused, Unreachable
from darkroom.client.media import content_type_of
from darkroom.local import timeline


@dataclass(frozen=True)
class Picture:
    """A picture to be sent, and what came of it so far."""

    number: int  # among those that were given: a file may be given twice
    path: Path
    content_type: str
    tags: Mapping[str, str]
    image_id: str = ""  # once it was sent
    image: Image | None = None  # once it has come to its end
    failed: str = ""  # why it was not sent, or its end not seen


Work = Callable[[Picture], Picture]


def looked_at(number: int, path: Path, declared: str | None, tags: Mapping[str, str]) -> Picture:
    """Look at a file before any is sent; one that is no picture's has failed already."""
    content_type = declared or content_type_of(path) or ""
    failed = ""
    if not _is_file(path):
        failed = f"{path} is not a file."
    elif not content_type:
        failed = "Its ending does not say what picture it is. Say it, such as --type image/jpeg."
    return Picture(number, path, content_type, tags, failed=failed)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that is not ours to look into, a name that is too long
        return False


@dataclass(frozen=True)
class Record:
    """What came of all pictures so far, and which of them were told of."""

    console: Console
    waits: bool  # for the end of each
    as_text: bool  # each as it comes; else all at the end, as JSON
    came: dict[int, Picture] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    def noting(self, work: Work) -> Work:
        """Note what comes of a picture at once; what one fails with stops no other."""

        def noting(picture: Picture) -> Picture:
            try:
                done = work(picture)
            except Refused as refused:
                done = replace(picture, failed=said(refused))
            except (OSError, Unreachable) as error:  # a TimeoutError, too
                done = replace(picture, failed=str(error))
            self.came[picture.number] = done
            return done

        return noting

    def tell(self, picture: Picture) -> None:
        """Tell of a picture, if there is nothing more to come."""
        self.came[picture.number] = picture
        if self.as_text and (picture.failed or picture.image or not self.waits):
            self._print(picture)

    def close(self, given: Sequence[Picture]) -> list[Picture]:
        """Tell of all that were not told of, and return what came of each."""
        all_ = [self.came.get(each.number, each) for each in given]
        done = [each if each.image_id or each.failed else _unsent(each) for each in all_]
        if not self.as_text:
            self.console.print_json(json.dumps([_json(each) for each in done]))
        for each in done if self.as_text else ():
            if each.number not in self.told:
                self._print(each)
        return done

    def _print(self, picture: Picture) -> None:
        self.told.add(picture.number)
        self.console.print(_line(picture), soft_wrap=True)


def _unsent(picture: Picture) -> Picture:
    return replace(picture, failed="It was broken off.")


def _line(picture: Picture) -> Text:
    head = (shown(picture.path.name), "bold")
    if picture.failed:
        which = f"  {picture.image_id}" if picture.image_id else ""
        what = "not seen to end" if picture.image_id else "not sent"
        return Text.assemble(head, which, "  ", (what, "red"), f": {shown(picture.failed)}")
    image = picture.image
    if image is None:
        return Text.assemble(head, f"  {picture.image_id}  ", ("sent", "green"))
    why = timeline.reason(image.reason.model_dump()) if image.reason else ", ".join(image.variants)
    return Text.assemble(head, f"  {picture.image_id}  ", coloured(image.state), f": {why}")


def _json(picture: Picture) -> dict[str, Any]:
    return {
        "file": str(picture.path),
        "image_id": picture.image_id or None,
        "image": picture.image.model_dump(mode="json") if picture.image else None,
        "failed": picture.failed or None,
    }
