"""The whole case on paper (A4): what this person sees of it, without the frame."""

from __future__ import annotations

from flask import render_template
from sqlalchemy.orm import Session

from engine.cases import queries
from engine.people.person import Person
from webapp import case_page, timeline


def rendered(session: Session, person: Person, case_id: int) -> str:
    """The print view. Raises NotFound."""
    page = queries.case_page(session, person, case_id)
    told = timeline.events(session, page, person, timeline.entries(session, case_id))
    return render_template(
        "cases/print.html",
        **case_page.frame(session, person, page),
        events=list(reversed(told)),
        files=page.attachments,
        letters=page.letters,
        ledger=page.ledger,
    )
