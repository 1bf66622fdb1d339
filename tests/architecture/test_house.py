"""What the READMEs and the requirement files promise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def paths_in_map(readme: str) -> set[str]:
    """Whatever stands in back quotes in a table and looks like a path of this repository."""
    rows = [line for line in (ROOT / readme).read_text().splitlines() if line.startswith("|")]
    quoted = {word for row in rows for word in re.findall(r"`([^`]+)`", row)}
    return {word for word in quoted if re.fullmatch(r"[\w./-]+(/|\.(py|md|toml))", word)}


@pytest.mark.parametrize("readme", READMES)
def test_every_place_of_the_map_exists(readme):
    found = paths_in_map(readme)
    assert len(found) > 15
    assert [path for path in sorted(found) if not (ROOT / path).exists()] == []


def test_both_readmes_name_the_same_places():
    brief, whole = (paths_in_map(readme) | {"webapp/", "webapp/templates/"} for readme in reversed(READMES))
    assert brief <= whole


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_is_pinned_with_hashes_and_names_no_address(name):
    text = (ROOT / f"{name}.txt").read_text()
    packages = re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==\S+(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    asked = set(re.findall(r"^([a-z][a-z0-9-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE))
    assert asked <= {package for package, _ in packages}
    assert all("--hash=sha256:" in rest for _, rest in packages)
    assert "://" not in text and "--index" not in text


def test_the_lock_file_of_the_browser_packages_names_no_registry():
    packages = json.loads((ROOT / "webapp/frontend/package-lock.json").read_text())["packages"]
    assert len(packages) > 10
    assert [name for name, each in packages.items() if "resolved" in each or (name and "integrity" not in each)] == []


def test_browser_packages_have_exact_versions():
    package = json.loads((ROOT / "webapp/frontend/package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_every_library_of_ours_has_its_reason():
    decisions = (ROOT / "DECISIONS.md").read_text().lower()
    without_a_word = {"python-docx", "itsdangerous", "babel"}  # come with docxtpl, Flask, Flask-Babel
    asked = set(re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)) - without_a_word
    assert sorted(name for name in asked if name.replace("-", "") not in decisions.replace("-", "")) == []
