#!/usr/bin/env python3
"""wechatd.py - the platforms WeChat and WeCom for tests, on loopback, as their public
documentation describes them.

    wechatd.py serve PORT_FILE STATE_FILE
    wechatd.py send URL [OPTIONS]     callbacks, as the platform posts them; one line each:
                                      the status and what was said
    wechatd.py shake URL [OPTIONS]    the handshake of the platform's page

The server has stable_token, gettoken, message/custom/send, media/get, kf/sync_msg and kf/send_msg,
with errcodes inside HTTP 200: 40001 wrong token, 45015 and 45047 out of the window, 45002
too long.  What it knows is in STATE_FILE, so it can be killed and started again.  A test
tells it things by POST /_wrote, /_put, /_files (hex), /_mode and reads GET /_state.

AES is openssl's, independent of the code that is tested.
"""
import argparse
import base64
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

import loopback

SECRET = "app-secret"
LOCK = threading.Lock()


# ---- the server

class Platform(loopback.Kept):
    def __init__(self, path):
        super().__init__(path, {"tokens": 0, "calls": {}, "wrote": {}, "sent": [], "msgs": [],
                                "ids": [], "mode": {}, "asked": [], "files": {}})

    def token(self):
        return f"tok-{self.state['tokens']}"

    def stable_token(self, body):
        s = self.state
        if body.get("secret") != SECRET or body.get("grant_type") != "client_credential":
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if s["mode"].pop("expire", None) or s["tokens"] == 0 or body.get("force_refresh"):
            s["tokens"] += 1
        return {"access_token": self.token(), "expires_in": s["mode"].get("life", 7200)}

    def get_token(self, query):
        if query.get("corpsecret") != SECRET:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if self.state["mode"].pop("expire", None) or self.state["tokens"] == 0:
            self.state["tokens"] += 1
        return {"errcode": 0, "access_token": self.token(), "expires_in": 7200}

    def call(self, name, query):
        """What every call is answered with first, or None."""
        s = self.state
        s["calls"][name] = s["calls"].get(name, 0) + 1
        refused = s["mode"].get("errcodes", [])
        if query.get("access_token") != self.token() or "expire" in s["mode"]:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if refused:
            return {"errcode": refused.pop(0), "errmsg": "as the test says"}
        return None

    def window(self, user, length):
        wrote = self.state["wrote"].get(user)
        if length > 2048:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        if wrote is None or time.time() - wrote["at"] > 48 * 3600:
            return {"errcode": 45015, "errmsg": "response out of time limit"}
        if wrote["answers"] >= 5:
            return {"errcode": 45047, "errmsg": "out of response count limit"}
        wrote["answers"] += 1
        return None

    def send(self, name, query, body):
        text = body.get("text", {}).get("content", "")
        refused = self.call(name, query)
        msgid = body.get("msgid")
        if refused is None and body.get("msgtype") != "text":
            refused = {"errcode": 40008, "errmsg": "invalid message type"}
        if refused is None and msgid is not None and msgid in self.state["ids"]:
            refused = {"errcode": 0, "errmsg": "ok", "msgid": msgid}
        if refused is None:
            refused = self.window(body.get("touser"), len(text.encode()))
        if refused is not None:
            return refused
        self.state["ids"].append(msgid)
        self.state["sent"].append({"to": body["touser"], "text": text,
                                   "kf": body.get("open_kfid")})
        return {"errcode": 0, "errmsg": "ok", **({"msgid": msgid} if msgid else {})}

    def media(self, query):
        """The bytes of a file, or what is wrong as JSON."""
        refused = self.call("media_get", query)
        name = query.get("media_id", "")
        if refused is not None:
            return refused
        if name.startswith("video"):
            return {"video_url": "http://127.0.0.1:1/video"}
        file = self.state["files"].get(name)
        return bytes.fromhex(file) if file else {"errcode": 40007, "errmsg": "invalid media_id"}

    def sync_msg(self, query, body):
        refused = self.call("sync_msg", query)
        if refused is not None:
            return refused
        first = int(body.get("cursor") or 0)
        self.state["asked"].append([first, body.get("token")])
        n = min(body.get("limit", 1000), self.state["mode"].get("page", 1000))
        msgs = self.state["msgs"][first:first + n]
        return {"errcode": 0, "errmsg": "ok", "next_cursor": str(first + len(msgs)),
                "has_more": int(first + n < len(self.state["msgs"])), "msg_list": msgs}


