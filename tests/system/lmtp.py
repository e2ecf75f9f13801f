#!/usr/bin/env python3
"""lmtp.py - a client that speaks LMTP as a test wants it: lmtp.py WHAT WHERE ARGUMENTS

WHERE is HOST:PORT or a path.  Every mail is `letter(name)`: its subject is the name.

    send   WHERE NAME TO...    deliver one; prints the answer to each recipient
    smtp   WHERE TO NAME...    hand them to a mail server by SMTP
    talk   WHERE LINE...       say the lines one by one; prints the answers
    cut    WHERE FIRST STEP    a session cut at every byte, sent again whole each time
    slow   WHERE KIND          a client that takes too long; says how it ended
    many   WHERE N             N clients at once; how many were let in
    flood  WHERE BYTES         a mail that does not end before so many bytes
    fill   WHERE N        mails of 100 KB, until one is not taken; prints the answers
    hold   WHERE BYTES         announce such a mail, begin it, and wait for a line on stdin
"""
import socket
import smtplib
import struct
import sys
import time


def letter(name, size=0):
    fill = "".join("filling line %08d %s\r\n" % (i, "x" * 40) for i in range(size // 64))
    return (
        "From: Customer <customer@example.test>\r\nTo: help@shop.test\r\nSubject: %s\r\n"
        "Date: Sun, 22 Nov 2026 01:00:00 +0000\r\nMessage-ID: <%s@example.test>\r\n\r\n"
        "Where is my order?\r\n..and a dot\r\n%s" % (name, name, fill)
    ).encode()


def connect(where):
    if where.startswith("/"):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(60)
        s.connect(where)
        return s
    host, port = where.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=60)


class Client:
    def __init__(self, where):
        self.s = connect(where)
        self.file = self.s.makefile("rb")
        self.greeting = self.answer()

    def answer(self):
        lines = []
        while True:
            line = self.file.readline().decode()
            if not line:
                return "gone"
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def say(self, line):
        self.s.sendall(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return self.answer()

    def hello(self):
        return self.say("LHLO client.test")

    def mail(self, body, to, sender="customer@example.test"):
        """The answers to each recipient."""
        answer = self.say("MAIL FROM:<%s> SIZE=%d" % (sender, len(body)))
        if answer[0] != "2":
            return [answer] * len(to)
        said = [self.say("RCPT TO:<%s>" % t) for t in to]
        if not [a for a in said if a[0] == "2"]:
            return said
        answer = self.say("DATA")
        if answer[0] != "3":
            return [answer] * len(to)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        self.s.sendall(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return [self.answer() if a[0] == "2" else a for a in said]


def send(where, name, *to):
    c = Client(where)
    c.hello()
    print("\n".join(c.mail(letter(name), to)))
    c.say("QUIT")


def smtp(where, to, *names):
    host, port = where.rsplit(":", 1)
    with smtplib.SMTP(host, int(port), timeout=60) as s:
        for name in names:
            s.sendmail("customer@example.test", to.split(","), letter(name))


def talk(where, *lines):
    c = Client(where)
    print(c.greeting)
    for line in lines:
        print(c.say(line.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0")))


def cut(where, first, step):
    """All of it in one piece, as far as it goes; a reset in place of an end each third
    time.  Then the same mail whole, which has to be taken."""
    head = "LHLO x\r\nMAIL FROM:<customer@example.test>\r\nRCPT TO:<help@shop.test>\r\nDATA\r\n"
    at, n = int(first), 0
    while True:
        name = "cut-%04d" % at
        body = letter(name)
        session = head.encode() + body.replace(b"\r\n.", b"\r\n..") + b".\r\nQUIT\r\n"
        if at > len(session):
            break
        s = connect(where)
        s.sendall(session[:at])
        if at % 3 == 0:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        c = Client(where)
        c.hello()
        answers = c.mail(body, ["help@shop.test"])
        if [a[:3] for a in answers] != ["250"]:
            sys.exit("cut at %d: the mail whole was answered %s" % (at, answers))
        c.s.close()
        at += int(step)
        n += 1
    print(n)


def ends(s, drip, every, limit):
    """Send a byte now and then until the other side closes; the last it said."""
    said, end = b"", time.monotonic() + limit
    s.settimeout(every)
    while time.monotonic() < end:
        try:
            if drip:
                s.sendall(drip)
            got = s.recv(65536)
            if not got:
                return (said.decode().strip().splitlines() or ["nothing"])[-1]
            said += got
        except socket.timeout:
            pass
        except OSError:
            return (said.decode().strip().splitlines() or ["nothing"])[-1]
    return "it did not end"


def slow(where, kind):
    if kind == "silent":
        print(ends(connect(where), b"", 0.1, 30))
        return
    if kind == "command":
        print(ends(connect(where), b"N", 0.1, 30))
        return
    c = Client(where)
    c.hello()
    c.say("MAIL FROM:<a@b.test>")
    c.say("RCPT TO:<help@shop.test>")
    if kind == "deaf":  # it sends, and never reads an answer
        c.s.settimeout(5)
        end = time.monotonic() + 30
        try:
            while time.monotonic() < end:
                c.s.sendall(b"RCPT TO:<help@shop.test>\r\n" * 1000)
            print("it did not end")
        except OSError:
            print("it was ended")
        return
    c.say("DATA")
    print(ends(c.s, b"x", 0.05, 30))


def many(where, n):
    clients = [Client(where) for _ in range(int(n))]
    print(len([c for c in clients if c.greeting.startswith("220")]))
    print("\n".join(sorted({c.greeting for c in clients if not c.greeting.startswith("220")})))


def flood(where, size):
    c = Client(where)
    c.hello()
    c.say("MAIL FROM:<a@b.test>")
    c.say("RCPT TO:<help@shop.test>")
    c.say("DATA")
    c.s.sendall(letter("flood", int(size)) + b".\r\n")
    print(c.answer())
    print(c.say("NOOP"))


def fill(where, n):
    c = Client(where)
    c.hello()
    for i in range(int(n)):
        answers = c.mail(letter("fill-%d" % i, 100000), ["help@shop.test"])
        print(answers[0])
        if answers[0][:3] != "250":
            break


def hold(where, size):
    c = Client(where)
    c.hello()
    print(c.say("MAIL FROM:<a@b.test> SIZE=%s" % size), flush=True)
    c.say("RCPT TO:<help@shop.test>")
    c.say("DATA")
    sys.stdin.readline()
    c.s.sendall(letter("held") + b".\r\n")
    print(c.answer())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
