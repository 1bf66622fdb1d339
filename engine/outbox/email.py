"""The channel e-mail: one plain-text message over SMTP."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from engine.outbox.models import Dispatch


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends by ``host:port``; with ``tls`` the connection is upgraded (STARTTLS) and the certificate checked before signing in."""

    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    sender: str = "duban@localhost"
    base_url: str = ""  # put before links of the house, which begin with a slash
    timeout: float = 20.0
    connect: Callable[..., smtplib.SMTP] = smtplib.SMTP

    def send(self, dispatch: Dispatch) -> None:
        """Hand the message to the server. Raises OSError or smtplib.SMTPException when it is not taken."""
        with self.connect(self.host, self.port, timeout=self.timeout) as server:
            if self.tls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(self.message(dispatch))

    def message(self, dispatch: Dispatch) -> EmailMessage:
        """The message as it goes out; its Message-ID comes from its row, so that a repeat is known as one."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = dispatch.address
        message["Subject"] = dispatch.subject
        message["Message-ID"] = f"<duban-{dispatch.id}@{self.sender.rpartition('@')[2] or 'localhost'}>"
        message.set_content(re.sub(r"(?m)^/(?=\S*$)", self.base_url.rstrip("/") + "/", dispatch.body))
        return message
