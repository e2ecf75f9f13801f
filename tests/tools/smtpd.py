#!/usr/bin/env python3
"""A mail relay for tests: smtpd.py FOLDER [--cert FILE] [--login USER:PASSWORD] [--token T]
T may be @FILE: the token that is there at the moment.

It listens on two free ports of the loopback interface and writes them to FOLDER/ports:
"PLAIN TLS".  The first offers STARTTLS if there is a certificate.  Each mail that it said
250 to is a file FOLDER/mail/N, with the envelope in its first two lines.

FOLDER/mode says what it does wrong, and may change at any time:

ok              nothing
SEEN REPLY      at SEEN, which is greet, ehlo, starttls, auth, mail, rcpt, data or text, it
                says REPLY: "rcpt 550 5.1.1 nobody"
SEEN drop       there it closes the connection
text keep-drop  takes the mail, and closes the connection instead of saying 250
text hang       takes the mail, and says nothing more
"""
import argparse
import asyncio
import base64
import os
import ssl


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("folder")
    p.add_argument("--cert")
    p.add_argument("--login")
    p.add_argument("--token")
    return p.parse_args()


args = parse()
context = None
if args.cert:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(args.cert + ".pem", args.cert + ".key")
counts = {"mail": 0, "connections": 0, "auth": 0}


def mode():
    try:
        with open(os.path.join(args.folder, "mode"), encoding="utf-8") as f:
            return f.read().strip().split(" ", 1)
    except OSError:
        return ["ok"]


def token():
    if not args.token.startswith("@"):
        return args.token
    with open(args.token[1:], encoding="utf-8") as f:
        return f.read().strip()


def count(what):
    counts[what] += 1
    with open(os.path.join(args.folder, what + ".count"), "w", encoding="utf-8") as f:
        f.write(str(counts[what]))
    return counts[what]


class End(Exception):
    pass


class Session:
    def __init__(self, reader, writer, is_tls):
        self.reader, self.writer, self.is_tls = reader, writer, is_tls
        self.is_in = not (args.login or args.token)

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def at(self, what, otherwise):
        """Say what the mode wants here; True if it was nothing bad."""
        m = mode()
        if m[0] != what or m[1] in ("keep-drop", "hang"):
            await self.say(otherwise)
            return True
        if m[1] == "drop":
            raise End
        await self.say(m[1])
        return False

    async def line(self):
        line = await self.reader.readline()
        if not line:
            raise End
        return line.decode("latin-1").rstrip("\r\n")

    async def ehlo(self):
        lines = ["relay.test", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 50000000"]
        if context and not self.is_tls:
            lines.append("STARTTLS")
        if args.login or args.token:
            lines.append("AUTH " + ("XOAUTH2" if args.token else "PLAIN LOGIN"))
        text = "\r\n".join("250-" + line for line in lines[:-1]) + "\r\n250 " + lines[-1]
        await self.at("ehlo", text)

    async def starttls(self):
        if not await self.at("starttls", "220 2.0.0 go"):
            return
        await self.writer.start_tls(context)
        self.is_tls = True

    async def auth(self, words):
        count("auth")
        given = words[2] if len(words) > 2 else None
        if given is None:
            await self.say("334 ")
            given = await self.line()
        plain = base64.b64decode(given + "==").decode("latin-1")
        if args.token:
            good = plain.endswith(f"auth=Bearer {token()}\x01\x01")
        else:
            good = plain.split("\0")[1:] == args.login.split(":")
        if good and await self.at("auth", "235 2.7.0 in"):
            self.is_in = True
        elif not good:
            await self.say("535 5.7.8 wrong")

    async def text(self, sender, to):
        if not await self.at("data", "354 go on"):
            return
        body = b""
        while True:
            line = await self.reader.readline()
            if not line:
                raise End
            if line == b".\r\n":
                break
            body += line[1:] if line.startswith(b".") else line
        m = mode()
        if m[0] == "text" and m[1] not in ("keep-drop", "hang"):
            await self.at("text", "250 never")
            return
        n = count("mail")
        path = os.path.join(args.folder, "mail", str(n))
        with open(path + ".new", "wb") as f:
            f.write(f"{sender}\n{to}\n".encode() + body)
        os.rename(path + ".new", path)
        if m[0] == "text" and m[1] == "keep-drop":
            raise End
        if m[0] == "text" and m[1] == "hang":
            await asyncio.sleep(3600)
        await self.say("250 2.0.0 taken")

    async def run(self):
        sender = to = ""
        if not await self.at("greet", "220 relay.test ESMTP"):
            return
        while True:
            words = (await self.line()).split(" ")
            verb = words[0].upper()
            if verb in ("EHLO", "HELO"):
                await self.ehlo()
            elif verb == "STARTTLS":
                await self.starttls()
            elif verb == "AUTH":
                await self.auth(words)
            elif verb == "MAIL" and not self.is_in:
                await self.say("530 5.7.0 log in first")
            elif verb == "MAIL":
                sender = words[1]
                await self.at("mail", "250 2.1.0 yes")
            elif verb == "RCPT":
                to = words[1]
                await self.at("rcpt", "250 2.1.5 yes")
            elif verb == "DATA":
                await self.text(sender, to)
            elif verb == "QUIT":
                await self.say("221 2.0.0 bye")
                return
            else:
                await self.say("250 2.0.0 yes")


async def serve(reader, writer, is_tls):
    count("connections")
    try:
        await Session(reader, writer, is_tls).run()
    except (End, OSError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def main():
    os.makedirs(os.path.join(args.folder, "mail"), exist_ok=True)
    counts["mail"] = len(os.listdir(os.path.join(args.folder, "mail")))
    ports = []
    for tls in (False, True):
        server = await asyncio.start_server(
            lambda r, w, tls=tls: serve(r, w, tls), "127.0.0.1", 0,
            ssl=context if tls else None, limit=1 << 26)
        ports.append(server.sockets[0].getsockname()[1])
    with open(os.path.join(args.folder, "ports.new"), "w", encoding="utf-8") as f:
        f.write(f"{ports[0]} {ports[1]}\n")
    os.rename(os.path.join(args.folder, "ports.new"), os.path.join(args.folder, "ports"))
    await asyncio.Event().wait()


asyncio.run(main())
