"""aiosmtpd with what the tests want of it; its books are JSON lines on standard output. Ends with its input.

arguments: mode (starttls, implicit or plain), certificate, key, mechanism to leave out (or -), size limit"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, certificate, key, without, limit = sys.argv[1:6]


def note(**what):
    print(json.dumps(what), flush=True)


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == "ü@example.org".encode() and data.password == "pässword".encode()
    return AuthResult(success=good, handled=good)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 nobody of that name"
        if address.startswith("later@"):
            return "450 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        if b"refuse me" in envelope.content:
            return "554 5.6.0 not that"
        note(
            sender=envelope.mail_from,
            options=envelope.mail_options,
            rcpt=envelope.rcpt_tos,
            data=base64.b64encode(envelope.content).decode(),
            tls=bool(session.ssl) or mode == "implicit",
            authenticated=bool(session.authenticated),
            peer=session.peer[1],
        )
        return "250 2.0.0 kept"


async def main():
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)

    def session():
        return SMTP(
            Handler(),
            data_size_limit=int(limit),
            enable_SMTPUTF8=True,
            tls_context=context if mode == "starttls" else None,
            require_starttls=mode == "starttls",
            auth_required=mode != "plain",
            # Over implicit TLS aiosmtpd does not see that there is TLS.
            auth_require_tls=mode == "starttls",
            auth_exclude_mechanism=[without] if without != "-" else [],
            authenticator=authenticate,
            loop=asyncio.get_running_loop(),
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "implicit" else None)
    note(port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
