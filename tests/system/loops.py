#!/usr/bin/env python3
"""loops.py - programs and people who answer mail, for the test of loops.

    robot PORT RELAY LOG DESK   an SMTP server at robot.test; what comes in is a line of
                                LOG: who it is for, Auto-Submitted, subject, Message-ID
        vacation@   answers everything, as a program that says so
        rude@       answers everything, and looks like a person who replies
        restless@   answers everything with a topic of its own, and no reference
        gone@       is refused
        list@       sends everything on to DESK, as a mailing list does
        anybody else only reads
    send RELAY FROM TO SUBJECT [NAME: VALUE]...
"""
import email
import email.policy
import smtplib
import socketserver
import sys
import threading

THINGS = ("apples pears cherries plums grapes lemons melons peaches oranges mangos figs dates olives "
          "kiwis nuts beans carrots onions leeks").split()
lock = threading.Lock()
count = 0


def number():
    global count
    with lock:
        count += 1
        return count


def headers(*pairs):
    return "".join("%s: %s\r\n" % p for p in pairs)


def submit(relay, sender, to, text):
    host, port = relay.rsplit(":", 1)
    with smtplib.SMTP(host, int(port), timeout=30) as s:
        s.sendmail(sender, [to], text.encode())


def answer(relay, desk, me, sender, mail):
    who, n = me.split("@")[0], number()
    subject = str(mail["Subject"]).replace("\n", "").replace("\r", "")
    back = str(mail["Reply-To"] or mail["From"])
    base = (("From", me), ("To", back), ("Message-ID", "<%s.%d@robot.test>" % (who, n)),
            ("Date", "Sun, 22 Nov 2026 01:00:00 +0000"))
    thread = (("Subject", "Re: " + subject), ("In-Reply-To", str(mail["Message-ID"])),
              ("References", str(mail["Message-ID"])))
    to = email.utils.parseaddr(back)[1]
    if who == "vacation":
        text = headers(*base, *thread, ("Auto-Submitted", "auto-replied")) + "\r\nI am away.\r\n"
        submit(relay, "", to, text)
    elif who == "rude":
        submit(relay, me, to, headers(*base, *thread) + "\r\nThe parcel of my order did not come, I want my money back, for the %d. time.\r\n" % n)
    elif who == "restless":
        thing = THINGS[n % len(THINGS)]
        text = headers(*base, ("Subject", "No %s" % thing)) + "\r\nThe parcel of %s did not come, I want my money back.\r\n" % thing
        submit(relay, me, to, text)
    elif who == "list" and sender != "list-bounces@robot.test":
        mail["List-Id"] = "<list.robot.test>"
        mail["Precedence"] = "list"
        host, port = relay.rsplit(":", 1)
        with smtplib.SMTP(host, int(port), timeout=30) as s:
            s.sendmail("list-bounces@robot.test", [desk], mail.as_bytes(policy=email.policy.SMTP))


class Robot(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        sender, to = "", []
        self.say("220 robot.test ESMTP")
        while True:
            line = self.rfile.readline().decode("latin-1").rstrip("\r\n")
            word = line.upper()
            if not line or word == "QUIT":
                return
            if word.startswith("MAIL FROM:"):
                sender, to = line[10:].split(">")[0].lstrip(" <"), []
            elif word.startswith("RCPT TO:"):
                to.append(line[8:].split(">")[0].lstrip(" <"))
                if to[-1].startswith("gone@"):
                    to.pop()
                    self.say("550 5.1.1 nobody of that name")
                    continue
            elif word == "DATA":
                self.say("354 go on")
                self.take(sender, to)
            self.say("250 good")

    def take(self, sender, to):
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b".\r\n", b""):
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        server = self.server
        for me in to:
            with lock, open(server.log, "a") as log:
                log.write("%s\t%s\t%s\t%s\n" % (me, mail["Auto-Submitted"], mail["Subject"], mail["Message-ID"]))
            threading.Thread(target=answer, args=(server.relay, server.desk, me, sender, mail)).start()


def robot(port, relay, log, desk):
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", int(port)), Robot) as server:
        server.relay, server.log, server.desk = relay, log, desk
        server.serve_forever()


def send(relay, sender, to, subject, *more):
    pairs = [tuple(h.split(": ", 1)) for h in more]
    name = "".join(c for c in subject.lower() if c.isalnum())
    text = headers(("From", sender), ("To", to), ("Subject", subject), ("Date", "Sun, 22 Nov 2026 01:00:00 +0000"),
                   ("Message-ID", "<%s@robot.test>" % name), *pairs)
    submit(relay, sender, to, text + "\r\nThe parcel of my order did not come (%s), I want my money back.\r\n" % subject)


if __name__ == "__main__":
    {"robot": robot, "send": send}[sys.argv[1]](*sys.argv[2:])
