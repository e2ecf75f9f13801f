#!/usr/bin/env python3
"""surveytool.py - survey tools that push answers, as their public documentation describes
their webhooks: Formbricks, Typeform, Tally, and LimeSurvey with its webhook plugin.

    surveytool.py TOOL LISTENERS PATH SECRET FIRST LAST [OPTIONS]

LISTENERS is the file in which the daemon says where it listens: it is read for each
request, for the port changes when it starts again.

sends the answers FIRST to LAST and prints how often each status came: "200 40".  Answer i
scores nps i % 11, csat i % 5 + 1 and ces i % 7 + 1, its text is "answer i"; the same i is
the same answer, whenever it is sent.  With --retry one goes on until it hears 2xx, as the
tools do for hours.  Signatures are made here, independent of the code that is tested.
"""
import argparse
import base64
import collections
import hashlib
import hmac
import http.client
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor


def scores(i):
    return i % 11, i % 5 + 1, i % 7 + 1


def stamp(i, mark="T", end=".000Z"):
    return time.strftime("%Y-%m-%d" + mark + "%H:%M:%S", time.gmtime(1767600000 + 60 * i)) + end


def formbricks(i, o):
    nps, csat, ces = scores(i)
    answers = {"nps": nps, "csat": csat, "ces": ces, "comment": f"answer {i}{o.word}"}
    if o.dismissed:
        answers["nps"] = "dismissed"
    return {
        "webhookId": "wh1", "event": "responseCreated" if o.partial else "responseFinished",
        "data": {"id": f"fb-{i}", "createdAt": stamp(i), "updatedAt": stamp(i),
                 "surveyId": "sv1", "finished": not o.partial, "language": "default",
                 "data": answers, "ttc": {"_total": 5000}, "tags": [], "notes": [],
                 "meta": {"url": "https://shop.example/", "userAgent": {"browser": "Firefox"}},
                 "contact": {"id": "c1", "userId": f"user-{i % 7}"}, "singleUseId": None},
    }


def typeform(i, o):
    nps, csat, ces = scores(i)
    fields = [("f1", "nps", "Would you recommend us?"), ("f2", "opinion_scale", "Satisfied?"),
              ("f3", "opinion_scale", "Easy?"), ("f4", "long_text", "Why?")]
    values = [("number", nps), ("number", csat), ("number", ces), ("text", f"answer {i}{o.word}")]
    answers = [{"type": t, t: v, "field": {"id": f[0], "type": f[1], "ref": f"ref-{f[0]}"}}
               for f, (t, v) in zip(fields, values)]
    return {
        "event_id": f"01H{random.randrange(10**9)}",
        "event_type": "form_response_partial" if o.partial else "form_response",
        "form_response": {
            "form_id": "lT4Z3j", "token": f"tf-{i}", "landed_at": stamp(i, end="Z"),
            "submitted_at": stamp(i, end="Z"), "calculated": {"score": 0}, "hidden": {},
            "definition": {"id": "lT4Z3j", "title": "After the purchase", "fields": [
                {"id": f[0], "type": f[1], "title": f[2], "ref": f"ref-{f[0]}", "properties": {}}
                for f in fields]},
            "answers": answers},
    }


def tally(i, o):
    nps, csat, ces = scores(i)
    rows = [("question_a", "How likely?", "LINEAR_SCALE", nps),
            ("question_b", "Satisfied?", "LINEAR_SCALE", csat),
            ("question_c", "Easy?", "LINEAR_SCALE", ces),
            ("question_d", "Say more", "TEXTAREA", f"answer {i}{o.word}")]
    return {
        "eventId": f"ev-{random.randrange(10**9)}",
        "eventType": "FORM_PARTIAL" if o.partial else "FORM_RESPONSE", "createdAt": stamp(i),
        "data": {"responseId": f"ta-{i}", "submissionId": f"ta-{i}", "respondentId": f"r-{i % 7}",
                 "formId": "VwbNEw", "formName": "Webhook", "createdAt": stamp(i),
                 "fields": [{"key": k, "label": l, "type": t, "value": v} for k, l, t, v in rows]},
    }


