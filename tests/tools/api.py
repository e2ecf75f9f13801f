#!/usr/bin/env python3
"""api.py - an endpoint that is polled, for tests, on loopback.

    api.py PORT_FILE STATE_FILE [PORT]

Its items are in STATE_FILE (made if it is not there), so it may be killed and started
again on the same PORT.  Each item has an id that counts up from 1, and is shown newest
first in pages of `size` (10):

    /page?page=1            /offset?offset=0        /cursor?c=...  {"next": ...}
    /link?page=1            with a header Link, rel="next"
    /newest?since_id=&max_id=                       as Weibo and Mastodon do
    /since?since_id=        oldest first            /changes?c=    a cursor that is kept
    /all                    everything              /rss  /atom    the newest page as a feed
    /posts.json?before=     Discourse, by docs.discourse.org: posts with id <= before
    /rss/customerreviews/page=N/..., also below /cn the App Store's feed of reviews, JSON:
                            its first entry is the app; one alone is no list; pages to 10
    /stale                  the first page, whatever is asked for
    /deleted                what /_/set {"deleted": [...]} said
    /media/NAME             small.png, NAME.png and NAME.mp4 of some bytes, big.png (3 MB),
                            lies.png (HTML), slow.png (5 s), moved.png (302); others 404

What to do is said by PUT to /_/..., with a JSON object:

    /_/add {"n": 5}         five items more         /_/edit {"id": 3}   another text and time
    /_/set {...}            size, etag (true, false), auth ({"kind": "bearer", "secret": ""}),
                            encoding ("gb2312": of /rss)
    /_/fault [...]          what becomes of the next requests, one each: a status, or
                            {"status": 429, "after": 1}, "cut" (half an answer, then the end),
                            "reset" (no answer), "huge" (20 MB), "garbage" (HTML), "latin"
                            (bytes that are not UTF-8 in the first item), "slow" (a byte a
                            time, 2 s), "none" (nothing wrong)
    GET /_/log              the requests there were: [{"path", "query", "status", "items"}]
"""
import base64
import hashlib
import hmac
import json
import re
import sys
import threading
import time
from email.utils import formatdate
from xml.sax.saxutils import escape

import loopback

BEGIN = 1767225600  # 2026-01-01
lock = threading.Lock()
log = []
faults = []
kept = loopback.Kept(sys.argv[2], {"items": [], "deleted": [], "size": 10, "etag": True,
                                   "auth": None, "encoding": None})
STATE = kept.state


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def add(n):
    for _ in range(n):
        i = len(STATE["items"]) + 1
        STATE["items"].append({
            "id": i, "title": f"Title {i}", "body": f"<p>Words &amp; 文字 {i}</p>",
            "created_at": rfc3339(BEGIN + 60 * i), "updated_at": rfc3339(BEGIN + 60 * i),
            "stars": i % 5 + 1, "user": {"id": 1000 + i, "name": f"User {i}"},
            "tags": ["a", "b"]})


def edit(i):
    item = STATE["items"][i - 1]
    item["body"] = f"<p>Other words {i}</p>"
    item["updated_at"] = rfc3339(BEGIN + 86400 + i)


def newest():
    return list(reversed(STATE["items"]))


# ---- pages: (JSON, headers)

def number(query, name, otherwise):
    return int(query.get(name, otherwise))


def page(query, _):
    n = number(query, "page", 1)
    size = STATE["size"]
    return {"data": {"list": newest()[(n - 1) * size:n * size]}}


def offset(query, _):
    n = number(query, "offset", 0)
    return {"data": {"list": newest()[n:n + STATE["size"]]}}


def cursor(query, _):
    n = int(base64.b64decode(query["c"])) if query.get("c") else 0
    n_next = n + STATE["size"]
    more = n_next < len(STATE["items"])
    return {"list": newest()[n:n_next],
            "next": base64.b64encode(str(n_next).encode()).decode() if more else None}


def link(query, headers):
    n = number(query, "page", 1)
    if n * STATE["size"] < len(STATE["items"]):
        headers["Link"] = f'</link?page=1>; rel="first", </link?page={n + 1}>; rel="next"'
    return page(query, headers)["data"]["list"]


