#!/usr/bin/env python3
"""An OAuth2 token endpoint for tests: tokend.py FOLDER

It listens on a free port of the loopback interface, FOLDER/port.  FOLDER/refresh is the
refresh token that is good, FOLDER/access the access token given last ("access-N"); of each
request FOLDER/log gets a line: the mode, the status, and the refresh token that came.

FOLDER/mode says what it does, and may change at any time:

ok        a new access token for an hour
short     for 61 seconds
stale     one that is good no more; from then on it is "ok"
rotate    a new refresh token with it ("refresh/N"), and the old one is good no more
grant     400 invalid_grant
busy      429
garbage   200, and no JSON
empty     200, JSON, and no token in it
control   200, and a token that holds a line's end
large     200, and more than anybody wants to read
drop      closes the connection
"""
import http.server
import json
import os
import sys
import urllib.parse

folder = sys.argv[1]
state = {"n": 0}


def path(name):
    return os.path.join(folder, name)


def read(name, otherwise=""):
    try:
        with open(path(name), encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return otherwise


def write(name, text):
    with open(path(name + ".new"), "w", encoding="utf-8") as f:
        f.write(text + "\n")
    os.rename(path(name + ".new"), path(name))


class Endpoint(http.server.BaseHTTPRequestHandler):
    def form(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return {k: v[0] for k, v in urllib.parse.parse_qs(text, strict_parsing=True).items()}

    def tokens(self, mode):
        state["n"] += 1
        answer = {"access_token": f"access-{state['n']}", "token_type": "Bearer",
                  "expires_in": 61 if mode == "short" else 3600}
        if mode == "stale":
            write("mode", "ok")
        else:
            write("access", answer["access_token"])
        if mode == "rotate":
            answer["refresh_token"] = f"refresh/{state['n']}"
            write("refresh", answer["refresh_token"])
        return 200, json.dumps(answer)

    def judge(self, mode, form):
        fine = (form.get("grant_type"), form.get("client_id"), form.get("client_secret"), form.get("scope"))
        if fine != ("refresh_token", "me", "s&=%", "mail send"):
            return 400, '{"error":"invalid_request"}'
        if mode == "grant" or form.get("refresh_token") != read("refresh"):
            return 400, '{"error":"invalid_grant","error_description":"The user ann@x withdrew it."}'
        return {"busy": (429, "{}"), "garbage": (200, "<html>access_token"), "empty": (200, "{}"),
                "control": (200, '{"access_token":"a\\nb"}'),
                "large": (200, '{"access_token":"' + "x" * 1000000 + '"}')}.get(mode) or self.tokens(mode)

    def do_POST(self):
        mode, form = read("mode", "ok"), self.form()
        status, body = (0, "") if mode == "drop" else self.judge(mode, form)
        with open(path("log"), "a", encoding="utf-8") as f:
            f.write(f"{mode} {status} {form.get('refresh_token')}\n")
        if status == 0:
            return
        try:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())
        except OSError:
            pass

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
write("port", str(server.server_address[1]))
server.serve_forever()
