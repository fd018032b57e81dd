"""Expression text to tokens."""

import re
from dataclasses import dataclass
from typing import Literal, cast

from dsl.expressions.syntax import ExpressionError

TokenKind = Literal["number", "text", "name", "word", "sign", "end"]
WORDS = ("and", "or", "not", "in", "else", "exists", "true", "false")
_LONGEST = 200  # tokens; a longer condition is a plugin

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<name>[A-Za-z_]\w*(?:\.\w+)*)
    | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE | re.ASCII,
)

# What people write who come from other languages, and what is written here.
_FOREIGN = {
    "&&": "write and",
    "||": "write or",
    "??": "write else",
    "?": "join conditions by and, or, not: there is no `? :`",
    "!": "write not",
    "=": "write ==",
    "${": "write the expression itself, without ${ }",
    "-": "write _ in a name; there is no arithmetic",
    **dict.fromkeys("+*/%", "write the number out: there is no arithmetic"),
}
# These begin as signs of ours do.
_LONGER = {
    "===": "write ==",
    "!==": "write !=",
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
}


@dataclass(frozen=True)
class Token:
    """One token and where it stands in the expression."""

    kind: TokenKind
    text: str
    start: int
    end: int


def tokens(expression: str) -> list[Token]:
    """Return the tokens of `expression`, the last one of kind "end". Raises ExpressionError."""
    found: list[Token] = []
    position = 0
    while match := _TOKEN.match(expression, position):
        _refuse_longer(expression, match.start(match.lastgroup or ""))
        group = match.lastgroup or ""
        kind, text = cast("TokenKind", group), match[group]
        if kind == "name" and text in WORDS:
            kind = "word"
        if kind == "name" and text.lower() in WORDS:
            at = match.end() - len(text), match.end()
            title = f"`{text}` is written in small letters"
            raise ExpressionError(*at, title, f"write {text.lower()}")
        found.append(Token(kind, text, match.end() - len(text), match.end()))
        position = match.end()
        if len(found) > _LONGEST:
            raise ExpressionError(
                0,
                len(expression),
                f"the expression has more than {_LONGEST} parts",
                "split it over several steps, or make it a step plugin of your own",
            )
    rest = expression[position:]
    if rest.strip():
        raise _foreign(rest, position + len(rest) - len(rest.lstrip()))
    return [*found, Token("end", "", len(expression.rstrip()), len(expression.rstrip()))]


def _refuse_longer(expression: str, start: int) -> None:
    """Refuse a sign of other languages that begins as one of ours."""
    for sign, cure in _LONGER.items():
        if expression.startswith(sign, start):
            title = f"`{sign}` is not part of an expression"
            raise ExpressionError(start, start + len(sign), title, cure)


def _foreign(rest: str, start: int) -> ExpressionError:
    """Return the error for text that begins with no token."""
    rest = rest.lstrip()
    if rest[0] in "'\"":
        return ExpressionError(start, start + 1, "this quote is never closed", "close the text")
    for sign, cure in (_LONGER | _FOREIGN).items():
        if rest.startswith(sign):
            title = f"`{sign}` is not part of an expression"
            return ExpressionError(start, start + len(sign), title, cure)
    digits = re.match(r"-?[0-9][\w.%]*", rest, re.ASCII)
    if digits:
        return ExpressionError(
            start,
            start + digits.end(),
            f"`{digits[0]}` is not a number of an expression",
            "write digits, with a decimal point if need be, and no unit",
        )
    title = f"`{rest[0]}` is not part of an expression"
    cure = "compare references, texts in quotes and numbers, joined by and, or, not"
    return ExpressionError(start, start + 1, title, cure)
