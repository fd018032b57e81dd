"""The part of the API for admins: any image, its whole history, and what anybody's amount to."""

from darkroom.handlers import answers
from darkroom.handlers.http import admin_id
from darkroom.handlers.observe import logger
from darkroom.handlers.reading import correlated, retrieval
from darkroom.handlers.routes import Routes, new_router

router = new_router()
route = Routes(router, "images")


@route("GET", "/admin/images/<image_id>", refuses={404: ("not_found",)})
def any_image(image_id: str) -> answers.AnyImage:
    """Show anybody's image, with its owner."""
    _allowed("image", image_id)
    return answers.AnyImage.of(retrieval().any_image(image_id))


@route("GET", "/admin/images/<image_id>/events", refuses={404: ("not_found",)})
def any_events(image_id: str) -> answers.Events:
    """Show all that happened to anybody's image, with where things lie and who wrote it."""
    _allowed("events", image_id)
    return answers.Events.whole(retrieval().any_events(image_id))


@route("GET", "/admin/users/<user_id>/usage")
def any_usage(user_id: str) -> answers.Usage:
    """Show what a user's images amount to; of a user without any, or that never was, nothing."""
    _allowed("usage", user_id)
    return answers.Usage.of(retrieval().usage(user_id))


def _allowed(what: str, whose: str) -> None:
    """Let only admins go on, and have the log tell what they looked at."""
    admin = admin_id(router)
    correlated(whose)
    logger.info("an admin looks", extra={"admin": admin, "at": what, "of": whose})
