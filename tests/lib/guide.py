#!/usr/bin/env python3
"""The guide's blocks, for t0900: guide.py split|commands|console|excerpt ARGS...

split GUIDE FOLDER      each block of GUIDE into a file of FOLDER, and a line of FOLDER/order:
                        FILE KIND LINE ARGUMENT
commands GUIDE          the blocks without comments: what two languages have to share
console FILE LIMIT      run the commands of a console block; the output has to fit
excerpt FILE WHOLE      FILE, whatever its blanks and comments, is a piece of WHOLE

Kinds, by the words behind the backticks:

sh              run, by `sh -eu`
sh not-run      only read: it is no business of a test
conf PATH       written to PATH
conf part PATH  has to be a piece of the file PATH
console         lines that begin with $ are run, one by one.  The others are the output.
                `...` stands for any text in a line, a line of `...` for any lines, and
                blanks for blanks.  A command that only reads is asked until it fits.
html, nginx     only read
later SPAN      no block but a comment, <!-- later 61m -->: the clock goes ahead; by so
                much, or to 09:00 of the next day
"""
import os
import re
import subprocess
import sys
import time

from fenced import fences, read

KINDS = re.compile(r"sh|sh not-run|conf part \S+|conf \S+|console|html|nginx")
READS = re.compile(
    r"heard (tickets (list|show|search)|status|ledger|dead (list|show)|report)\b"
    r"|curl (?!.* -[dFX] )|ls |cat |tail |grep |jq ")


def split(guide, folder):
    with open(os.path.join(folder, "order"), "w", encoding="utf-8") as order:
        for n, (words, line, content) in enumerate(fences(read(guide)), 1):
            if not words.startswith("later ") and not KINDS.fullmatch(words):
                raise SystemExit(f"{guide}:{line}: \"{words}\" is no kind of block")
            name = f"{n:03}"
            kind = "-".join(words.split()[:2] if re.match("sh |conf part", words) else words.split()[:1])
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(content)
            argument = words.split()[-1] if " " in words else "-"
            order.write(f"{name} {kind} {line} {argument}\n")


def bare(content):
    """Without comments and empty lines."""
    lines = (re.sub(r"(^|\s+)#( .*)?$", "", line).rstrip() for line in content.split("\n"))
    return "\n".join(line for line in lines if line)


def commands(guide):
    for words, _, content in fences(read(guide)):
        print(f"[{words}]")
        print(bare(content))


def pieces(content):
    """(command, what it prints) of a console block."""
    found = []
    for line in content.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif not found:
            raise SystemExit("a console block begins with a command")
        else:
            found[-1][1].append(line)
    return found


def shape(lines):
    """What fits these lines, as a regular expression."""
    pattern = ""
    for line in lines:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
            continue
        words = [r"[^\n]*?".join(map(re.escape, word.split("..."))) for word in line.split()]
        pattern += r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n"
    return re.compile(pattern)


def run(command):
    done = subprocess.run(["sh", "-euc", command], stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def console(path, limit):
    for command, lines in pieces(read(path)):
        wanted, end = shape(lines), time.monotonic() + float(limit)
        while True:
            code, got = run(command)
            got = got if got.endswith("\n") or not got else got + "\n"
            if code == 0 and wanted.fullmatch(got):
                break
            if time.monotonic() > end or not READS.match(command):
                print(f"$ {command}\nended with {code}\n-- got\n{got}-- wanted\n" + "\n".join(lines))
                return 1
            time.sleep(0.1)
    return 0


def excerpt(path, whole):
    piece, rest = "".join(bare(read(path)).split()), "".join(bare(read(whole)).split())
    if piece in rest:
        return 0
    print(f"this is not in {whole}:\n{bare(read(path))}")
    return 1


def main(args):
    what = {"split": split, "commands": commands, "console": console, "excerpt": excerpt}
    if not args or args[0] not in what:
        print(__doc__, file=sys.stderr)
        return 2
    return what[args[0]](*args[1:]) or 0


sys.exit(main(sys.argv[1:]))
