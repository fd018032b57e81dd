"""The mails that the embedded cloud would have sent: it keeps them instead."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from darkroom.local.cloud import CloudError, EmbeddedCloud

_CODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Mail:
    """A mail, as it was to be sent."""

    to: tuple[str, ...]
    at: datetime
    subject: str
    text: str

    @property
    def code(self) -> str | None:
        """The code in it, if there is one."""
        found = _CODE.search(self.text)
        return found and found.group()


def mails(cloud: EmbeddedCloud, email: str | None = None) -> tuple[Mail, ...]:
    """Return the mails to `email`, or to anybody, oldest first."""
    answer = requests.get(f"{cloud.endpoint}/_ministack/ses/messages", timeout=10)
    answer.raise_for_status()
    kept = (
        Mail(
            to=tuple(mail["To"]),
            at=datetime.fromtimestamp(mail["Timestamp"], UTC),
            subject=mail["Subject"],
            text=mail["BodyText"],
        )
        for sent in answer.json()["messages"].values()
        for mail in sent
    )
    wanted = (mail for mail in kept if email is None or email in mail.to)
    return tuple(sorted(wanted, key=lambda mail: mail.at))


def mailed_code(cloud: EmbeddedCloud, email: str) -> str:
    """Return the code in the newest mail to `email`; raises CloudError where there is none."""
    found = [mail.code for mail in mails(cloud, email) if mail.code]
    if not found:
        raise CloudError(f"No code was mailed to {email}. The cloud's log: {cloud.log}")
    return found[-1]
