"""Text components: a little of Markdown, and never HTML."""

from __future__ import annotations


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The blocks of a text: ("heading" | "list" | "text", lines).

    Headings begin with ``#``, items of a list with ``-`` or ``*``, an empty line ends a paragraph; nothing else is marked.
    """
    found: list[tuple[str, list[str]]] = []
    for line in (line.strip() for line in text.splitlines()):
        kind = "heading" if line.startswith("#") else "list" if line[:2] in ("- ", "* ") else "text" if line else ""
        words = line.lstrip("#").strip() if kind == "heading" else line[2:].strip() if kind == "list" else line
        if kind in ("list", "text") and found and found[-1][0] == kind:
            found[-1][1].append(words)
        else:
            found.append((kind, [words]))
    return [block for block in found if block[0]]
