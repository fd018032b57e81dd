"""The nearest name: what somebody who mistyped a word most likely meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name most like `word`, or None if none is like it at all."""
    by_folded = {_folded(name): name for name in sorted(names)}
    cutoff = 0.6 if len(word) <= 4 else 0.65  # `amount` is not `timeout`
    close = get_close_matches(_folded(word), by_folded, n=1, cutoff=cutoff)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return `did you mean "name"?`, or `otherwise` where no name is near."""
    name = nearest(word, names)
    return f'did you mean "{name}"?' if name else otherwise


def _folded(word: str) -> str:
    """Spell `max-bytes`, `maxBytes` and `Max_Bytes` alike."""
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")
