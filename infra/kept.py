"""Kept: what must never be lost, as the rest of the app is handed it."""

from dataclasses import dataclass

from infra.encryption import Encryption
from infra.history import History
from infra.identity import Identity
from infra.storage import Storage


@dataclass(frozen=True)
class Kept:
    """Keys, buckets, tables and users, which live in a stack of their own."""

    encryption: Encryption
    storage: Storage
    history: History
    identity: Identity
