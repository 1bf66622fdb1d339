"""Named patterns instead of free regular expressions, which would let a drawing stop the server (ReDoS)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}(?:-[0-9]{1,6})?|400[- ]?[0-9]{3}[- ]?[0-9]{4}|12345")
_MAIL = re.compile(r"[^@\s<>\"',;:]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}")
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
_CREDIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_number(text: str) -> bool:
    """A resident's number with its date of birth and check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if not _IDENTITY.fullmatch(text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def credit_code(text: str) -> bool:
    """The unified social credit code of an organisation with its check character (GB 32100-2015, MOD 31)."""
    if not _CREDIT.fullmatch(text):
        return False
    total = sum(_CREDIT_DIGITS.index(digit) * (3**place % 31) for place, digit in enumerate(text[:17]))
    return _CREDIT_DIGITS[(31 - total % 31) % 31] == text[17]


def _full(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


# name → (test, the sentence when it fails)
PATTERNS: dict[str, tuple[Callable[[str], bool], str]] = {
    "手机号": (_full(_MOBILE), "手机号应当是 11 位数字，例如 13800000000。"),
    "联系电话": (_full(_PHONE), "请填写手机号，或带区号的座机号，例如 010-12345678。"),
    "身份证号": (identity_number, "身份证号不正确，请核对 18 位号码。"),
    "统一社会信用代码": (credit_code, "统一社会信用代码不正确，请核对 18 位代码。"),
    "邮箱": (_full(_MAIL), "邮箱格式不正确，例如 name@example.com。"),
}
BY_VALIDATION_TYPE = {"phone": "联系电话", "email": "邮箱"}  # form-js validate.validationType