def limesurvey(i, o):
    nps, csat, ces = scores(i)
    return {
        "api_token": o.secret, "survey": 123456,
        "event": "beforeSurveyPage" if o.partial else "afterSurveyComplete", "respondId": i,
        "response": {"id": str(i), "submitdate": stamp(i, " ", ""), "lastpage": "2",
                     "startlanguage": "en", "seed": "1", "ipaddr": "192.0.2.1", "token": f"tk{i}",
                     "nps": str(nps), "csat": f"A{csat}", "ces": str(ces),
                     "G01Q04": f"answer {i}{o.word}"},
        "response_pretty": {}, "submitDate": stamp(i, " ", ""), "token": f"tk{i}",
        "participant": None,
    }


def mac(key, text):
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def sign(tool, body, i, o):
    if tool == "formbricks":
        key, now, ident = base64.b64decode(o.secret[6:]), str(int(time.time()) - o.old), f"msg_{i}"
        text = f"{ident}.{now}.".encode() + body
        return {"webhook-id": ident, "webhook-timestamp": now,
                "webhook-signature": "v1," + mac(key, text)}
    if tool == "typeform":
        return {"Typeform-Signature": "sha256=" + mac(o.secret.encode(), body)}
    if tool == "tally":
        return {"Tally-Signature": mac(o.secret.encode(), body)}
    return {}


def build(i, o):
    value = globals()[o.tool](i, o)
    if o.pad:
        value["padding"] = "x" * o.pad
    text = json.dumps(value, ensure_ascii=False)
    body = text.encode(o.charset)
    if o.cut:
        body = body[: len(body) // 2]
    headers = {} if o.unsigned else sign(o.tool, body, i, o)
    if o.tamper:
        body = body.replace(b"answer", b"Answer")
    headers["Content-Type"] = o.type
    return body, headers


def post(i, o):
    body, headers = build(i, o)
    connection = None
    try:
        with open(o.listeners, encoding="ascii") as f:
            address = dict(line.split() for line in f)["public"]
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request("POST", o.path, body, headers)
        return connection.getresponse().status
    except (OSError, KeyError, ValueError, http.client.HTTPException):
        return 0
    finally:
        if connection:
            connection.close()


def send(i, o):
    deadline = time.time() + o.retry
    while True:
        status = post(i, o)
        if status // 100 == 2 or time.time() >= deadline:
            return status
        time.sleep(0.05)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("tool", choices=["formbricks", "typeform", "tally", "limesurvey"])
    p.add_argument("listeners")
    p.add_argument("path")
    p.add_argument("secret")
    p.add_argument("first", type=int)
    p.add_argument("last", type=int)
    p.add_argument("--repeat", type=int, default=1)
    p.add_argument("--shuffle", action="store_true")
    p.add_argument("--jobs", type=int, default=4)
    p.add_argument("--retry", type=float, default=0, help="seconds")
    p.add_argument("--old", type=int, default=0, help="seconds that the sender's clock is late")
    p.add_argument("--charset", default="utf-8")
    p.add_argument("--type", default="application/json")
    p.add_argument("--word", default="")
    p.add_argument("--pad", type=int, default=0)
    for flag in ("partial", "dismissed", "unsigned", "tamper", "cut"):
        p.add_argument("--" + flag, action="store_true")
    o = p.parse_args()
    todo = list(range(o.first, o.last + 1)) * o.repeat
    if o.shuffle:
        random.shuffle(todo)
    with ThreadPoolExecutor(o.jobs) as pool:
        counts = collections.Counter(pool.map(lambda i: send(i, o), todo))
    print(" ".join(f"{status} {n}" for status, n in sorted(counts.items())))


main()
