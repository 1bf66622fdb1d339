"""What the browser keeps of the reporter: which case is open, for half an hour after its last use, signed, gone with the browser.

The secret code is not in it: the page after submitting computes it again from the form's random key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import session as cookie

from engine import clock

OPEN_FOR = timedelta(minutes=30)
CASE, RECEIPT = "portal-case", "portal-receipt"


def open_case(case_id: int) -> None:
    """The right number and code were given: let this browser see the case."""
    cookie[CASE] = [case_id, clock.now().timestamp()]


def opened_case() -> int | None:
    """The case this browser may see; None when there is none or half an hour has passed. Using it keeps it open."""
    case_id = _fresh(CASE)
    if isinstance(case_id, int):
        open_case(case_id)
        return case_id
    return None


def keep_receipt(key: str) -> None:
    """Remember the key of the form that was just taken."""
    cookie[RECEIPT] = [key, clock.now().timestamp()]


def receipt_key() -> str | None:
    """The key of the form that was taken in the last half hour."""
    key = _fresh(RECEIPT)
    return key if isinstance(key, str) else None


def forget() -> None:
    """Leave nothing of the reporter in this browser."""
    cookie.pop(CASE, None)
    cookie.pop(RECEIPT, None)


def _fresh(name: str) -> object:
    kept = cookie.get(name)
    if not isinstance(kept, list) or len(kept) != 2:
        return None
    since = datetime.fromtimestamp(float(kept[1]), tz=clock.LOCAL)
    if clock.now() - since > OPEN_FOR:
        cookie.pop(name, None)
        return None
    return kept[0]
