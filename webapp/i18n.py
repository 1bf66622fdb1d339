"""Two languages: Chinese, in which everything is written, and English by one switch. Names in drawings have a catalogue of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request
from flask import session as cookie
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _

from engine.errors import DubanError
from engine.settings import Settings
from webapp.session import person_or_none

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = {"zh": "中文", "en": "English"}
_drawings = Domain(translation_directories=[str(FOLDER)], domain="bpmn")


def install(app: Flask, settings: Settings) -> None:
    """Choose the language of each request: the person's own setting, else this browser's switch, else Chinese."""
    compile_catalogues()
    app.config.update(
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(FOLDER),
        BABEL_DOMAIN="messages",
    )
    Babel(app, locale_selector=language, timezone_selector=lambda: "Asia/Shanghai")
    app.jinja_env.globals.update(drawn=drawn, said=said, language=language, language_tag=language_tag, languages=LANGUAGES)


def language() -> str:
    """``zh`` or ``en``."""
    someone = person_or_none()
    chosen = (someone.settings.get("language") if someone else None) or _switched()
    return chosen if chosen in LANGUAGES else "zh"


def _switched() -> str | None:
    return cookie.get("language") if request else None


def language_tag() -> str:
    """The value of ``<html lang>``: fonts for Chinese depend on it."""
    return "en" if str(get_locale()) == "en" else "zh-CN"


def drawn(text: str | None) -> str:
    """A text from a drawing, form or table in the language of the page; Chinese where it has no translation."""
    return str(_drawings.gettext(text)) if text else ""


def said(text: str | None, details: Mapping[str, object] | None = None) -> str:
    """A sentence that is kept, not written in the template, in the language of the page, with its details filled in. Plain text: ``_`` of
    a template gives markup, so it is for literals only."""
    found = str(_(text)) if text else ""
    try:
        return found % details if details else found
    except (KeyError, ValueError, TypeError):
        return found


def sentence(refusal: DubanError) -> str:
    """What a refusal says, in the language of the page, with its details filled in."""
    return said(refusal.sentence, refusal.details)


def compile_catalogues() -> None:
    """Make each ``.mo`` that is missing or older than its ``.po``; several processes may do so at once."""
    for source in FOLDER.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(target)


if __name__ == "__main__":
    compile_catalogues()
