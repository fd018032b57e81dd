"""Options that list metadata: there is none but what the pipeline's `keep` lets in (rule 1)."""

from collections.abc import Iterable, Iterator

from dsl.diagnostics import Report
from dsl.keys import KEEPS
from dsl.option_types import Target
from dsl.text import Span
from dsl.tree import Entry, Scalar, Sequence
from steps.annotations import of_metadata


def check(
    entries: Iterable[Entry], target: Target, let_in: tuple[str, ...], report: Report
) -> None:
    """Report the options that list what the opening has dropped, each at the first such word."""
    for entry in entries:
        if entry.key not in of_metadata(target.model):
            continue
        lost = {word: span for word, span in _words(entry) if word not in let_in}
        for span in list(lost.values())[:1]:
            together = (each for each in KEEPS if each in (*let_in, *lost))
            report.add(
                "D313",
                span,
                f"{' and '.join(lost)} cannot be kept: the opening drops what the pipeline's "
                "own `keep` does not name",
                label="not there any more",
                cure=f"let it in, at the top of the file: keep: [{', '.join(together)}]",
                note=f"keep is [{', '.join(let_in)}]; `{entry.key}` of {target.of} leaves less of "
                "it, never more",
            )


def _words(entry: Entry) -> Iterator[tuple[str, Span]]:
    """Yield the kinds of metadata that the option lists; whatever else it lists, types refuse."""
    for item in entry.value.items if isinstance(entry.value, Sequence) else ():
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value in KEEPS:
            yield item.value, item.span
