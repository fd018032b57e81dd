"""How people name images."""

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
