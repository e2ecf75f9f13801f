"""fenced.py - the fenced blocks of a page, for docs.py and guide.py."""
import re


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def fences(text):
    """(words behind the backticks, line number, content) of each block; and of each comment
    <!-- later SPAN --> outside of them ("later SPAN", line number, "")."""
    found, inside, words, begun = [], None, "", 0
    for number, line in enumerate(text.split("\n"), 1):
        later = re.fullmatch(r"<!-- later (\S+) -->", line)
        mark = re.match(r"\s*```(.*)$", line)
        if later and inside is None:
            found.append(("later " + later.group(1), number, ""))
        elif mark and inside is None:
            inside, words, begun = [], mark.group(1).strip(), number
        elif mark:
            found.append((words, begun, "\n".join(inside) + "\n"))
            inside = None
        elif inside is not None:
            inside.append(line)
    if inside is not None:
        raise SystemExit(f"line {begun}: the block has no end")
    return found
