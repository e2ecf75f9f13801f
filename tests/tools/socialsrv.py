#!/usr/bin/env python3
"""socialsrv.py - the servers of Mastodon, Telegram and Weibo for tests, on loopback, as
their public documentation describes them, as far as we know it: nothing here was compared
with the real services.

    socialsrv.py serve PORT_FILE STATE_FILE
    socialsrv.py post URL [OPTIONS]   updates of Telegram, as it posts them to a webhook; one
                                      line each: the status

What the server knows is in STATE_FILE, so it can be killed and started again.  A test tells
it things by POST /_toot, /_edit, /_delete, /_updates, /_weibo, /_raw, /_mode and reads
GET /_state.  /_mode {"statuses": [429, ...], "headers": {...}, "drop": N, "codes": [...]}
says what becomes of the next calls: HTTP statuses, answers that are lost after the work
was done, error codes of Weibo.
"""
import argparse
import json
import random
import sys
import threading
import time
from urllib.parse import unquote

import loopback

TOKEN = "social-token"
BOT = "4711:bot-token"
LOCK = threading.Condition()
WEEK = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Refusal(Exception):
    def __init__(self, status, body, headers=None):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


class Known(loopback.Kept):
    """All that there is, and what the next calls come to."""

    def __init__(self, path):
        super().__init__(path, {
            "statuses": {}, "notifications": [], "tags": {}, "sent": [], "keys": {},
            "updates": [], "confirmed": 0, "blocked": [], "weibo": {},
            "calls": {}, "mode": {}, "raw": {}, "asked": []})
        self.events = []  # of this run only: a stream does not know what was before it
        self.streams = 0

    def mode(self, name, otherwise=None):
        return self.state["mode"].get(name, otherwise)


# ---- Mastodon

def account(acct, name=None, bot=False):
    return {"id": str(sum(acct.encode())), "username": acct.split("@")[0], "acct": acct,
            "display_name": name or acct.title(), "locked": False, "bot": bot, "url":
            f"https://social.test/@{acct}", "followers_count": 3, "emojis": [], "fields": []}


def status(known, body):
    known.state["made"] = known.state.get("made", 0) + 1
    sid = str(body.get("id") or 110000000000000000 + known.state["made"] * 65536000)
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    s = {"id": sid, "created_at": body.get("created_at", now), "in_reply_to_id": None,
         "in_reply_to_account_id": None, "sensitive": False, "spoiler_text": "",
         "visibility": "public", "language": "zh", "uri": f"https://social.test/s/{sid}",
         "url": f"https://social.test/@x/{sid}", "replies_count": 0, "reblogs_count": 0,
         "favourites_count": 0, "edited_at": None, "reblog": None, "media_attachments": [],
         "account": account(body.get("acct", "alice@other.test"), body.get("name"),
                            body.get("bot", False)),
         "mentions": [{"id": "1", "username": "shop", "acct": "shop",
                       "url": "https://social.test/@shop"}] if body.get("mention", True) else [],
         "tags": [{"name": t, "url": f"https://social.test/tags/{t}"}
                  for t in body.get("tags", [])], "emojis": [], "card": None, "poll": None,
         "content": "<p>@shop hello</p>"}
    s.update({k: v for k, v in body.items() if k in s and k not in ("id", "tags")})
    return s


def toot(known, body):
    """`count` statuses that mention the shop, or only carry tags; %d is their number."""
    for i in range(body.get("count", 1)):
        one = {k: v.replace("%d", str(i)) if isinstance(v, str) else v for k, v in body.items()}
        if "id" in body:
            one["id"] = int(body["id"]) + i
        s = status(known, one)
        known.state["statuses"][s["id"]] = s
        for t in body.get("tags", []):
            known.state["tags"].setdefault(t, []).append(s["id"])
        if body.get("mention", True):
            n = {"id": str(len(known.state["notifications"]) + 1000),
                 "type": body.get("type", "mention"), "created_at": s["created_at"],
                 "account": s["account"], "status": s["id"]}
            known.state["notifications"].append(n)
            if not body.get("silent"):
                known.events.append(("notification", json.dumps({**n, "status": s})))