class Handler(loopback.Handler):
    platform = None

    def route(self, path, query, body):
        p = self.platform
        if path == "/_state":
            return p.state
        if path == "/_wrote":
            p.state["wrote"][body["user"]] = {"at": time.time(), "answers": 0}
        elif path == "/_put":
            p.state["msgs"] += body
        elif path == "/_files":
            p.state["files"].update(body)
        elif path == "/_mode":
            p.state["mode"] = body
        elif path == "/cgi-bin/stable_token":
            return p.stable_token(body)
        elif path == "/cgi-bin/gettoken":
            return p.get_token(query)
        elif path == "/cgi-bin/message/custom/send":
            return p.send("custom_send", query, body)
        elif path == "/cgi-bin/kf/send_msg":
            return p.send("send_msg", query, body)
        elif path == "/cgi-bin/kf/sync_msg":
            return p.sync_msg(query, body)
        elif path == "/cgi-bin/media/get":
            return p.media(query)
        else:
            return {"errcode": 48001, "errmsg": "api unauthorized"}
        return {}

    def handle_one(self):
        path, query = self.target()
        raw = self.body()
        with LOCK:
            value = self.route(path, query, json.loads(raw) if raw else {})
            drop = path.startswith("/cgi-bin/") and \
                self.platform.state["mode"].get("drop", {}).get(path, 0) > 0
            if drop:  # done, and the answer is lost
                self.platform.state["mode"]["drop"][path] -= 1
            self.platform.save()
        if query.get("media_id", "").startswith("slow"):
            time.sleep(4)
        if drop:
            self.close_connection = True
            return
        self.answer(200, value, {"Content-Type": "image/jpeg" if isinstance(value, bytes)
                                 else "application/json; encoding=utf-8"})

    do_GET = do_POST = handle_one


def serve(args):
    Handler.platform = Platform(args.state)
    loopback.serve_again(Handler, args.port_file)


# ---- callbacks

def sign(*parts):
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypt(message, aes_key, app):
    key = base64.b64decode(aes_key + "=")
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + app.encode()
    pad = 32 - len(plain) % 32
    cipher = subprocess.run(
        ["openssl", "enc", "-aes-256-cbc", "-nopad", "-K", key.hex(), "-iv", key[:16].hex()],
        input=plain + bytes([pad]) * pad, stdout=subprocess.PIPE, check=True).stdout
    return base64.b64encode(cipher).decode()


def message(args, i):
    at = int(time.time()) - args.age
    if args.raw:
        with open(args.raw, "rb") as f:
            return f.read()
    values = {"ToUserName": "gh_1", "FromUserName": args.user.replace("%d", str(i)),
              "CreateTime": at, "MsgType": args.type}
    if args.type == "text":
        values["Content"] = args.text.replace("%d", str(i))
    values.update(json.loads(args.more))
    if args.type != "event":
        values["MsgId"] = args.id + i
    if args.json:
        return json.dumps(values, ensure_ascii=False).encode()
    inner = "".join(f"<{k}>{v}</{k}>" if isinstance(v, int) else f"<{k}><![CDATA[{v}]]></{k}>"
                    for k, v in values.items())
    return f"<xml>{inner}</xml>".encode()


def request(args, body):
    """The query and the body of one callback."""
    stamp, nonce = str(int(time.time()) - args.age), str(random.randrange(10 ** 9))
    query = {"timestamp": stamp, "nonce": nonce}
    if not args.wecom:
        query["signature"] = sign(args.token, stamp, nonce)
    if args.aes:
        cipher = encrypt(body, args.aes, args.app)
        query.update(encrypt_type="aes",
                     msg_signature=sign(args.token, stamp, nonce, cipher))
        if args.tamper:
            cipher = cipher[:40] + ("A" if cipher[40] != "A" else "B") + cipher[41:]
        body = json.dumps({"ToUserName": "gh_1", "Encrypt": cipher}).encode() if args.json else \
            f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{cipher}]]>" \
            f"</Encrypt></xml>".encode()
    return query, body


def call(url, method, query, body):
    return loopback.call(method, url + "?" + urlencode(query), body, {"Content-Type": "text/xml"})


def send(args):
    """Signed anew each time, as the platform does."""
    for status, said in loopback.send_all(
            args, lambda i: message(args, i),
            lambda url, body: call(url, "POST", *request(args, body)),
            lambda result: result == (200, "success")):
        print(status, said.replace("\n", " ")[:200])


def shake(args):
    stamp, nonce = str(int(time.time()) - args.age), "n"
    query = {"timestamp": stamp, "nonce": nonce, "echostr": args.text}
    if args.wecom:
        query["echostr"] = encrypt(args.text.encode(), args.aes, args.app)
        query["msg_signature"] = sign(args.token, stamp, nonce, query["echostr"])
    else:
        query["signature"] = sign(args.token, stamp, nonce)
    print(*call(args.url, "GET", query, None))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("serve")
    one.add_argument("port_file")
    one.add_argument("state")
    one.set_defaults(do=serve)
    for name, do in (("send", send), ("shake", shake)):
        one = commands.add_parser(name)
        one.set_defaults(do=do)
        loopback.add_sending(one)
        one.add_argument("--token", default="callback-token")
        one.add_argument("--aes", default="")
        one.add_argument("--app", default="wx1")
        one.add_argument("--age", type=int, default=0)
        one.add_argument("--user", default="openid-%d")
        one.add_argument("--text", default="message %d")
        one.add_argument("--type", default="text")
        one.add_argument("--more", default="{}")
        one.add_argument("--raw", default="")
        one.add_argument("--id", type=int, default=23000000000000000)
        for flag in ("json", "wecom", "tamper"):
            one.add_argument("--" + flag, action="store_true")
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    sys.exit(main())
