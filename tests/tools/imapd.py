#!/usr/bin/env python3
"""An IMAP server that goes wrong on demand: imapd.py --port-file F --status F [options].

One user, one folder, mails in memory.  What happened is written to the status file as
JSON: connections, logins, refused, mails, seen, deleted, cuts.

  --can WORDS        what it can do, such as "IDLE UIDPLUS MOVE" (none by default)
  --mails N          so many mails lie there
  --grow             each connection finds one that is not seen
  --die MODE         close the connection: "commands" at its n-th command, "bytes" behind
                     its n-th byte; n is 0 for the first connection and rises by --step
                     until a session comes through
  --slow MS          a few bytes, then a pause, all the time
  --password P       the one that is taken ("secret"); @FILE: what is there at the moment
  --bad KIND=UIDS    how the mails go wrong: no, nil, gone, lie (its size), drop (the connection)
  --reverse          answers of a FETCH in reverse, with things between that nobody asked for
  --read-only        \\Seen cannot be stored
  --no-next          SELECT does not say UIDNEXT
  --quota            COPY and MOVE are refused
  --mute             greets, and then says nothing more
"""
import argparse, base64, json, os, re, socketserver, threading, time

p = argparse.ArgumentParser()
p.add_argument("--port-file", required=True)
p.add_argument("--status", required=True)
p.add_argument("--can", default="")
p.add_argument("--mails", type=int, default=0)
p.add_argument("--grow", action="store_true")
p.add_argument("--die", choices=["commands", "bytes"])
p.add_argument("--step", type=int, default=1)
p.add_argument("--slow", type=float, default=0)
p.add_argument("--password", default="secret")
p.add_argument("--bad", action="append", default=[])
p.add_argument("--reverse", action="store_true")
p.add_argument("--read-only", action="store_true")
p.add_argument("--no-next", action="store_true")
p.add_argument("--quota", action="store_true")
p.add_argument("--mute", action="store_true")
args = p.parse_args()

lock = threading.RLock()
changed = threading.Condition(lock)
mails = {}  # uid: (bytes, set of flags)
state = {"connections": 0, "logins": 0, "refused": 0, "cuts": 0, "whole": 0, "moved": [], "next": 1,
         "login_times": [], "commands": {}}
bad = {}
for item in args.bad:
    kind, uids = item.split("=")
    for uid in uids.split(","):
        bad[int(uid)] = kind


def add_mail():
    n = state["next"]
    state["next"] += 1
    text = (f"From: c{n}@example.net\r\nTo: help@example.org\r\nSubject: mail {n}\r\n"
            f"Message-ID: <s{n}@example.net>\r\nDate: Thu, 1 Oct 2026 10:00:00 +0800\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\nThe parcel {n} is late. 包裹没有到。\r\n")
    mails[n] = (text.encode(), set())


def password():
    if not args.password.startswith("@"):
        return args.password
    with open(args.password[1:], encoding="utf-8") as f:
        return f.read().strip()


def tell():
    seen = sorted(u for u, (_, f) in mails.items() if "\\Seen" in f)
    deleted = sorted(u for u, (_, f) in mails.items() if "\\Deleted" in f)
    with open(args.status + ".new", "w") as f:
        json.dump({**state, "mails": len(mails), "seen": seen, "deleted": deleted}, f)
    os.rename(args.status + ".new", args.status)


for _ in range(args.mails):
    add_mail()


class Cut(Exception):
    pass


def uid_set(text):
    top = max(mails, default=0)
    found = set()
    for part in text.split(","):
        a, _, b = part.partition(":")
        low = top if a == "*" else int(a)
        high = low if not b else top if b == "*" else int(b)
        low, high = min(low, high), max(low, high)
        found |= {u for u in mails if low <= u <= high}
    return sorted(found)


