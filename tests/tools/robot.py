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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def signature(timestamp, secret):
    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


class Robot(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    calls = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        good = query.get("sign") == signature(query.get("timestamp", ""),
                                              os.environ.get("ROBOT_SECRET", ""))
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            log.write(json.dumps({"path": url.path, "query": query, "good": good,
                                  "body": json.loads(body)}, ensure_ascii=False) + "\n")
        Robot.calls += 1
        failures = int(sys.argv[3]) if len(sys.argv) > 3 else 0
        answer = b'{"errcode":310000,"errmsg":"sign not match"}' if Robot.calls <= failures \
            else b'{"errcode":0,"errmsg":"ok"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
with open(sys.argv[1] + ".part", "w", encoding="ascii") as f:
    f.write(f"127.0.0.1:{server.server_port}\n")
os.rename(sys.argv[1] + ".part", sys.argv[1])
server.serve_forever()
