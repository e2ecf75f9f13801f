#!/usr/bin/env python3
"""llmd.py - a language model behind /v1/chat/completions, as the public documentation of that
API describes requests and answers.

    llmd.py PORTFILE KEY

It checks a request as strictly as it can (method, path, key, members and their types) and
answers 400 or 401 otherwise.  What "the model" says depends on the customer's text: with

    slow         it takes twelve seconds
    prose        it says a sentence, no JSON
    fence        JSON between ``` marks
    obey         the class that the customer asked for, "vip/refund", as a model that was talked
                 into it would
    html         a summary with a tag
    cut          it ends in the middle (finish_reason: length)
    number       a summary with a phone number of its own
    null         no content at all
    garbage      the answer of the API is no JSON

and else class service/logistics, intent complaint and, if that was asked for, a summary.  PUT
/_/busy makes it answer 429 with Retry-After: 8, PUT /_/broken 500, PUT /_/well ends both.  GET
/_/log: all bodies so far.  GET /_/most: how many requests were under way at most.
"""
import json
import sys
import threading
import time

import loopback

lock = threading.Lock()
log = []
state = {"mode": "well", "now": 0, "most": 0}


def fault_of(body):
    """What is wrong with a request, by the documentation; None: nothing."""
    if not isinstance(body.get("model"), str) or not body["model"]:
        return "model is missing"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages is missing"
    for m in messages:
        if set(m) != {"role", "content"} or m["role"] not in ("system", "user", "assistant"):
            return "a message is wrong"
        if not isinstance(m["content"], str):
            return "content is no string"
    form = body.get("response_format", {"type": "text"})
    if form["type"] == "json_schema":
        schema = form["json_schema"]["schema"]
        if set(schema["required"]) != set(schema["properties"]) or schema["additionalProperties"]:
            return "a strict schema requires all and no more"
    elif form["type"] not in ("json_object", "text"):
        return "response_format is wrong"
    if form["type"] == "json_object" and "JSON" not in messages[0]["content"]:
        return "json_object needs the word JSON in a message"
    known = {"model", "messages", "temperature", "max_tokens", "stream", "response_format"}
    if set(body) - known:
        return "unknown members"
    if not isinstance(body.get("max_tokens", 1), int) or body.get("stream", False) is not False:
        return "max_tokens or stream is wrong"
    return None


def said(system, text):
    """(content, finish_reason)"""
    out = {}
    if '"class"' in system:
        out["class"], out["intent"] = "service/logistics", "complaint"
    if '"summary"' in system:
        out["summary"] = "快递晚到，客户要求退款。"
    if "obey" in text:
        out["class"] = "vip/refund"
    if "html" in text:
        out["summary"] = "<script>alert(1)</script>"
    if "number" in text:
        out["summary"] = "call 13912345678"
    content = json.dumps(out, ensure_ascii=False)
    if "prose" in text:
        return "I think this is about logistics.", "stop"
    if "fence" in text:
        return "```json\n" + content + "\n```", "stop"
    if "cut" in text:
        return content[: len(content) // 2], "length"
    if "null" in text:
        return None, "stop"
    return content, "stop"


class Handler(loopback.Handler):
    def do_GET(self):
        with lock:
            self.answer(200, log if self.path == "/_/log" else state["most"])

    def do_PUT(self):
        state["mode"] = self.path.rsplit("/", 1)[1]
        self.answer(200, {})

    def do_POST(self):
        raw = self.body()
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        try:
            self.complete(raw)
        finally:
            with lock:
                state["now"] -= 1

    def complete(self, raw):
        body = json.loads(raw)
        with lock:
            log.append(body)
        if self.headers.get("Authorization") != "Bearer " + sys.argv[2]:
            return self.answer(401, {"error": {"message": "Incorrect API key provided"}})
        if self.path != "/v1/chat/completions":
            return self.answer(404, {"error": {"message": "Invalid URL"}})
        if state["mode"] == "busy":
            return self.answer(429, {"error": {"message": "Rate limit"}}, {"Retry-After": "8"})
        if state["mode"] == "broken":
            return self.answer(500, {"error": {"message": "The server had an error"}})
        fault = fault_of(body)
        if fault:
            return self.answer(400, {"error": {"message": fault}})
        text = json.loads(body["messages"][-1]["content"])["text"]
        if "slow" in text:
            time.sleep(12)
        if "garbage" in text:
            return self.answer(200, b"<html>")
        time.sleep(0.05)
        content, reason = said(body["messages"][0]["content"], text)
        return self.answer(200, {
            "id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()),
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": reason, "logprobs": None,
                         "message": {"role": "assistant", "content": content, "refusal": None}}],
            "usage": {"prompt_tokens": 80, "completion_tokens": 20, "total_tokens": 100}})


loopback.serve(Handler, sys.argv[1])
