"""The part of the API by which users delete their account, and all that is theirs."""

from functools import cache

from darkroom.handlers import clients
from darkroom.handlers.control import control
from darkroom.handlers.http import access_token, just_signed_in, user_id
from darkroom.handlers.observe import logger
from darkroom.handlers.people import accounts
from darkroom.handlers.reading import views
from darkroom.handlers.routes import Routes, new_router
from darkroom.handlers.settings import setting
from darkroom.leaving import Leaving, Left

router = new_router()
route = Routes(router, "images")

_FOR_AN_ANSWER_MS = 3_000  # an image takes less, and then there has to be an answer


@cache
def leaving() -> Leaving:
    """Return what deletes users, wired from this function's settings."""
    return Leaving(setting("TENANT"), views(), control(), accounts())


@route("DELETE", "/me", refuses={401: ("not_signed_in",), 403: ("sign_in_again",)})
def delete_me() -> Left:
    """Delete my account, and my images with all that lies of them: ask again until it is `done`.

    I have to have signed in within the last five minutes. The histories of the images stay, without
    my address and name, which they never had.
    """
    owner = user_id(router)
    just_signed_in(router, clients.now())
    left = leaving().leave(
        owner,
        access_token(router),
        router.current_event["requestContext"]["requestId"],
        may_go_on=_may_go_on,
    )
    logger.info("user leaves", extra={"images_deleted": left.images_deleted, "done": left.done})
    return left


def _may_go_on() -> bool:
    return router.lambda_context.get_remaining_time_in_millis() > _FOR_AN_ANSWER_MS
