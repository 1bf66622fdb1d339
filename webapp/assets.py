"""Names of built files: ``asset('app')`` writes the tags of a bundle, ``icon('bell')`` one icon of the sprite."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

from engine.settings import Settings

DIST = Path(__file__).parent / "static" / "dist"
_HASHED = re.compile(r"/static/dist/.+-[A-Z0-9]{8}\.")
_manifest: tuple[float, dict[str, Any]] = (0.0, {})


def install(app: Flask, settings: Settings) -> None:
    """Make ``asset``, ``icon`` and ``theme_script`` known to the templates."""
    app.jinja_env.globals.update(asset=asset, icon=icon, theme_script=theme_script)


def is_hashed(_path: str, url: str) -> bool:
    """Does the name carry the hash of the content, so that it may be kept for ever?"""
    return _HASHED.match(url) is not None


def manifest() -> dict[str, Any]:
    """Bundle → files, read again after a build; empty when nothing was built (pages then work unstyled)."""
    global _manifest
    path = DIST / "manifest.json"
    try:
        written = path.stat().st_mtime
        if written != _manifest[0]:
            _manifest = (written, json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    return _manifest[1]


def asset(name: str) -> Markup:
    """The tags of a bundle: its style sheet, what it imports, its script."""
    files = manifest().get(name)
    if files is None:
        return Markup("")
    tags = [Markup('<link rel="stylesheet" href="{}">').format(_url(files["css"]))] if files["css"] else []
    tags += [Markup('<link rel="modulepreload" href="{}">').format(_url(each)) for each in files["preload"]]
    tags.append(Markup('<script type="module" src="{}"></script>').format(_url(files["js"])))
    return Markup("\n").join(tags)


def theme_script() -> Markup:
    """The script that follows the system's light or dark before the page is painted."""
    file = manifest().get("theme")
    return Markup('<script src="{}"></script>').format(_url(file)) if file else Markup("")


def icon(name: str, label: str = "", css: str = "") -> Markup:
    """One icon. Without ``label`` it is decoration and silent; with one it is read aloud."""
    file = manifest().get("icons")
    if file is None:
        return Markup("")
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true" focusable="false"')
    return Markup('<svg class="icon {}" {}><use href="{}#{}"></use></svg>').format(css, voice, _url(file), name)


def _url(file: str) -> str:
    return url_for("static", filename=f"dist/{file}")
