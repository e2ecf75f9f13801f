#!/usr/bin/env python3
"""crmd.py - somebody's customer system: JSON by GET, and all that can go wrong with it.

    crmd.py PORTFILE

GET /c/KEY answers by what KEY is: "none" is nobody (404), "empty" nobody (null), "slow" takes
ten seconds, "held" as long as nobody says PUT /_/release, "e500", "e401" fail with that status, "garbage" is no JSON, "huge" a megabyte,
"redirect" leads to another customer, "private" has a phone number for a level; everybody else
has a level, orders and scores.  PUT /_/down and /_/up make all of it fail with 503 (Retry-After:
1) and work again.  GET /_/log: {"path", "authorization"} of each request so far.
"""
import sys
import threading
import time
from urllib.parse import unquote

import loopback

lock = threading.Lock()
log = []
state = {"down": False, "released": threading.Event()}


class Handler(loopback.Handler):
    def do_PUT(self):
        if self.path == "/_/release":
            state["released"].set()
        else:
            state["down"] = self.path == "/_/down"
        self.answer(204, b"")

    def do_GET(self):
        if self.path == "/_/log":
            with lock:
                return self.answer(200, log)
        with lock:
            log.append({"path": self.path, "authorization": self.headers.get("Authorization")})
        if state["down"]:
            return self.answer(503, b"", {"Retry-After": "1"})
        return self.customer(unquote(self.target()[0].rsplit("/", 1)[1]))

    def customer(self, key):
        if key == "slow":
            time.sleep(10)
        if key == "held":
            state["released"].wait(60)
        if key == "none":
            return self.answer(404, {"error": "no such customer"})
        if key == "empty":
            return self.answer(200, None)
        if key in ("e500", "e401"):
            return self.answer(int(key[1:]), {"level": "wrong"})
        if key == "garbage":
            return self.answer(200, b"<html>13812345678")
        if key == "huge":
            return self.answer(200, {"level": "x" * (1 << 20)})
        if key == "redirect":
            return self.answer(302, b"", {"Location": "/c/other"})
        level = "13812345678" if key == "private" else "gold"
        row = {"profile": {"level": level, "orders": len(key)}, "scores": [5, 4, 5],
               "first": "2020-01-01T00:00:00Z", "name": "张三"}
        return self.answer(200, row)


loopback.serve(Handler, sys.argv[1])