def newest_since(query, _):
    since = number(query, "since_id", 0)
    below = number(query, "max_id", 1 << 40)
    return [i for i in newest() if since < i["id"] < below][:STATE["size"]]


def since(query, _):
    after = number(query, "since_id", 0)
    return [i for i in STATE["items"] if i["id"] >= after][:STATE["size"]]


def changes(query, _):
    n = number(query, "c", 0)
    part = STATE["items"][n:n + STATE["size"]]
    return {"list": part, "cursor": str(n + len(part)),
            "has_more": n + len(part) < len(STATE["items"])}


def discourse(query, _):
    last = number(query, "before", 0) or len(STATE["items"])
    return {"latest_posts": [{
        "id": i["id"], "name": i["user"]["name"], "username": f"user{i['id']}",
        "created_at": i["created_at"], "updated_at": i["updated_at"], "cooked": i["body"],
        "post_number": 1, "post_type": 1, "topic_id": 100 + i["id"] // 3,
        "topic_title": i["title"], "topic_slug": "t", "reply_to_post_number": None,
        "version": 1, "user_deleted": False, "user_id": i["user"]["id"]}
        for i in newest() if last - 50 < i["id"] <= last]}


def app_store(path):
    n = int(path.split("page=")[1].split("/")[0])
    size = STATE["size"]
    entries = [{"im:name": {"label": "App"}, "id": {"label": "app"}}] if n == 1 else []
    for i in newest()[(n - 1) * size:n * size]:
        entries.append({
            "author": {"uri": {"label": "https://itunes.apple.com/cn/reviews/id"
                                         f"{i['user']['id']}"},
                       "name": {"label": i["user"]["name"]}, "label": ""},
            "updated": {"label": i["updated_at"]}, "im:rating": {"label": str(i["stars"])},
            "im:version": {"label": "1.2"}, "id": {"label": str(5000000000 + i["id"])},
            "title": {"label": i["title"]},
            "content": {"label": f"Words {i['id']}", "attributes": {"type": "text"}},
            "im:voteSum": {"label": "0"}, "im:voteCount": {"label": "0"}})
    feed = {"author": {"name": {"label": "iTunes Store"}}, "updated": {"label": "x"}}
    if entries:
        feed["entry"] = entries if len(entries) > 1 else entries[0]
    return {"feed": feed}


def rss(_, headers):
    headers["Content-Type"] = "application/rss+xml"
    encoding = STATE["encoding"] or "utf-8"
    items = "".join(
        f"<item><guid isPermaLink=\"false\">{i['id']}</guid><title>{i['title']} 好用</title>"
        f"<description>{escape(i['body'])}</description>"
        f"<pubDate>{formatdate(BEGIN + 60 * i['id'], usegmt=True)}</pubDate></item>"
        for i in newest()[:STATE["size"]])
    text = (f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
            f"<title>Feed</title>{items}</channel></rss>")
    return text.encode(encoding)


def atom(_, headers):
    headers["Content-Type"] = "application/atom+xml"
    entries = "".join(
        f"<entry><id>urn:{i['id']}</id><title>{i['title']}</title>"
        f"<updated>{i['updated_at']}</updated><published>{i['created_at']}</published>"
        f"<author><name>{i['user']['name']}</name></author>"
        f"<content type=\"html\">{escape(i['body'])}</content></entry>"
        for i in newest()[:STATE["size"]])
    return (f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{entries}'
            "</feed>").encode()


PAGES = {"/page": page, "/offset": offset, "/cursor": cursor, "/link": link,
         "/newest": newest_since, "/since": since, "/changes": changes, "/rss": rss,
         "/atom": atom, "/posts.json": discourse,
         "/deleted": lambda q, h: STATE["deleted"],
         "/all": lambda q, h: newest(), "/stale": lambda q, h: page({}, h)}


