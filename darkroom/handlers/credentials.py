"""Credentials: what people type to be known by, as requests have to bring it."""

from typing import Annotated

from annotated_types import Len
from pydantic import SecretStr, StringConstraints

# No line, in a mail or a log, can be made to look like two: control characters, and what Unicode
# takes for an end of line (General Category Cc, Zl, Zp).
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"

# RFC 5321: a path has at most 256 characters, two of them brackets.
Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=_ONE_LINE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_ONE_LINE)]
Password = Annotated[SecretStr, Len(1, 256)]  # Cognito's own maximum
Code = Annotated[str, Len(1, 20)]  # as mailed, or as an authenticator shows it
Token = Annotated[SecretStr, Len(1, 4096)]  # Cognito's are of some 2 KB
