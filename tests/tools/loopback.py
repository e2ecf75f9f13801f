"""loopback.py - what the HTTP servers of the tests have in common, on loopback.

    Handler     answers, of bytes or of what becomes JSON
    serve       where it listens stands in a file, as soon as that is there all of it
    Kept        what a server knows, in a file: it can be killed and started again
    call        one request, and what came of it
    send_all    many of them, each until it is taken, as platforms do
"""
import http.client
import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def write(path, text):
    """At once: nobody reads half of it."""
    with open(path + ".part", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".part", path)


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return ""


# ---- servers

class Kept:
    """A dictionary, `state`, that is written by save()."""

    def __init__(self, path, state):
        self.path = path
        self.state = {**state, **json.loads(read(path) or "{}")}

    def save(self):
        write(self.path, json.dumps(self.state, ensure_ascii=False))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, headers=None):
        is_bytes = isinstance(value, bytes)
        body = value if is_bytes else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        if not is_bytes and "Content-Type" not in (headers or {}):
            self.send_header("Content-Type", "application/json")
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def target(self):
        """(path, query)"""
        url = urlsplit(self.path)
        return url.path, {k: v[0] for k, v in parse_qs(url.query).items()}

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # else the client went away
            super().handle_error(request, client_address)


def serve(handler, file, port=0, host="127.0.0.1:"):
    """For ever, at that port or any; the file says host and port."""
    server = Server(("127.0.0.1", port), handler)
    write(file, f"{host}{server.server_port}\n")
    server.serve_forever()


def serve_again(handler, file):
    """The same, at the port that is in the file from the last time; the file is that alone."""
    serve(handler, file, int(read(file) or 0), "")


# ---- clients

def call(method, url, body, headers):
    """(status, text); (0, what went wrong)"""
    u = urlsplit(url)
    connection = http.client.HTTPConnection(u.hostname, u.port, timeout=5)
    try:
        connection.request(method, u.path + ("?" + u.query if u.query else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as e:
        return 0, type(e).__name__
    finally:
        connection.close()


def add_sending(parser):
    """The options of send_all()."""
    parser.add_argument("url")
    parser.add_argument("--url-file", default="", help="says the URL by now, in its place")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="of each")
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--patient", type=float, default=0, help="seconds, till it is taken")
    parser.add_argument("--shuffle", action="store_true")


def send_one(args, thing, once, is_taken):
    end = time.time() + args.patient
    while True:
        url = read(args.url_file).strip() if args.url_file else args.url
        result = once(url, thing) if url else (0, "no address")
        if is_taken(result) or time.time() > end:
            return result
        time.sleep(0.05)


def send_all(args, make, once, is_taken):
    """What once(url, make(i)) came to in the end, of each i; it is made once."""
    order = list(range(args.count)) * args.times
    if args.shuffle:
        random.Random(1).shuffle(order)
    with ThreadPoolExecutor(args.parallel) as pool:
        return list(pool.map(lambda i: send_one(args, make(i), once, is_taken), order))