def knows(auth, headers, query, target):
    if auth is None:
        return True
    kind, secret = auth["kind"], auth["secret"]
    if kind == "bearer":
        return headers["Authorization"] == f"Bearer {secret}"
    if kind == "basic":
        wanted = base64.b64encode(f"{auth['user']}:{secret}".encode()).decode()
        return headers["Authorization"] == f"Basic {wanted}"
    if kind == "header":
        return headers[auth["name"]] == secret
    if kind == "query":
        return query.get(auth["name"]) == secret
    stamp = headers["X-Timestamp"] or "0"
    wanted = hmac.new(secret.encode(), f"GET\n{target}\n{stamp}".encode(), hashlib.sha256)
    return abs(time.time() - int(stamp)) < 60 and headers["X-Key"] == auth["user"] and \
        hmac.compare_digest(wanted.hexdigest(), headers["X-Signature"] or "")


class Api(loopback.Handler):
    def do_PUT(self):
        value = json.loads(self.body())
        with lock:
            if self.path == "/_/add":
                add(value["n"])
            elif self.path == "/_/edit":
                edit(value["id"])
            elif self.path == "/_/fault":
                faults.extend(value)
            else:
                STATE.update(value)
            kept.save()
        self.answer(200, b"{}")

    def do_GET(self):
        path, query = self.target()
        if path == "/_/log":
            with lock:
                self.answer(200, log)
            return
        if path.startswith("/media/"):
            self.media(path[7:])
            return
        with lock:
            fault = faults.pop(0) if faults else "none"
            entry = {"path": path, "query": query, "fault": fault}
            log.append(entry)
            status, body, headers = self.page(path, query)
            entry["status"] = status
        self.wrong(fault, status, body, headers, entry)

    def media(self, name):
        with lock:
            log.append({"path": "/media/" + name, "query": {}, "fault": "none", "status": 0})
        body = b"\x89PNG\r\n\x1a\n" + name.encode()
        if name.endswith(".mp4"):
            body = b"\0\0\0\x18ftypmp42" + name.encode()
        elif name == "big.png":
            body += b"x" * 3000000
        elif name == "lies.png":
            body = b"<html>not a picture</html>"
        elif name == "slow.png":
            time.sleep(5)
        if name == "moved.png":
            self.answer(302, b"", {"Location": "/media/small.png"})
        elif name.endswith((".png", ".mp4")):
            self.answer(200, body, {"Content-Type": "image/png"})
        else:
            self.answer(404, b"gone")

    def page(self, path, query):
        headers = {"Content-Type": "application/json"}
        if not knows(STATE["auth"], self.headers, query, self.path):
            return 401, b'{"error":"who are you?"}', headers
        if re.match("(/[a-z]{2})?/rss/customerreviews/", path):
            value = app_store(path)
        elif path in PAGES:
            value = PAGES[path](query, headers)
        else:
            return 404, b"{}", headers
        body = value if isinstance(value, bytes) else \
            json.dumps(value, ensure_ascii=False).encode()
        if STATE["etag"]:
            headers["ETag"] = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            if self.headers["If-None-Match"] == headers["ETag"]:
                return 304, b"", headers
        return 200, body, headers

    def wrong(self, fault, status, body, headers, entry):
        if isinstance(fault, dict):
            headers = {"Retry-After": str(fault["after"])} if "after" in fault else {}
            fault = fault["status"]
        if isinstance(fault, int):
            entry["status"] = fault
            self.answer(fault, b"{}", headers if len(headers) == 1 else {})
        elif fault == "reset":
            self.close_connection = True
        elif fault == "cut":
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body) // 2])
            self.close_connection = True
        elif fault == "huge":
            self.answer(200, b"[" + b'"x",' * 5000000 + b"1]")
        elif fault == "garbage":
            self.answer(200, b"<html><body>We will be back soon.<br></body></html>")
        elif fault == "latin":
            self.answer(status, body.replace("文字".encode(), b"\xce\xc4\xd7\xd6", 1), headers)
        elif fault == "slow":
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for i in range(20):
                self.wfile.write(body[len(body) * i // 20:len(body) * (i + 1) // 20])
                time.sleep(0.1)
        else:
            self.answer(status, body, headers)


loopback.serve(Api, sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
