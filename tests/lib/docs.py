#!/usr/bin/env python3
"""What t0610 asks of the documentation: docs.py links|blocks|logs|code ARGS...

links FILE...          each relative link leads to a file, and to a heading in it
blocks FILE            the ```sh blocks marked `tested`, one shell line a line
logs GUIDE SOURCE...   the guide quotes each warning and error that is logged
code FILE NAME         the block of code marked ```LANGUAGE NAME
"""
import os
import re
import sys

from fenced import fences, read


def without_fences(text):
    return re.sub(r"^\s*```.*?^\s*```\s*$", "", text, flags=re.S | re.M)


def anchors(path):
    """The names GitHub gives to headings."""
    names = set()
    for heading in re.findall(r"^#+ +(.*?) *$", without_fences(read(path)), re.M):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        names.add(words.replace(" ", "-"))
    return names


def links(files):
    wrong = 0
    for path in files:
        text = re.sub(r"`[^`\n]*`", "", without_fences(read(path)))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not os.path.exists(there):
                wrong += 1
                print(f"{path}: {target} leads nowhere")
            elif anchor and anchor not in anchors(there):
                wrong += 1
                print(f"{path}: {target}: no such heading")
    return wrong


def blocks(path):
    for words, _, content in fences(read(path)):
        if words.split() != ["sh", "tested"]:
            continue
        for line in content.replace("\\\n", " ").split("\n"):
            if line.strip() and not line.lstrip().startswith("#"):
                print(line)
    return 0


def calls(text):
    """The arguments of each call that logs."""
    for begin in re.finditer(r"\b(?:log_line|heard_log)\(", text):
        depth, i, quoted = 1, begin.end(), False
        while depth:
            c = text[i]
            if quoted:
                i += c == "\\"
                quoted = c != '"'
            elif c == '"':
                quoted = True
            else:
                depth += (c == "(") - (c == ")")
            i += 1
        yield text[begin.end() : i - 1]


def logs(guide, sources):
    """Of each format the longest piece without a conversion has to be quoted."""
    told, wrong = " ".join(read(guide).split()), 0
    for path in sources:
        for call in calls(read(path)):
            if not re.search(r"HEARD_(WARN|ERROR)\b", call):
                continue
            call = re.sub(r"\bPRI[a-zA-Z]*\d+", '""', call)
            said = re.sub(r'"\s*"', "", call)
            pieces = [
                piece.strip(' :;,()')
                for string in re.findall(r'"((?:[^"\\]|\\.)*)"', said)
                for piece in re.split(r"%[-+ #0-9.*]*[a-zA-Z]*", string.replace('\\"', '"'))
            ]
            longest = max(pieces, key=len, default="")
            if longest not in told:
                wrong += 1
                print(f"{path}: {guide} does not tell of: {longest}")
    return wrong


def code(path, name):
    for words, _, content in fences(read(path)):
        if words.split()[1:] == [name]:
            print(content, end="")
            return 0
    print(f"{path} has no block {name}", file=sys.stderr)
    return 1


def main(args):
    what, rest = args[0], args[1:]
    if what == "links":
        return links(rest)
    if what == "blocks":
        return blocks(rest[0])
    if what == "logs":
        return logs(rest[0], rest[1:])
    if what == "code":
        return code(rest[0], rest[1])
    print(__doc__, file=sys.stderr)
    return 2


sys.exit(1 if main(sys.argv[1:]) else 0)
