"""pages.py - what t0860 does in a real browser.

    pages.py shots FOLDER NAME=URL...     each page at 390 and 1280 px, light and dark
    pages.py answer URL FOLDER TEXT       the middle face and a text, without JavaScript
    pages.py keyboard URL                 the second face, by keys alone

Anything that is not as it should be ends it with a sentence.
"""
import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from browser import Browser, BrowserError  # noqa: E402

def shots(folder, *pages):
    for dark in (False, True):
        with Browser(lang="zh-CN", dark=dark) as b:
            for page in pages:
                name, url = page.split("=", 1)
                b.go(url)
                b.shots(f"{folder}/{name}" + ("-dark" if dark else ""))


def must_be_asked(b, url):
    b.go(url)
    try:
        b.until(lambda: b.count("input[name=score]"), 20, "no form")
    except BrowserError:
        raise SystemExit(f"{url} shows no question, but at {b.url()}: {b.source()}") from None


def answer(url, folder, text):
    with Browser(width=390, lang="zh-CN", javascript=False) as b:
        must_be_asked(b, url)
        b.click("button[type=submit]")  # no face was chosen: the browser says so
        if "/follow-up/" not in b.url() or not b.count("input[name=score]"):
            raise SystemExit("the form went without a score")
        b.click("#s3")
        b.type("#text", text)
        b.shot(f"{folder}/follow-up-filled-390.png")
        b.click("button[type=submit]")
        b.until(lambda: not b.count("input[name=score]"), what="the form is still there")
        b.shot(f"{folder}/follow-up-done-390.png")
        print(b.url())
        print(b.text("main"))


def keyboard(url):
    with Browser(width=1280, lang="en") as b:
        must_be_asked(b, url)
        b.type("#s1", "\ue014")  # arrow right: the next of a group
        if not b.run("return document.querySelector('#s2').checked"):
            raise SystemExit("the arrow keys do not move among the faces")
        b.run("document.querySelector('#s2').focus()")
        b.type("#s2", "\ue007")  # enter
        b.until(lambda: not b.count("input[name=score]"), what="the form is still there")
        print(b.text("main"))


{"shots": shots, "answer": answer, "keyboard": keyboard}[sys.argv[1]](*sys.argv[2:])
