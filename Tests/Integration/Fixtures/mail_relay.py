"""A mail relay for the tests (aiosmtpd), on ports of its own; messages are read by Python's email package.

Prints a line of JSON: `plain`, a port that offers STARTTLS and asks for nothing; `secure`, a port that takes mail only
after STARTTLS and a login (user `gate`, password `s3cret-canary`); `certificate`, the authority to trust. Each line on
standard input is a command, answered by "ok": `answer TEXT` is what every message is answered from now on (such as
`250 OK`, `451 later`, `550 no`), `drop` cuts the connection in the middle of a message.
Each message that was taken is written to the file of the first argument as a line of JSON.
"""

import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import os
import ssl
import sys
import tempfile
import threading

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

STATE = {"answer": "250 OK"}
LOG = open(sys.argv[1], "a", buffering=1)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        if STATE["answer"] == "drop":
            server.transport.abort()
            return "451 gone"
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        if STATE["answer"].startswith("250"):
            LOG.write(json.dumps({
                "from": envelope.mail_from, "to": envelope.rcpt_tos, "secure": session.ssl is not None,
                "user": session.auth_data.decode() if session.auth_data else None,
                "fields": {key: str(value) for key, value in message.items()},
                "fieldCount": len(message.keys()), "text": message.get_content(),
                "longest": max(len(line) for line in envelope.original_content.split(b"\r\n")),
            }) + "\n")
        return STATE["answer"]


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"gate" and data.password == b"s3cret-canary"
    return AuthResult(success=good, handled=True if good else False, auth_data=data.login)


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail relay of the tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
    )
    folder = tempfile.mkdtemp(prefix="farfield-mail-")
    paths = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    with open(paths[0], "wb") as file:
        file.write(made.public_bytes(serialization.Encoding.PEM))
    with open(paths[1], "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    return paths


def listen(loop, context, secure):
    def protocol():
        options = {"tls_context": context}
        if secure:
            options |= {"require_starttls": True, "auth_required": True, "authenticator": authenticate}
        return SMTP(Handler(), hostname="relay.test", loop=loop, **options)

    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0))
    return server.sockets[0].getsockname()[1]


def main():
    paths = certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    loop = asyncio.new_event_loop()
    ports = {"plain": listen(loop, context, False), "secure": listen(loop, context, True)}
    threading.Thread(target=loop.run_forever, daemon=True).start()
    print(json.dumps(ports | {"certificate": paths[0]}), flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        STATE["answer"] = rest if word == "answer" else word
        print("ok", flush=True)
    os._exit(0)


main()
