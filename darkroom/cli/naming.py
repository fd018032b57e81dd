"""How people name images, and how what they name is shown."""

from darkroom.cli.failure import CommandFailed
from darkroom.ids import valid_image_id


def image_id(text: str) -> str:
    """Return the id that is meant; raises CommandFailed, with an example, for what is none."""
    meant = text.strip().upper()
    if not valid_image_id(meant):
        raise CommandFailed(
            f"'{text}' is no image's id: that has 26 letters and digits,"
            f" such as 01JDA7Q0G0ABCDEFGHJKMNPQRS."
        )
    return meant


def shown(text: str, keep: str = "") -> str:
    """Return a text for a terminal: what it would act upon is escaped, as `repr` does.

    A file's name may have any character but / and NUL: line ends, a terminal's commands, and bytes
    that are no text. Those in `keep` stay.
    """
    return "".join(
        each if each.isprintable() or each in keep else repr(each)[1:-1] for each in text
    )
