"""Explain: the long text of a code, with an example that breaks the rule and the mended one.

The texts are data: one Markdown file a code in `dsl/explanations/`. Characters that nobody can
see stand in the examples as their pictures of Unicode's block U+2400: `␉` for a tab.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsl.codes import CODES
from dsl.suggest import did_you_mean

FOLDER = Path(__file__).parent / "explanations"
_SECTION = re.compile(r"^## (?P<heading>.+)\n\n(?P<body>(?:(?!## ).*\n?)+)", re.MULTILINE)
_EXAMPLE = re.compile(r"```yaml\n(?P<example>.*)```", re.DOTALL)


class UnknownCode(Exception):
    """No diagnostic has this code; the text says which one may be meant."""

    def __init__(self, code: str) -> None:
        cure = did_you_mean(code, CODES, "`.venv/bin/python -m dsl explain` lists all codes")
        super().__init__(f'no diagnostic has the code "{code}": {cure}')


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a code means, why the rule exists, and two pipelines: one that breaks it, one mended."""

    code: str
    title: str
    meaning: str
    why: str
    wrong: str
    right: str

    def render(self) -> str:
        """Return the text as people read it in a terminal."""
        paragraphs = [
            f"{self.code}: {self.title}",
            self.meaning,
            f"Why\n{self.why}",
            f"Wrong\n{_indented(self.wrong)}",
            f"Right\n{_indented(self.right)}",
        ]
        return "\n\n".join(paragraphs)


def explanation(code: str) -> Explanation:
    """Return the long text of `code`, in capitals or not; raises UnknownCode."""
    known = code.upper()
    if known not in CODES:
        raise UnknownCode(code)
    text = (FOLDER / f"{known}.md").read_text("utf-8")
    sections = {found["heading"]: found["body"].strip() for found in _SECTION.finditer(text)}
    return Explanation(
        code=known,
        title=CODES[known],
        meaning=sections["What it means"],
        why=sections["Why"],
        wrong=_example(sections["Wrong"]),
        right=_example(sections["Right"]),
    )


def explain(codes: Sequence[str]) -> str:
    """Return the long texts of `codes`, or the title of every code if there are none."""
    if not codes:
        return "\n".join(f"{code}  {title}" for code, title in CODES.items())
    found = dict.fromkeys(explanation(code) for code in codes)
    return f"\n\n{'-' * 88}\n\n".join(each.render() for each in found)


def _example(section: str) -> str:
    found = _EXAMPLE.fullmatch(section)
    if found is None:
        raise ValueError(f"an example is one block of YAML, not {section!r}")
    return found["example"]


def _indented(example: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in example.splitlines())
