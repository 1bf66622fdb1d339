"""Which cases a person sees, and what of them: the row rules of permissions as SQL, and everything a case's page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from engine.cases import attachments, comments, ledger, links, parties
from engine.cases.models import Attachment, Case, CaseLink, CaseUnit, Comment, LedgerRow, Letter, Watch
from engine.errors import NotFound
from engine.people.permissions import OFFICE, REFERRAL, may
from engine.people.person import Person, PostView
from engine.processes.models import Task


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees of one case. ``facts`` are those that permissions asks for; pass them to ``may``."""

    narrative: bool  # the reporter's own words, and about whom
    office: bool  # remarks, files and letters for the office
    identity: bool  # may open the identity, with a reason
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that its page shows to this person; what they may not see is not in it."""

    case: Case
    sight: Sight
    units: Sequence[CaseUnit]
    comments: Sequence[Comment]
    attachments: Sequence[Attachment]
    letters: Sequence[Letter]
    ledger: Sequence[LedgerRow]
    links: Sequence[tuple[CaseLink, Case]]
    source: Case | None
    caused: Sequence[Case]
    watched: bool


def visible_cases(person: Person | None) -> ColumnElement[bool]:
    """The condition on Case that this person sees its row (processes.md, part 0). A stranger sees none.

    Referrals (kind accountability) are for the discipline inspection, the director, the leading group and the auditor only, and for
    the office's drafter as long as the draft waits for them.
    """
    if person is None:
        return false()
    posts = person.all_posts()
    rules = [_drafts(person)]
    if any(post.role in ("leader", "office.director", "auditor") for post in posts):
        return true()
    if any(post.role in OFFICE for post in posts):
        rules.append(Case.kind != "accountability")
    if any(post.role == "discipline" for post in posts):
        rules.append(_referral_or_its_source())
    if person.areas():
        rules.append(and_(Case.area.in_(person.areas()), Case.kind != "accountability"))
    if person.units():
        rules.append(and_(_takes_part(person), Case.kind != "accountability"))
    return or_(*rules)


def sees(session: Session, person: Person | None, case_id: int) -> bool:
    """Does this person see the case?"""
    return session.scalar(select(Case.id).where(Case.id == case_id, visible_cases(person))) is not None


def get_case(session: Session, person: Person | None, case_id: int) -> Case:
    """The case, for a person who sees it. Raises NotFound otherwise: nobody learns that a case exists which they may not see."""
    case = session.scalar(select(Case).where(Case.id == case_id, visible_cases(person)))
    if case is None:
        raise NotFound("没有这个案卷，或您不能查看。")
    return case


def by_number(session: Session, person: Person | None, number: str) -> Case:
    """The case with this number, for a person who sees it. Raises NotFound otherwise, with the same words whether it exists or not."""
    case = session.scalar(select(Case).where(Case.number == number.strip(), visible_cases(person)))
    if case is None:
        raise NotFound("没有这个案卷，或您不能查看。")
    return case


def sight(session: Session, person: Person, case: Case) -> Sight:
    """What this person, who sees the case's row, sees of it."""
    units = session.scalars(select(CaseUnit.unit_id).where(CaseUnit.case_id == case.id, CaseUnit.until.is_(None))).all()
    drafts = case.kind == "accountability" and not person.acts_as(*REFERRAL)
    facts: dict[str, Any] = {"sees": True, "units": set(units), "drafts": drafts}
    return Sight(
        narrative=may(person, "case.narrative", case, facts),
        office=may(person, "case.office", case, facts),
        identity=may(person, "case.identity.open", case, facts),
        facts=facts,
    )


def case_page(session: Session, person: Person, case_id: int) -> CasePage:
    """Everything the case's page shows to this person. Raises NotFound when they do not see the case."""
    case = get_case(session, person, case_id)
    mine = sight(session, person, case)
    return CasePage(
        case=case,
        sight=mine,
        units=parties.current(session, case.id),
        comments=comments.of_case(session, case.id, office=mine.office),
        attachments=attachments.of_case(session, case.id, office=mine.office),
        letters=letters(session, case.id, office=mine.office),
        ledger=ledger.of_case(session, case.id),
        links=linked(session, person, case.id),
        source=_source(session, person, case),
        caused=caused(session, person, case.id),
        watched=session.get(Watch, (person.id, case.id)) is not None,
    )


