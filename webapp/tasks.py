"""Tasks (待办): the inbox, the page of one task, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import clock
from engine.cases import saved_views
from engine.cases.identity import without_reporter
from engine.people.permissions import actor_for, may, require
from engine.people.person import Person
from engine.processes import claim as claiming
from engine.processes import delegate as delegating
from webapp import completion, inbox, lines, task_acts, task_form, task_page
from webapp.filters import LIGHTS, Filters
from webapp.ledgers import common
from webapp.session import current_person, house, signed_in
from webapp.views import back

pages = Blueprint("tasks", __name__, url_prefix="/tasks")
Answer = Response | str | tuple[str, int]


@pages.get("/", endpoint="inbox")
@signed_in
def show_inbox() -> str:
    """What waits, in four views, most urgent first."""
    person, at = current_person(), clock.now()
    filters = Filters(request.args, ("tab", "q", "light", *inbox.NAMES))
    with house().sessions.read() as session:
        counts = inbox.counts(session, person, at, filters)
        view = inbox.view(filters.tab, counts)
        filters.set("tab", view)
        page = inbox.page(session, person, view, at, filters, request.args.get("after", ""))
        people = task_acts.assignable(session, person, page.items)
        return render_template(
            "tasks/inbox.html",
            page=page,
            rows=lines.of(session, person, page.items),
            tabs=[(url_for("tasks.inbox", tab=key), word, sum(counts[key].values()), key == view) for key, word in inbox.tabs()],
            counts=counts[view],
            claimable=sum(counts["posts"].values()) if view == "mine" else 0,
            lights=LIGHTS,
            filters=filters,
            fields=inbox.fields(session, filters),
            views=saved_views.of(session, person.id, "tasks"),
            bulk=any(may(person, "task.claim", task) for task in page.items) or bool(people),
            colleagues=people,
            **common(),
        )


@pages.get("/<int:task_id>")
@signed_in
def show(task_id: int) -> str:
    """The page of a task; of one that is done, how it was done."""
    with house().sessions.read() as session:
        found = task_page.find(session, current_person(), task_id)
        if found.task.status != "open":
            return task_page.done(session, current_person(), found)
        return task_page.rendered(session, current_person(), found)


@pages.post("/<int:task_id>")
@signed_in
def complete(task_id: int) -> Answer:
    """Complete a task with the answers of its form; with faults, the page again with everything that was typed."""
    person, files = current_person(), task_form.uploads(request.files)
    try:
        task = completion.complete(person, task_id, request.form, files, request.form.get("_key") or None)
    except completion.Unfinished:
        return _again(person, task_id, {path: [str(file.filename) for file in given] for path, given in files.items()})
    flash(_("已办结：%(step)s", step=task.name), "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _again(person: Person, task_id: int, files: Mapping[str, list[str]]) -> Answer:
    """The page with everything that was typed, and what is to be mended."""
    with house().sessions.read() as session:
        found = task_page.find(session, person, task_id)
        bound = task_form.bound(session, person, found.task, found.page.instance, found.case, request.form, files=files)
        page = task_page.rendered(session, person, found, request.form, bound, request.form.get("_key", ""))
        return page, 200 if bound.moved else 422


@pages.post("/<int:task_id>/fields")
@signed_in
def fields(task_id: int) -> str:
    """The fields again after an answer that others depend on (htmx); nothing is checked or kept."""
    with house().sessions.read() as session:
        found = task_page.find(session, current_person(), task_id)
        require(current_person(), "task.complete", found.task, found.facts)
        bound = task_form.bound(session, current_person(), found.task, found.page.instance, found.case, request.form, quiet=True)
        return render_template("tasks/fields.html", bound=bound, task=found.task)


@pages.post("/<int:task_id>/draft")
@signed_in
def draft(task_id: int) -> Answer:
    """Keep what has been typed so far."""
    with house().sessions.begin() as session:
        found = task_page.find(session, current_person(), task_id)
        require(current_person(), "task.complete", found.task, found.facts)
        task_form.keep_draft(session, current_person(), task_id, request.form)
    return "", 204


@pages.post("/<int:task_id>/claim")
@signed_in
def claim(task_id: int) -> Response:
    """Take a task that nobody has taken."""
    return _act(task_id, "task.claim", claiming.claim, done=_("已认领。"))


@pages.post("/<int:task_id>/unclaim")
@signed_in
def unclaim(task_id: int) -> Response:
    """Put a task back to the post."""
    return _act(task_id, "task.unclaim", claiming.unclaim, done=_("已放回岗位。"))


@pages.post("/<int:task_id>/delegate")
@signed_in
def delegate(task_id: int) -> Response:
    """Let a colleague of the same post do it; it can come back."""
    to = request.form.get("to", type=int) or 0
    return _act(task_id, "task.delegate", delegating.delegate, to, done=_("已转办。"), to=to)


@pages.post("/<int:task_id>/give-back")
@signed_in
def give_back(task_id: int) -> Response:
    """Return a delegated task to whom it came from."""
    return _act(task_id, "task.give-back", delegating.give_back, done=_("已交还。"))


@pages.post("/<int:task_id>/take-back")
@signed_in
def take_back(task_id: int) -> Response:
    """Have a task again that one let a colleague do."""
    return _act(task_id, "task.take-back", delegating.take_back, done=_("已收回。"))


@pages.post("/<int:task_id>/assign")
@signed_in
def assign(task_id: int) -> Response:
    """Give a task to one of those whose post it is."""
    to = request.form.get("to", type=int) or 0
    return _act(task_id, "task.assign", claiming.assign, to, done=_("已分派。"), to=to)


@pages.post("/claim")
@signed_in
def claim_many() -> Response:
    """Take all the chosen tasks that can still be taken."""
    done, failed = task_acts.each(current_person(), _chosen(), "task.claim", claiming.claim)
    flash(*task_acts.told(_("认领"), done, failed))
    return back("tasks.inbox")


@pages.post("/assign")
@signed_in
def assign_many() -> Response:
    """Give all the chosen tasks to one person, as far as that person's post and one's own allow it."""
    to = request.form.get("to", type=int)
    if to is None:
        flash(_("请先选择分派给谁。"), "warning")
        return back("tasks.inbox")
    done, failed = task_acts.each(current_person(), _chosen(), "task.assign", claiming.assign, to, to=to)
    flash(*task_acts.told(_("分派"), done, failed))
    return back("tasks.inbox")


def _chosen() -> list[int]:
    return [int(text) for text in request.form.getlist("task") if text.isdecimal() and len(text) < 16][:200]


def _act(task_id: int, verb: str, use_case: Callable[..., Any], *given: Any, done: str, to: int | None = None) -> Response:
    person = current_person()
    with house().sessions.read() as session:
        found = task_page.find(session, person, task_id)
        task_acts.check(session, person, found.task, verb, found.facts, to)
        reason = without_reporter(session, house().keys, found.task.case_id, request.form.get("reason", ""))
    house().act(use_case, task_id, *given, by=actor_for(person, found.task), reason=reason)
    flash(done, "success")
    return back("tasks.show", task_id=task_id)