def page(items, query, most):
    """A page of Mastodon's: newest first, and just above min_id if that is given."""
    items = sorted(items, key=lambda x: int(x["id"]))
    limit = min(int(query.get("limit", 20)), most)
    if "min_id" in query:
        items = [x for x in items if int(x["id"]) > int(query["min_id"])][:limit]
    else:
        items = items[-limit:]
    return items[::-1]


def link(items, path):
    if not items:
        return {}
    return {"Link": f'<http://x{path}?max_id={items[-1]["id"]}>; rel="next", '
                    f'<http://x{path}?min_id={items[0]["id"]}>; rel="prev"'}


def publish(known, headers, body):
    key = headers.get("Idempotency-Key")
    known.state["asked"].append({"key": key, "visibility": body.get("visibility")})
    if key in known.state["keys"]:
        return known.state["statuses"][known.state["keys"][key]]
    if len(body["status"]) > 500:
        raise Refusal(422, {"error": "Validation failed: Text character limit of 500 exceeded"})
    below = body.get("in_reply_to_id")
    if below and below not in known.state["statuses"]:
        raise Refusal(404, {"error": "The post you are trying to reply to does not exist."})
    s = status(known, {"acct": "shop", "content": body["status"], "mention": False,
                       "visibility": body["visibility"], "in_reply_to_id": below})
    known.state["statuses"][s["id"]] = s
    known.state["keys"][key] = s["id"]
    known.state["sent"].append({"text": body["status"], "to": below,
                                "visibility": body["visibility"]})
    return s


def mastodon(known, method, path, query, headers, body):
    if headers.get("Authorization") != "Bearer " + TOKEN:
        raise Refusal(401, {"error": "The access token is invalid"})
    state = known.state
    if (method, path) == ("POST", "/api/v1/statuses"):
        return publish(known, headers, body), {}
    if path == "/api/v1/notifications":
        if query.get("types[]") != "mention":
            raise Refusal(400, {"error": "this server knows mentions only"})
        items = [{**n, "status": state["statuses"][n["status"]]}
                 for n in state["notifications"] if n["status"] in state["statuses"]]
        items = page(items, query, 80)
    elif path.startswith("/api/v1/timelines/tag/"):
        ids = state["tags"].get(unquote(path.rsplit("/", 1)[1]), [])
        items = page([state["statuses"][i] for i in ids if i in state["statuses"]], query, 40)
    else:
        raise Refusal(404, {"error": "Record not found"})
    headers = link(items, path)
    if known.mode("shuffle"):
        random.shuffle(items)
    return items, headers


# ---- Telegram

def error(code, text, **parameters):
    return {"ok": False, "error_code": code, "description": text,
            **({"parameters": parameters} if parameters else {})}


def telegram(known, path, body):
    token, call = path[len("/bot"):].split("/", 1)
    state = known.state
    if token != BOT:
        raise Refusal(401, error(401, "Unauthorized"))
    if call == "getUpdates":
        return {"ok": True, "result": get_updates(known, body)}, {}
    if call != "sendMessage":
        raise Refusal(404, error(404, "Not Found"))
    if body["chat_id"] in state["blocked"]:
        raise Refusal(403, error(403, "Forbidden: bot was blocked by the user"))
    if not 0 < len(body["text"].encode("utf-16-le")) <= 2 * 4096:
        raise Refusal(400, error(400, "Bad Request: message is too long"))
    state["sent"].append({"to": body["chat_id"], "text": body["text"],
                          "below": body.get("reply_parameters", {}).get("message_id")})
    return {"ok": True, "result": {"message_id": len(state["sent"]), "text": body["text"]}}, {}


