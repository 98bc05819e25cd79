"""An SMTP server for one test, on loopback: mail_server.py SECURITY [CERTIFICATE KEY], SECURITY one of starttls, tls, none.

The first line it prints is its port; then one JSON line an event. What it does with a mail depends on the recipient's
local part: "unknown" 550, "later" 451, "spam" 554 after the content, "hang" never answers; the sender "banned" 553.
With --sign-in nobody sends without the user "habeas" and the password "correct horse".
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def say(**event):
    print(json.dumps(event), flush=True)


def part(mail, kind):
    body = mail.get_body((kind,))
    return body.get_content().replace("\r\n", "\n") if body else None


def defects(mail):
    found = list(mail.defects)
    for piece in mail.walk():
        found += piece.defects
        for _, value in piece.items():
            found += getattr(value, "defects", [])
    return [repr(defect) for defect in found]


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("banned@"):
            return f"553 5.7.1 <{address}> may not send here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "unknown":
            return f"550 5.1.1 <{address}> has no mailbox here"
        if name == "later":
            return f"451 4.7.1 <{address}> is greylisted"
        if name == "hang":
            say(event="hanging")
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("spam@"):
            return f"554 5.7.1 no thanks, {envelope.rcpt_tos[0]}"
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        say(
            event="mail", sender=envelope.mail_from, recipients=envelope.rcpt_tos, user=session.auth_data,
            encrypted=session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            headers={name: str(value) for name, value in mail.items()}, text=part(mail, "plain"),
            html=part(mail, "html"), defects=defects(mail),
            longest=max(len(line) for line in envelope.original_content.split(b"\r\n")),
            ascii=envelope.original_content.isascii())
        return "250 queued"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"habeas" and data.password == b"correct horse"
    return AuthResult(success=right, handled=right, auth_data=data.login.decode())


async def serve(security, files, sign_in):
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    def make():
        return SMTP(
            Handler(), hostname="mail.test", enable_SMTPUTF8=True,
            tls_context=context if security == "starttls" else None, require_starttls=security == "starttls",
            authenticator=authenticate if sign_in else None, auth_required=sign_in,
            auth_require_tls=security == "starttls")
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(make, "127.0.0.1", 0, ssl=context if security == "tls" else None)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(300)


words = [word for word in sys.argv[1:] if word != "--sign-in"]
asyncio.run(serve(words[0], words[1:], "--sign-in" in sys.argv))
