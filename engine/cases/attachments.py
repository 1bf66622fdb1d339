"""Files of a case: checked by content, stored by hash, listed by who may see them."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import media
from engine.cases.files import FileStore
from engine.cases.models import Attachment
from engine.errors import Invalid, NotFound
from engine.processes.courses import append

if TYPE_CHECKING:
    from engine.processes.acts import Act

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 100  # of one case


def store(
    session: Session,
    _ports: object,
    act: Act,
    case_id: int,
    name: str,
    content: bytes | IO[bytes],
    *,
    files: FileStore,
    task_id: int | None = None,
    audience: str = "all",
    most: int = MOST_BYTES,
) -> Attachment:
    """Keep a file in the case. ``audience`` is ``all`` (whoever sees the case) or ``office``.

    Raises Invalid: empty, too big, too many, a type that is not accepted, a zip bomb, a macro, an external entity.
    """
    data = content if isinstance(content, bytes) else content.read(most + 1)
    if not data:
        raise Invalid("文件是空的；请重新选择。", fields={"file": "文件是空的；请重新选择。"})
    if len(data) > most:
        raise Invalid("文件太大；请压缩或拆分后再上传。", fields={"file": "文件太大；请压缩或拆分后再上传。"})
    if len(session.scalars(select(Attachment.id).where(Attachment.case_id == case_id)).all()) >= MOST_FILES:
        raise Invalid("这个案卷的附件已满 100 个；请先与督办岗联系。")
    media_type = media.sniff(data, name)
    stored = files.put(data)
    row = Attachment(
        case_id=case_id,
        task_id=task_id,
        name=media.clean_name(name, media_type),
        media_type=media_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by_id=act.actor.user_id,
        uploaded_by=act.actor.name,
        at=act.at,
        audience=audience,
    )
    session.add(row)
    session.flush()
    # the name is not journaled: a reporter's own file may be called by their name
    append(session, f"case:{case_id}", act.actor, act.at, "file.add", str(row.id), {"sha256": stored.sha256, "size": stored.size})
    return row


def of_case(session: Session, case_id: int, *, office: bool) -> list[Attachment]:
    """The files of the case, oldest first; those for the office only where ``office``."""
    query = select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id)
    return list(session.scalars(query if office else query.where(Attachment.audience == "all")))


def get(session: Session, case_id: int, attachment_id: int, *, office: bool) -> Attachment:
    """One file of the case. Raises NotFound when there is none that this person may see."""
    row = session.get(Attachment, attachment_id)
    if row is None or row.case_id != case_id or (row.audience != "all" and not office):
        raise NotFound("没有这个附件，或您不能查看。")
    return row
