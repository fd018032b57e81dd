"""Fixtures and examples of two files: below the line `# pipeline.dev.yaml` stands the overlay."""

from dsl.compile import Compiled, compile_source
from dsl.draft import Plugins
from dsl.text import SourceText

_OVERLAY = "# pipeline.dev.yaml\n"


def compile_layers(text: str, plugins: Plugins) -> Compiled:
    """Compile a text that holds a pipeline and, it may be, an overlay."""
    base, line, over = text.partition(_OVERLAY)
    overlay = SourceText("pipeline.dev.yaml", over) if line else None
    return compile_source(base, "pipeline.yaml", plugins, overlay)
