"""The part of the API for signed-in users: images, events, links."""

from typing import Annotated, Any

from annotated_types import Ge, Le
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.handlers import admin, answers, clients, control, leaving, uploading
from darkroom.handlers.http import answered, resolver, user_id
from darkroom.handlers.observe import observed
from darkroom.handlers.reading import correlated, retrieval
from darkroom.handlers.routes import Routes
from darkroom.images import ImageState
from darkroom.manifest import manifest
from darkroom.projections import MAX_LIMIT
from darkroom.retrieval import LINK_LIFE, PAGE_SIZE, Disposition

app = resolver()
route = Routes(app, "images")


@route("GET", "/images", refuses={400: ("bad_cursor",)})
def list_images(
    limit: Annotated[int, Query(), Ge(1), Le(MAX_LIMIT)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query()] = None,
    state: Annotated[ImageState | None, Query()] = None,
) -> answers.Images:
    """List my images, newest first: all, or those that stand as `state` says."""
    owner = user_id(app)
    return answers.Images.of(retrieval().images(owner, limit, cursor, state))


@route("GET", "/images/<image_id>", refuses={404: ("not_found",)})
def one_image(image_id: str) -> answers.Image:
    """Show one of my images: its state, the reason for it, and its variants."""
    correlated(image_id)
    owner = user_id(app)
    return answers.Image.of(retrieval().image(owner, image_id))


@route("GET", "/images/<image_id>/events", refuses={404: ("not_found",)})
def its_events(image_id: str) -> answers.Events:
    """Show all that happened to one of my images, oldest first."""
    correlated(image_id)
    owner = user_id(app)
    return answers.Events.of(retrieval().events(owner, image_id))


@route(
    "GET",
    "/images/<image_id>/variants/<name>",
    refuses={404: ("not_found",)},
    kept=False,
)
def variant_link(
    image_id: str,
    name: str,
    disposition: Annotated[Disposition, Query()] = "inline",
) -> answers.Link:
    """Give a link to a variant, which lives for five minutes: to be shown, or to be saved."""
    correlated(image_id)
    owner = user_id(app)
    expires_at = clients.now() + LINK_LIFE
    link, variant = retrieval().link(owner, image_id, name, disposition)
    return answers.Link.of(link, variant, expires_at)


@route("GET", "/images/<image_id>/manifest", refuses={404: ("not_found",)}, kept=False)
def its_manifest(image_id: str) -> answers.Manifest:
    """Give links to all variants, and a `<picture>` of those that show the same.

    The links live for five minutes. Variants of another shape than the largest, such as a square
    thumbnail of a landscape, are links, and no sources.
    """
    correlated(image_id)
    owner = user_id(app)
    expires_at = clients.now() + LINK_LIFE
    linked = retrieval().links_to_all(owner, image_id)
    return answers.Manifest.of(linked, manifest(linked), expires_at)


@route("GET", "/usage")
def my_usage() -> answers.Usage:
    """Show what my images amount to, in counts and bytes."""
    return answers.Usage.of(retrieval().usage(user_id(app)))


app.include_router(uploading.router)
app.include_router(control.router)
app.include_router(leaving.router)
app.include_router(admin.router)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request of API Gateway."""
    return answered(app, event, context)
