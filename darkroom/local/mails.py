"""The mails that the embedded cloud would have sent: it keeps them instead."""

import re

import requests

from darkroom.local.cloud import CloudError, EmbeddedCloud

_CODE = re.compile(r"\b\d{6}\b")


def mailed_code(cloud: EmbeddedCloud, email: str) -> str:
    """Return the code in the newest mail to `email`; raises CloudError where there is none."""
    answer = requests.get(f"{cloud.endpoint}/_ministack/ses/messages", timeout=10)
    answer.raise_for_status()
    mails = [mail for sent in answer.json()["messages"].values() for mail in sent]
    codes = [_CODE.search(mail["BodyText"]) for mail in mails if email in mail["To"]]
    found = [code.group() for code in codes if code]
    if not found:
        raise CloudError(f"No code was mailed to {email}. The cloud's log: {cloud.log}")
    return found[-1]
