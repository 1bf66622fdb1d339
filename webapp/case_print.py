"""The whole case on paper (A4): what this person sees of it, without the frame."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy.orm import Session

from engine.cases import queries
from engine.people.person import Person
from webapp import case_page, timeline


def rendered(session: Session, person: Person, case_id: int) -> str:
    """The print view, with the reporter's own words only where ``narrative`` asks for them: paper goes to units. Raises NotFound."""
    page = queries.case_page(session, person, case_id)
    told = timeline.events(session, page, person, timeline.entries(session, case_id))
    frame = case_page.frame(session, person, page)
    return render_template(
        "cases/print.html",
        **{**frame, "narrative": frame["narrative"] if request.args.get("narrative") else ""},
        may_narrate=bool(frame["narrative"]),
        events=list(reversed(told)),
        files=page.attachments,
        letters=page.letters,
        ledger=page.ledger,
    )
