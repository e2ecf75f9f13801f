#!/usr/bin/env python3
"""robot.py - a chat robot's server for tests, on loopback.

    robot.py PORT_FILE LOG [FAILURES]

Answers HTTP 200 always, as DingTalk does: the first FAILURES calls (default 0) with
errcode 310000, the others with 0.  Each call is a line of JSON in LOG, written before
the answer: {"path", "query": {}, "body", "good": is the signature right?}.  The secret
is in the environment, ROBOT_SECRET.
"""
import base64
import hashlib
import hmac
import json
import os
import sys

import loopback


def signature(timestamp, secret):
    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


class Robot(loopback.Handler):
    calls = 0

    def do_POST(self):
        body = self.body()
        path, query = self.target()
        good = query.get("sign") == signature(query.get("timestamp", ""),
                                              os.environ.get("ROBOT_SECRET", ""))
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            log.write(json.dumps({"path": path, "query": query, "good": good,
                                  "body": json.loads(body)}, ensure_ascii=False) + "\n")
        Robot.calls += 1
        failures = int(sys.argv[3]) if len(sys.argv) > 3 else 0
        self.answer(200, {"errcode": 310000, "errmsg": "sign not match"}
                    if Robot.calls <= failures else {"errcode": 0, "errmsg": "ok"})


loopback.serve(Robot, sys.argv[1])
