"""Files: a pipeline read from disk, and the overlays that lie beside it (rule 20)."""

import errno
import keyword
from collections.abc import Iterator, Mapping
from pathlib import Path

from dsl import fields
from dsl.compile import Compiled, compile_source
from dsl.diagnostics import Diagnostic, PipelineRefused, Report
from dsl.draft import Plugins
from dsl.model import Name
from dsl.suggest import did_you_mean
from dsl.text import SourceText, Span

PLAIN = ""  # the environment whose pipeline no overlay changes
_SUFFIXES = (".yaml", ".yml")
_MODULES = ("wiring",)  # what lies in generated/<pipeline>/, beside the environments' folders


def compile_file(path: Path, plugins: Plugins, environment: str = PLAIN) -> Compiled:
    """Return the compiled pipeline of a file, with the overlay of `environment` laid over it.

    Raises PipelineRefused with every mistake of what was read, be it that a file is not UTF-8, and
    OSError where one cannot be read: where the environment has no overlay, too.
    """
    overlay = None
    if environment != PLAIN:
        overlay = _overlay(path, environment)
        _check_environment(environment, overlay)
    return compile_source(_read(path).content, path.as_posix(), plugins, overlay)


def compile_all(path: Path, plugins: Plugins) -> Mapping[str, Compiled]:
    """Return the compiled pipeline of a file as it is, and with each overlay that lies beside it.

    They are named by environment, the plain one first. Raises as `compile_file` does: a mistake of
    the file itself is told once.
    """
    compiled: dict[str, Compiled] = {}
    found = list(_misspelt(path))
    for environment in (PLAIN, *environments(path)):
        try:
            compiled[environment] = compile_file(path, plugins, environment)
        except PipelineRefused as refused:
            found += [each for each in refused.diagnostics if each not in found]
    if found:
        raise PipelineRefused(tuple(found))
    return compiled


def environments(path: Path) -> tuple[str, ...]:
    """Return the environments for which an overlay lies beside the file, in order."""
    overlays = path.parent.glob(f"{path.stem}.*{path.suffix}")
    return tuple(sorted(each.stem.removeprefix(f"{path.stem}.") for each in overlays))


def _misspelt(path: Path) -> Iterator[Diagnostic]:
    """Yield a mistake for each file that is an overlay but for the end of its name."""
    for suffix in _SUFFIXES:
        if suffix != path.suffix:
            for other in sorted(path.parent.glob(f"{path.stem}.*{suffix}")):
                report = Report(_read(other))
                report.add(
                    "P038",
                    Span(0, 1),
                    f"this file is not read: overlays of {path.name} end in {path.suffix}",
                    cure=f"call it {other.stem}{path.suffix}, or remove it",
                )
                yield from report


def _overlay(path: Path, environment: str) -> SourceText:
    """Return the text of the overlay; raises FileNotFoundError with those that there are."""
    overlay = path.with_suffix(f".{environment}{path.suffix}")
    if overlay.exists():
        return _read(overlay)
    known = environments(path)
    among = f"there are overlays for {', '.join(known)}" if known else "there are no overlays"
    why = f"no such file; {did_you_mean(environment, known, among)}"
    raise FileNotFoundError(errno.ENOENT, why, overlay.as_posix())


def _read(path: Path) -> SourceText:
    """Return the file's text; raises PipelineRefused where it is not UTF-8."""
    try:
        return SourceText(path.as_posix(), path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        readable = error.object[: error.start].decode("utf-8")
        report = Report(SourceText(path.as_posix(), readable))
        at = Span(len(readable), len(readable) + 1)
        report.add("Y012", at, "the file is not UTF-8 from here on", cure="save it as UTF-8")
        raise PipelineRefused(tuple(report)) from error


def _check_environment(environment: str, overlay: SourceText) -> None:
    """Refuse an environment that generated/ cannot have a package for."""
    report = Report(overlay)
    taken = (*keyword.kwlist, *_MODULES)
    fields.as_word(Name(environment, Span(0, 1)), "an environment", report, taken)
    report.refuse()
