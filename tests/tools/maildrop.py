#!/usr/bin/env python3
"""Deliver mails into a Maildir, as a delivery agent does: written to tmp, renamed into
new.  maildrop.py MAILDIR FROM COUNT RATE [SIZE]: mails FROM .. FROM+COUNT-1, so many a
second (0: as fast as it goes).  Mail n has the subject "mail n" and its own Message-ID.
"""
import os, sys, time

box, first, count, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
size = int(sys.argv[5]) if len(sys.argv) > 5 else 0
texts = (
    "The parcel of order %d did not come, and nobody answers the phone.",
    "订单 %d 的包裹一直没有收到，客服电话打不通，请尽快处理。",
    "I like the headphones of order %d. Sound is good, the box was damaged.",
    "订单 %d 的充电器发热严重，要求退货退款。",
)
for name in ("tmp", "new", "cur"):
    os.makedirs(f"{box}/{name}", exist_ok=True)
owner = os.stat(os.path.dirname(box))
begin = time.monotonic()
for i in range(count):
    n = first + i
    text = texts[n % len(texts)] % n
    body = text + "\n" + "x" * 70 + "\n"
    if size:
        body += ("y" * 75 + "\n") * (size // 76)
    mail = (
        f"Return-Path: <c{n % 1000}@example.net>\nFrom: Customer {n % 1000} <c{n % 1000}@example.net>\n"
        f"To: help@example.org\nSubject: mail {n}\nMessage-ID: <n{n}@example.net>\n"
        f"Date: Thu, 1 Oct 2026 10:00:00 +0800\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
    name = f"{1790000000 + n // 1000}.M{n % 1000:06d}P{os.getpid()}_{n}.test"
    with open(f"{box}/tmp/{name}", "wb") as f:
        f.write(mail.encode())
        if owner.st_uid != os.getuid():
            os.fchown(f.fileno(), owner.st_uid, owner.st_gid)
    os.rename(f"{box}/tmp/{name}", f"{box}/new/{name}")
    if rate:
        late = begin + (i + 1) / rate - time.monotonic()
        if late > 0:
            time.sleep(late)
for name in ("tmp", "new", "cur", "."):
    if owner.st_uid != os.getuid():
        os.chown(f"{box}/{name}", owner.st_uid, owner.st_gid)