class Session(socketserver.StreamRequestHandler):
    def send(self, data):
        data = data.encode() if isinstance(data, str) else data
        if self.left is not None and len(data) > self.left:
            self.raw(data[: self.left])
            self.left = 0
            raise Cut
        if self.left is not None:
            self.left -= len(data)
        self.raw(data)

    def raw(self, data):
        if args.slow:
            for i in range(0, len(data), 3):
                self.connection.sendall(data[i: i + 3])
                time.sleep(args.slow / 1000)
        elif data:
            self.connection.sendall(data)

    def handle(self):
        with lock:
            self.number = state["connections"]
            state["connections"] += 1
            if args.grow and all("\\Seen" in f for _, f in mails.values()):
                add_mail()
                changed.notify_all()
            tell()
        n = self.number * args.step
        self.left = n if args.die == "bytes" else None
        self.commands = n if args.die == "commands" else None
        self.idling = False
        try:
            self.dialogue()
        except Cut:
            with lock:
                state["cuts"] += 1
        except (ConnectionError, OSError, ValueError):
            pass
        with lock:
            tell()

    def dialogue(self):
        self.send("* OK ready\r\n")
        while line := self.rfile.readline():
            if args.mute:
                time.sleep(3600)
            if self.commands is not None:
                if self.commands == 0:
                    raise Cut
                self.commands -= 1
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            name, _, words = rest.partition(" ")
            if name.upper() == "UID":
                name, _, words = words.partition(" ")
                name = "uid_" + name
            with lock:
                state["commands"][name.lower()] = state["commands"].get(name.lower(), 0) + 1
            do = getattr(self, "do_" + name.lower(), None)
            answer = do(tag, words) if do else "BAD what is that"
            self.send(f"{tag} {answer}\r\n")
            with lock:
                tell()
            if name.upper() == "LOGOUT":
                return

    def do_capability(self, tag, words):
        self.send(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN {args.can}\r\n")
        return "OK"

    def check(self, good):
        with lock:
            state["logins"] += 1
            state["login_times"].append(time.time())
            if not good:
                state["refused"] += 1
        return "OK logged in" if good else "NO [AUTHENTICATIONFAILED] wrong password"

    def do_login(self, tag, words):
        return self.check(words.endswith(f'"{password()}"'))

    def do_authenticate(self, tag, words):
        if " " not in words:
            self.send("+ \r\n")
            words += " " + self.rfile.readline().decode().strip()
        kind, _, secret = words.partition(" ")
        text = base64.b64decode(secret).decode()
        if kind == "XOAUTH2":
            good = f"Bearer {password()}\1" in text
            if not good:
                self.send("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
                self.rfile.readline()
            return self.check(good)
        return self.check(text.split("\0")[2] == password())

    def do_id(self, tag, words):
        self.send('* ID ("name" "x")\r\n')
        return "OK"

    def do_noop(self, tag, words):
        with lock:
            self.send(f"* {len(mails)} EXISTS\r\n")
        return "OK"

    def do_select(self, tag, words):
        with lock:
            following = "" if args.no_next else f"* OK [UIDNEXT {state['next']}] n\r\n"
            self.send(f"* FLAGS (\\Seen \\Deleted)\r\n* {len(mails)} EXISTS\r\n* 0 RECENT\r\n"
                      f"* OK [UIDVALIDITY 7] v\r\n{following}"
                      "* OK [PERMANENTFLAGS (\\Seen \\*)] [bracket\r\n* OK [NOMODSEQ] x\r\n")
        return "OK [READ-WRITE] open"

    do_examine = do_select

    def do_create(self, tag, words):
        return "OK"

    def do_logout(self, tag, words):
        self.send("* BYE\r\n")
        with lock:
            state["whole"] += 1
        return "OK"

    def do_uid_search(self, tag, words):
        key = re.match(r"UID (\S+) ?(.*)", words)
        with lock:
            found = uid_set(key[1])
            if "UNSEEN" in key[2]:
                found = [u for u in found if "\\Seen" not in mails[u][1]]
        self.send("* SEARCH" + "".join(f" {u}" for u in found) + "\r\n")
        return "OK"

    def do_uid_fetch(self, tag, words):
        which, _, what = words.partition(" ")
        with lock:
            found = [u for u in uid_set(which) if bad.get(u) != "gone" or "BODY" not in what]
            copies = {u: mails[u][0] for u in found}
            sequence = {u: i + 1 for i, u in enumerate(sorted(mails))}
        if args.reverse:
            found = found[::-1]
        for u in found:
            mail = copies[u]
            if "RFC822.SIZE" in what:
                size = 10 if bad.get(u) == "lie" else len(mail)
                self.send(f"* {sequence[u]} FETCH (UID {u} RFC822.SIZE {size})\r\n")
                continue
            if args.reverse:
                self.send(f"* {len(copies)} EXISTS\r\n* OK [ALERT] a \"word\r\n* {sequence[u]} FETCH (FLAGS (\\Seen))\r\n")
            kind = bad.get(u)
            if kind == "no":
                return "NO this mail is broken"
            if kind == "drop":
                self.send(f"* {sequence[u]} FETCH (UID {u} BODY[] {{{len(mail)}}}\r\n".encode() + mail[:50])
                raise Cut
            if kind == "nil":
                self.send(f"* {sequence[u]} FETCH (UID {u} BODY[] NIL)\r\n")
                continue
            if "HEADER" in what:
                mail = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                self.send(f"* {sequence[u]} FETCH (UID {u} BODY[HEADER] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n")
            elif args.reverse:
                self.send(f"* {sequence[u]} FETCH (BODY[] {{{len(mail)}}}\r\n".encode() + mail + f" UID {u})\r\n".encode())
            else:
                self.send(f"* {sequence[u]} FETCH (UID {u} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n")
        return "OK"

    def do_uid_store(self, tag, words):
        if args.read_only:
            return "NO [READ-ONLY] not here"
        which, _, what = words.partition(" ")
        with lock:
            for u in uid_set(which):
                mails[u][1].update(re.findall(r"\\\w+", what))
        return "OK"

    def do_uid_copy(self, tag, words):
        if args.quota:
            return "NO [OVERQUOTA] full"
        with lock:
            state["moved"] += uid_set(words.split(" ")[0])
        return "OK"

    def do_uid_move(self, tag, words):
        if args.quota:
            return "NO [OVERQUOTA] full"
        with lock:
            for u in uid_set(words.split(" ")[0]):
                state["moved"].append(u)
                del mails[u]
        return "OK"

    def do_uid_expunge(self, tag, words):
        with lock:
            for u in uid_set(words):
                if "\\Deleted" in mails[u][1]:
                    del mails[u]
        return "OK"

    def do_idle(self, tag, words):
        self.send("+ idling\r\n")
        with lock:
            had = len(mails)
            self.send(f"* {had} EXISTS\r\n")
        line = self.rfile.readline()
        if line.strip().upper() != b"DONE":
            raise Cut
        return "OK"


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 0), Session) as server:
    tell()
    with open(args.port_file + ".new", "w") as f:
        f.write(str(server.server_address[1]))
    os.rename(args.port_file + ".new", args.port_file)
    server.serve_forever()
