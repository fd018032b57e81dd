"""Files: a pipeline read from disk, with what lies beside it."""

from pathlib import Path

from dsl.compile import Compiled, compile_source
from dsl.diagnostics import PipelineRefused, Report
from dsl.draft import Plugins
from dsl.text import SourceText, Span


def compile_file(path: Path, plugins: Plugins) -> Compiled:
    """Return the compiled pipeline of a file.

    Raises PipelineRefused with every mistake of the file, be it that it is not UTF-8 or that an
    overlay lies beside it, and OSError where it cannot be read.
    """
    _refuse_overlays(path)
    return compile_source(_read(path), path.as_posix(), plugins)


def _read(path: Path) -> str:
    """Return the file's text; raises PipelineRefused where it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        readable = error.object[: error.start].decode("utf-8")
        report = Report(SourceText(path.as_posix(), readable))
        at = Span(len(readable), len(readable) + 1)
        report.add("Y012", at, "the file is not UTF-8 from here on", cure="save it as UTF-8")
        raise PipelineRefused(report.source, tuple(report)) from error


def _refuse_overlays(path: Path) -> None:
    """Refuse overlays (rule 20): to leave one out silently would deploy something else."""
    base = path.name.partition(".")[0]
    for overlay in sorted(path.parent.glob(f"{base}.*{path.suffix}")):
        report = Report(SourceText(overlay.as_posix(), _read(overlay)))
        report.add(
            "N001",
            Span(0, 1),
            f"overlays, as {overlay.name} is one, are part of the language, but not built yet",
            cure=f"move it away, and write what it says into {base}{path.suffix}",
        )
        report.refuse()
