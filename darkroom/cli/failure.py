"""What ends a command with words for the person who gave it."""


class CommandFailed(Exception):
    """The command cannot go on; the message says what is wrong, and the cure."""
