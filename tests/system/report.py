"""report.py - what t0870 does in a real browser.

    report.py FOLDER FILE.html...     each report at 390 and 1280 px and on paper

Anything that is not as it should be ends it with a sentence.
"""
import pathlib
import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from browser import Browser  # noqa: E402


def look(b, folder, path):
    name = pathlib.Path(path).stem
    b.go("file://" + path)
    b.shots(f"{folder}/{name}")
    if b.count("script") or b.count("main img") or b.count("main a"):
        raise SystemExit(f"{name} has an element that a customer wrote")
    pages = b.pdf_pages()
    if not 1 <= pages <= 6:
        raise SystemExit(f"{name} prints on {pages} pages")


with Browser(lang="zh-CN") as browser:
    for report in sys.argv[2:]:
        look(browser, sys.argv[1], report)