def get_updates(known, body):
    """Confirms what is below the offset, and waits for what is not."""
    state, end = known.state, time.time() + body.get("timeout", 0)
    if known.mode("webhook"):
        raise Refusal(409, error(409, "Conflict: can't use getUpdates method while webhook is "
                                      "active; use deleteWebhook to delete the webhook first"))
    state["asked"].append(body.get("offset"))
    if "offset" in body:
        state["confirmed"] += sum(u["update_id"] < body["offset"] for u in state["updates"])
        state["updates"] = [u for u in state["updates"] if u["update_id"] >= body["offset"]]
    while not state["updates"] and time.time() < end:
        LOCK.wait(max(0, end - time.time()))
    return state["updates"][:body.get("limit", 100)]


def update(i, text="message %d", user=500, chat=None, first=9000, more=None, edit=0):
    """One update of a message number `i`."""
    person = {"id": user, "is_bot": False, "first_name": "Li", "last_name": "Lei",
              "language_code": "zh-hans"}
    m = {"message_id": i + 1, "from": person, "date": 1770000000 + i,
         "chat": chat or {"id": user, "type": "private", "first_name": "Li"},
         "text": text.replace("%d", str(i))}
    m.update(more or {})
    if edit:
        m["edit_date"] = m["date"] + edit
    m = {k: v for k, v in m.items() if v is not None}
    return {"update_id": first + i, "edited_message" if edit else "message": m}


# ---- Weibo

def weibo_time(at):
    t = time.gmtime(at + 8 * 3600)
    return f"{WEEK[t.tm_wday]} {MONTHS[t.tm_mon - 1]} {t.tm_mday:02} {t.tm_hour:02}:" \
           f"{t.tm_min:02}:{t.tm_sec:02} +0800 {t.tm_year}"


def put_weibo(known, body):
    items = known.state["weibo"].setdefault(body["list"], [])
    for i in range(body.get("count", 1)):
        n = body.get("id", 5000000000000000) + i
        item = {"created_at": weibo_time(1700000000 + n % 10000), "id": n, "mid": str(n),
                "idstr": str(n), "text": body.get("text", "@小店 第 %d 条").replace("%d", str(i)),
                "source": '<a href="http://weibo.com" rel="nofollow">iPhone</a>',
                "user": {"id": 1404376560, "idstr": "1404376560", "screen_name": "zaku",
                         **body.get("user", {})}}
        if not body["list"].startswith("statuses"):
            item["status"] = {"id": 99, "idstr": "99", "text": "below"}
        item.update(body.get("more", {}))
        items.append(item)


def weibo(known, path, query, headers):
    name = path[len("/2/"):-len(".json")]
    if headers.get("Authorization") != "OAuth2 " + TOKEN:
        raise Refusal(403, {"error": "invalid_access_token", "error_code": 21332,
                            "request": path})
    if known.mode("codes"):
        code = known.mode("codes").pop(0)
        raise Refusal(known.mode("status", 400), {"error": "as the test says",
                                                  "error_code": code, "request": path})
    since, top = int(query.get("since_id", 0)), int(query.get("max_id", 0))
    known.state["asked"].append([name, since, top])
    items = [i for i in known.state["weibo"].get(name, [])
             if i["id"] > since and (top == 0 or i["id"] <= top)]
    items.sort(key=lambda i: -i["id"])
    items = items[:min(int(query.get("count", 50)), known.mode("page", 200))]
    if known.mode("shuffle"):
        random.shuffle(items)
    if not items and known.mode("bare"):
        return [], {}
    key = "statuses" if name.startswith("statuses") else "comments"
    return {key: items, "previous_cursor": 0, "next_cursor": 0,
            "total_number": len(items)}, {}


# ---- HTTP

