"""Argon2id hashes of passwords (RFC 9106, second recommended profile: 64 MiB, 3 passes)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Invalid

SHORTEST, LONGEST = 10, 200
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


def hash_password(password: str) -> str:
    """The Argon2id hash to store, with its own salt."""
    return _hasher.hash(password)


def check_strength(password: str, account: str = "") -> None:
    """Raises Invalid with a sentence when the password is too short, too long, the account's name or one character repeated."""
    if len(password) < SHORTEST:
        raise Invalid("密码至少要 10 个字符；请换一个更长的。", fields={"password": "密码至少要 10 个字符；请换一个更长的。"})
    if len(password) > LONGEST:
        raise Invalid("密码太长；请不要超过 200 个字符。", fields={"password": "密码太长；请不要超过 200 个字符。"})
    if len(set(password)) < 4 or (account and account.lower() in password.lower()):
        sentence = "密码太容易猜到；请不要使用账号名或重复的字符。"
        raise Invalid(sentence, fields={"password": sentence})


def matches(stored: str, password: str) -> bool:
    """Is ``password`` the one that was hashed? With no stored hash it takes as long and says no."""
    try:
        return _hasher.verify(stored or _decoy(), password[: LONGEST + 1]) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Was it hashed with other parameters than today's?"""
    return _hasher.check_needs_rehash(stored)


@cache
def _decoy() -> str:
    return _hasher.hash("an account that does not exist")
