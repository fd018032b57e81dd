"""Expression text to a tree, by the grammar of rule 12.

or         = and { "or" and }
and        = not { "and" not }
not        = "not" not | comparison
comparison = otherwise [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") otherwise ]
otherwise  = primary [ "else" otherwise ]
primary    = literal | list | reference | "exists" "(" reference ")" | "(" or ")"
"""

from typing import cast

from dsl.expressions.syntax import (
    Existing,
    ExpressionError,
    Joined,
    Listed,
    Literally,
    Named,
    Negated,
    Operator,
    Otherwise,
    Parsed,
)
from dsl.expressions.tokens import Token, tokens

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
_LARGEST = 2**53 - 1  # beyond it, JSONata's doubles and Python's integers differ
# A plan's tree may be 254 models deep, steps and expression together, or pydantic cannot write
# it ("Maximum serialization depth exceeded", measured with pydantic-core 2.50).
_DEEPEST = 30


def parse(expression: str) -> Parsed:
    """Return the tree of `expression`. Raises ExpressionError for the first thing wrong with it."""
    parser = _Parser(tokens(expression))
    tree = parser.either(0)
    parser.finish()
    return tree


class _Parser:
    """Recursive descent; `depth` counts the levels of the tree being built."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> Token | None:
        """Step over the next token if it is one of `texts`, signs or words."""
        token = self._next
        if token.kind in ("word", "sign") and token.text in texts:
            self._at += 1
            return token
        return None

    def _deeper(self, depth: int) -> int:
        if depth >= _DEEPEST:
            title = f"the expression is more than {_DEEPEST} levels deep"
            raise ExpressionError(
                self._next.start, self._next.end, title, "split it over several steps"
            )
        return depth + 1

    def finish(self) -> None:
        """Refuse anything behind the expression."""
        token = self._next
        if token.kind == "end":
            return
        if token.text in _COMPARISONS:
            title, cure = "comparisons do not chain", "join two comparisons with `and`"
        elif token.text == "(" and self._at and self._tokens[self._at - 1].kind == "name":
            called = self._tokens[self._at - 1]
            title = f"`{called.text}` is called, and there is nothing to call but `exists`"
            cure = "compare references, texts in quotes and numbers"
            raise ExpressionError(called.start, token.end, title, cure)
        elif token.kind in ("name", "number", "text"):
            title = f"`{token.text}` stands where `and`, `or` or a comparison was expected"
            cure = "join conditions with `and` or `or`; put texts of several words in quotes"
        else:
            title, cure = f"`{token.text}` stands where the expression should end", "remove it"
        raise ExpressionError(token.start, token.end, title, cure)

    def either(self, depth: int) -> Parsed:
        """`or`, the loosest."""
        left = self._both(depth)
        while self._take("or"):
            depth = self._deeper(depth)
            right = self._both(depth)
            left = Joined(left.start, right.end, "or", left, right)
        return left

    def _both(self, depth: int) -> Parsed:
        left = self._negation(depth)
        while self._take("and"):
            depth = self._deeper(depth)
            right = self._negation(depth)
            left = Joined(left.start, right.end, "and", left, right)
        return left

    def _negation(self, depth: int) -> Parsed:
        if token := self._take("not"):
            operand = self._negation(self._deeper(depth))
            return Negated(token.start, operand.end, operand)
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Parsed:
        left = self._otherwise(depth)
        if token := self._take(*_COMPARISONS):
            right = self._otherwise(self._deeper(depth))
            return Joined(left.start, right.end, cast("Operator", token.text), left, right)
        return left

    def _otherwise(self, depth: int) -> Parsed:
        left = self._primary(depth)
        if not self._take("else"):
            return left
        fallback = self._otherwise(self._deeper(depth))
        if isinstance(left, Named):
            return Otherwise(left.start, fallback.end, left, fallback)
        raise ExpressionError(
            left.start,
            left.end,
            "only a reference may stand left of `else`",
            "write: image.owner_name else 'nobody'",
        )

    def _primary(self, depth: int) -> Parsed:
        token = self._next
        if token.kind in ("number", "text") or token.text in ("true", "false"):
            return self._literal()
        if token.kind == "name":
            self._at += 1
            return Named(token.start, token.end, token.text)
        if self._take("exists"):
            return self._existing(token)
        if self._take("("):
            inner = self.either(self._deeper(depth))
            self._close(")", token)
            return inner
        if self._take("["):
            return self._list(token)
        return self._nothing()

    def _nothing(self) -> Parsed:
        """Refuse what begins no value."""
        token = self._next
        behind = self._tokens[self._at - 1] if self._at else None
        after = f" after `{behind.text}`" if behind else ""
        if token.kind == "end" and behind is None:
            raise ExpressionError(0, 1, "the expression is empty", "write a condition or a value")
        title = f"a value is missing{after}"
        start, end = (behind.start, behind.end) if behind else (token.start, token.end)
        if token.kind != "end":
            title, start, end = f"`{token.text}` stands where a value was expected", *_of(token)
        raise ExpressionError(start, end, title, "write a reference, a number or a text in quotes")

    def _literal(self) -> Literally:
        token = self._next
        if token.kind not in ("number", "text") and token.text not in ("true", "false"):
            title = "a written list holds numbers and texts in quotes"
            raise ExpressionError(*_of(token), title, "write: picture.format in ['jpeg', 'png']")
        self._at += 1
        if token.kind == "text":
            return Literally(*_of(token), token.text[1:-1])
        if token.kind == "word":
            return Literally(*_of(token), token.text == "true")
        return Literally(*_of(token), _number(token))

    def _list(self, opening: Token) -> Listed:
        items: list[Literally] = []
        while self._next.text != "]" or self._next.kind != "sign":
            items.append(self._literal())
            if not self._take(","):
                break
        closing = self._close("]", opening)
        return Listed(opening.start, closing.end, tuple(items))

    def _existing(self, word: Token) -> Existing:
        opening = self._take("(")
        name = self._next
        if opening is None or name.kind != "name":
            raise ExpressionError(
                *_of(word), "`exists` takes a reference", "write: exists(image.owner_name)"
            )
        self._at += 1
        closing = self._close(")", opening)
        return Existing(word.start, closing.end, Named(*_of(name), name.text))

    def _close(self, sign: str, opening: Token) -> Token:
        if token := self._take(sign):
            return token
        title = f"`{opening.text}` is never closed"
        raise ExpressionError(*_of(opening), title, f"add `{sign}`")


def _of(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _number(token: Token) -> int | float:
    number = float(token.text)
    if "." not in token.text and abs(number) <= 2 * _LARGEST:
        number = int(token.text)  # a double would round what is one too large
    if abs(number) > _LARGEST:
        title = "the number is too large to be kept exactly"
        raise ExpressionError(*_of(token), title, f"write one of at most {_LARGEST}")
    return number
