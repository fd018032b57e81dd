"""What people write who come from other languages, and what they would write here.

Every reading is a guess, which is told only if it can be parsed and its types fit.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

_PART = re.compile(
    r"""\s*(
        '[^']*' | "[^"]*"
      | !==|===|==|!=|<=|>=|=>|=<|<>|&&|\|\||\?\?
      | [A-Za-z_]\w*(?:\.\w+)*
      | -?[0-9]+(?:\.[0-9]+)?[A-Za-z%]*
      | \S
    )""",
    re.VERBOSE | re.ASCII,
)
_SIGNS = {
    "&&": "and",
    "||": "or",
    "??": "else",
    "!": "not",
    "===": "==",
    "!==": "!=",
    "=": "==",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "is": "==",
    "equals": "==",
}
_WORDS = ("and", "or", "not", "in", "else", "exists", "true", "false", "null")
_EXISTS = ("has", "defined", "isset", "is_set", "exist", "present")
_NOTHING = ("null", "none", "nil", "undefined")
_COMPARISONS = ("<", "<=", ">", ">=")
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(px|k|K|MP|M|mp)")
_TIMES = {"px": 1, "k": 10**3, "K": 10**3, "M": 10**6, "MP": 10**6, "mp": 10**6}


def readings(expression: str) -> Iterator[str]:
    """Yield what `expression` may mean, written as rule 12 has it, the likeliest first."""
    parts = [_ours(each) for each in _PART.findall(expression)]
    for change in (_existing, _without_null, _listing, _not_in, _chained):
        parts = change(parts)
    for meant in (_joined(parts), _joined(_quoted(parts))):
        if meant != expression.strip():
            yield meant


def _ours(part: str) -> str:
    """Return our own spelling of one sign, word or number."""
    if part in _SIGNS:
        return _SIGNS[part]
    if part.lower() in _WORDS:
        return part.lower()
    number = _NUMBER.fullmatch(part)
    if number:
        return f"{(Decimal(number[1]) * _TIMES[number[2]]).normalize():f}"
    return part


def _existing(parts: list[str]) -> list[str]:
    """Read `has(x)`, and `exists x`, as `exists(x)`."""
    found: list[str] = []
    for at, part in enumerate(parts):
        is_asked = part.lower() in _EXISTS and parts[at + 1 : at + 2] == ["("]
        if at and found[-1] == "exists" and part != "(":
            found += ["(", part, ")"]
        else:
            found.append("exists" if is_asked else part)
    return found


def _without_null(parts: list[str]) -> list[str]:
    """Read `x != null`, and `x is not null`, as `exists(x)`; `x == null` as its opposite."""
    found: list[str] = []
    at = 0
    while at < len(parts):
        behind = parts[at + 1 : at + 4]
        nothing = [each.lower() in _NOTHING for each in behind]
        if behind[:2] == ["==", "not"] and nothing[2:] == [True]:
            found, at = [*found, "exists", "(", parts[at], ")"], at + 4
        elif behind[:1] in (["=="], ["!="]) and nothing[1:2] == [True]:
            negation = ["not"] if behind[0] == "==" else []
            found, at = [*found, *negation, "exists", "(", parts[at], ")"], at + 3
        else:
            found, at = [*found, parts[at]], at + 1
    return found


def _listing(parts: list[str]) -> list[str]:
    """Read `in (1, 2)` as `in [1, 2]`."""
    found = list(parts)
    for at in range(len(parts) - 1):
        if parts[at] == "in" and parts[at + 1] == "(" and ")" in parts[at:]:
            found[at + 1], found[parts.index(")", at)] = "[", "]"
    return found


def _not_in(parts: list[str]) -> list[str]:
    """Read `x not in [1]` as `not x in [1]`."""
    found = list(parts)
    for at in range(1, len(parts) - 1):
        if parts[at : at + 2] == ["not", "in"]:
            found[at - 1 : at + 1] = ["not", parts[at - 1]]
    return found


def _chained(parts: list[str]) -> list[str]:
    """Read `1 < x < 9` as `1 < x and x < 9`."""
    found: list[str] = []
    for at, part in enumerate(parts):
        again = at >= 3 and part in _COMPARISONS and parts[at - 2] in _COMPARISONS
        found += ["and", parts[at - 1], part] if again else [part]
    return found


def _quoted(parts: list[str]) -> list[str]:
    """Read `== png` as `== 'png'`."""
    return [
        f"'{part}'"
        if at and parts[at - 1] in ("==", "!=") and part.isidentifier() and part not in _WORDS
        else part
        for at, part in enumerate(parts)
    ]


def _joined(parts: list[str]) -> str:
    """Return the parts with the spaces that people set between them."""
    text = ""
    for at, part in enumerate(parts):
        before = parts[at - 1] if at else ""
        close = before in ("", "(", "[") or part in (")", "]", ",")
        text += part if close or (before, part) == ("exists", "(") else f" {part}"
    return text
