"""Hands a message to a mail server (SMTP, RFC 5321): to all its addressees, or to none."""

import socket
import ssl

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPDataError, SMTPResponseException, SMTPTimeoutError

from outbid.core.dialect.wire import Mail
from outbid.exchange.outbound.carry.journey import Journey

_NAME = "[127.0.0.1]"
"""How we greet: the name of this machine is nobody's business (RFC 5321, section 4.1.3)."""
_DONE = 250
"""The answer to a whole message. As an error it came before: to the word that a message follows, which then did not."""


async def send(mail: Mail, plain: socket.socket, journey: Journey, context: ssl.SSLContext) -> tuple[int, str, bytes]:
    """The server's last code, at which stage it was said (connect, auth, envelope, data), and its words.

    The code is the server's own and may be none of SMTP's; -1 where its words began with no number.

    Raises what aiosmtplib raises where there is no answer; `journey.sent` tells then how far it came.
    """
    client = SMTP(
        hostname=mail.target.host,
        sock=plain,
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        tls_context=context,
        local_hostname=_NAME,
        timeout=journey.left_s(),
    )
    stage = "connect"
    try:
        journey.phase = "connect" if mail.security == "none" else "tls"
        journey.has_transport = True
        await client.connect()
        journey.connected()
        journey.phase = "send"
        if mail.user:
            stage = "auth"
            await client.login(mail.user, mail.password)
        stage = "envelope"
        await client.mail(mail.sender)
        for address in mail.to:
            await client.rcpt(address)
        stage, journey.phase, journey.sent = "data", "wait", True
        said = await client.data(mail.body)
    except SMTPDataError as error:
        return error.code, "envelope" if error.code == _DONE else stage, _words(error.message)
    except SMTPResponseException as error:
        return error.code, stage, _words(error.message)
    except SMTPTimeoutError:
        raise TimeoutError from None
    finally:
        client.close()
    return said.code, stage, _words(said.message)


def _words(text: str) -> bytes:
    return text.encode(errors="replace")