def letters(session: Session, case_id: int, *, office: bool) -> list[Letter]:
    """The case's letters, oldest first; those for the office only where ``office``."""
    query = select(Letter).where(Letter.case_id == case_id).order_by(Letter.id)
    return list(session.scalars(query if office else query.where(Letter.audience == "all")))


def letter(session: Session, person: Person, letter_id: int) -> Letter:
    """One letter of a case that the person sees. Raises NotFound."""
    row = session.get(Letter, letter_id)
    if row is None or not sees(session, person, row.case_id):
        raise NotFound("没有这份文书，或您不能查看。")
    if row.audience != "all" and not sight(session, person, get_case(session, person, row.case_id)).office:
        raise NotFound("没有这份文书，或您不能查看。")
    return row


def linked(session: Session, person: Person, case_id: int) -> list[tuple[CaseLink, Case]]:
    """The ties of the case to others that this person sees, with the other case, strongest first."""
    ties = links.of_case(session, case_id)
    others = {tie.from_id if tie.to_id == case_id else tie.to_id for tie in ties}
    seen = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(others), visible_cases(person)))} if others else {}
    pairs = [(tie, seen.get(tie.from_id if tie.to_id == case_id else tie.to_id)) for tie in ties]
    return [(tie, case) for tie, case in pairs if case is not None]


def caused(session: Session, person: Person, case_id: int) -> list[Case]:
    """Cases that came from this one (referrals, special supervision) and that the person sees."""
    return list(session.scalars(select(Case).where(Case.source_id == case_id, visible_cases(person)).order_by(Case.id)))


def watch(session: Session, person: Person, case_id: int, *, on: bool) -> None:
    """Follow a case, or follow it no longer. Raises NotFound when the person does not see it."""
    get_case(session, person, case_id)
    row = session.get(Watch, (person.id, case_id))
    if on and row is None:
        session.add(Watch(user_id=person.id, case_id=case_id))
    elif not on and row is not None:
        session.delete(row)
    session.flush()


def waits_for(person: Person, task: Any = Task) -> ColumnElement[bool]:
    """The condition on Task that the person, or somebody they stand in for, is its assignee, or may claim it."""
    free = and_(task.assignee_id.is_(None), or_(*[_candidate(post, task) for post in person.all_posts()], false()))
    return or_(task.assignee_id.in_(person.ids()), free)


def _candidate(post: PostView, task: Any) -> ColumnElement[bool]:
    """The same rule as permissions.candidate_posts."""
    if post.role.startswith("unit."):
        return and_(task.role == post.role, task.unit_id == post.unit_id)
    if post.role == "lead":
        return and_(task.role == post.role, task.area == post.area)
    return and_(task.role == post.role)


def _drafts(person: Person) -> ColumnElement[bool]:
    """A task of the case waits for them: whoever must do the work sees what it is about. Of a referral only the office's drafter does.

    Asked case by case (an index range of a few tasks each), never by gathering every task that waits for the person.
    """
    task = aliased(Task)
    waiting = select(task.id).where(task.case_id == Case.id, task.status == "open", waits_for(person, task))
    open_case = and_(Case.kind != "accountability", waiting.correlate(Case).exists())
    if not person.acts_as("office.supervision"):
        return open_case
    drafting = waiting.where(task.role == "office.supervision")
    return or_(open_case, and_(Case.kind == "accountability", drafting.correlate(Case).exists()))


def _referral_or_its_source() -> ColumnElement[bool]:
    referral = aliased(Case)
    sources = select(referral.source_id).where(referral.kind == "accountability", referral.source_id.isnot(None))
    return or_(Case.kind == "accountability", Case.id.in_(sources))


def _takes_part(person: Person) -> ColumnElement[bool]:
    return Case.id.in_(select(CaseUnit.case_id).where(CaseUnit.unit_id.in_(person.units()), CaseUnit.until.is_(None)))


def _source(session: Session, person: Person, case: Case) -> Case | None:
    if case.source_id is None:
        return None
    return session.scalar(select(Case).where(Case.id == case.source_id, visible_cases(person)))