class Handler(loopback.Handler):
    known = None

    def tell(self, path, body):
        """What a test says."""
        k = self.known
        if path == "/_toot":
            toot(k, body)
        elif path == "/_edit":
            k.state["statuses"][body["id"]].update(body)
            k.events.append(("status.update", json.dumps(k.state["statuses"][body["id"]])))
        elif path == "/_delete":
            k.state["statuses"].pop(body["id"], None)
            k.events.append(("delete", body["id"]))
        elif path == "/_event":
            k.events.append((body["name"], body["data"]))
        elif path == "/_updates":
            at, count = body.pop("at", 0), body.pop("count", 1)
            k.state["updates"] += [update(at + i, **body) for i in range(count)]
        elif path == "/_weibo":
            put_weibo(k, body)
        elif path == "/_raw":  # {path: bytes in latin-1, once}
            k.state["raw"].update(body)
        elif path == "/_mode":
            k.state["mode"] = body
        elif path == "/_blocked":
            k.state["blocked"] = body
        elif path != "/_state":
            raise Refusal(404, {})
        LOCK.notify_all()
        return {**k.state, "streams": k.streams}, {}

    def route(self, path, query, raw):
        k = self.known
        body = json.loads(raw) if raw else {}
        if path.startswith("/_"):
            return self.tell(path, body)
        k.state["calls"][path] = k.state["calls"].get(path, 0) + 1
        if k.mode("statuses"):
            code = k.mode("statuses").pop(0)
            raise Refusal(code, error(code, "as the test says", **k.mode("parameters", {})),
                          k.mode("headers", {}))
        if path in k.state["raw"]:
            return k.state["raw"].pop(path).encode("latin-1"), {}
        if path.startswith("/bot"):
            return telegram(k, path, body)
        if path.startswith("/2/"):
            return weibo(k, path, query, self.headers)
        return mastodon(k, self.command, path, query, self.headers, body)

    def stream(self, path):
        """Server-sent events: those from now on."""
        k = self.known
        if self.headers.get("Authorization") != "Bearer " + TOKEN or k.mode("no_stream"):
            self.answer(401, {"error": "Missing access token"})
            return
        with LOCK:
            at = len(k.events)
            k.streams += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b":)\n")
        while True:
            with LOCK:
                if at == len(k.events):
                    LOCK.wait(0.5)
                news, at = k.events[at:], len(k.events)
            data = ":thump\n" + "".join(
                f"event: {name}\ndata: {text}\n\n" for name, text in news
                if name == "notification" or not path.endswith("/notification"))
            try:
                self.wfile.write(data.encode())
                self.wfile.flush()
            except OSError:
                return

    def handle_one(self):
        path, query = self.target()
        raw = self.body()
        if path.startswith("/api/v1/streaming/"):
            self.stream(path)
            return
        with LOCK:
            try:
                code = 200
                value, headers = self.route(path, query, raw)
            except Refusal as r:
                code, value, headers = r.status, r.body, r.headers
            lost = self.known.mode("drop", 0) > 0 and \
                (path.endswith("/sendMessage") or self.command + path ==
                 "POST/api/v1/statuses")
            if lost:  # done, and the answer is lost
                self.known.state["mode"]["drop"] -= 1
            self.known.save()
        if lost:
            self.close_connection = True
            return
        self.answer(code, value, {"Content-Type": "application/json; charset=utf-8", **headers})

    do_GET = do_POST = handle_one


def serve(args):
    Handler.known = Known(args.state)
    loopback.serve_again(Handler, args.port_file)


# ---- a webhook of Telegram's

def post(args):
    raw = None
    if args.raw:
        with open(args.raw, "rb") as f:
            raw = f.read()
    headers = {"Content-Type": "application/json"}
    if args.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = args.secret

    def make(i):
        return raw if args.raw else json.dumps(update(
            args.at + i, args.text, user=args.user, first=args.first, edit=args.edit)).encode()

    for code, _ in loopback.send_all(
            args, make, lambda url, body: loopback.call("POST", url, body, headers),
            lambda result: result[0] == 200):
        print(code)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("serve")
    one.add_argument("port_file")
    one.add_argument("state")
    one.set_defaults(do=serve)
    one = commands.add_parser("post")
    one.set_defaults(do=post)
    loopback.add_sending(one)
    one.add_argument("--secret", default="hook-secret")
    one.add_argument("--text", default="message %d")
    one.add_argument("--raw", default="")
    one.add_argument("--at", type=int, default=0)
    one.add_argument("--first", type=int, default=9000)
    one.add_argument("--user", type=int, default=500)
    one.add_argument("--edit", type=int, default=0)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    sys.exit(main())
