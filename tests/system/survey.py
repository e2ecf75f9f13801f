"""survey.py - what t1120 does in a real browser.

    survey.py shots URL FOLDER          empty and filled in, zh and en, at 390 and 1280 px
    survey.py answer URL FOLDER js|none TEXT   a bad answer as a customer gives it
    survey.py offline URL TEXT          an answer sent without a network, and once more with it
    survey.py look URL FILE             one page, at both widths

Anything that is not as it should be ends it with a sentence.
"""
import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from browser import Browser  # noqa: E402


def must(is_so, what):
    if not is_so:
        raise SystemExit(what)


def is_shown(b, css):
    # Without script of the page's own: WebDriver's, which the browser allows all the same.
    return b.run("const e = document.querySelector(arguments[0]);"
                 "return !!e && getComputedStyle(e).display !== 'none'", css)


def fill(b):
    """NPS 3, packaging 1 and wet, by phone; looks at what is asked then."""
    must(b.count(".ask") == 10, "not ten questions")
    must(not is_shown(b, ".w1") and not is_shown(b, ".w5") and not is_shown(b, ".w7"),
         "a question is shown whose condition does not hold")
    b.click("label[for=q0-3]")
    must(is_shown(b, ".w1"), "NPS 3 does not ask why")
    b.click("label[for=q0-9]")
    must(not is_shown(b, ".w1"), "NPS 9 asks why")
    b.click("label[for=q0-3]")
    b.click("label[for=q2-2]")
    b.click("label[for=q3-4]")
    b.click("label[for=q4-3]")
    b.click("label[for=q4p0-1]")
    must(b.run("return document.querySelector('#q4p0-1').checked"), "the first star is not one star")
    must(is_shown(b, ".w5"), "a torn box is not asked for")
    b.click("label[for=q4p1-4]")
    b.click(".w5 .pick:nth-child(2)")
    b.click(".w5 .pick:nth-child(3)")
    b.click(".w6 .pick:nth-child(1)")
    must(is_shown(b, ".w7"), "by phone, and no word of waiting")
    b.click(".w7 .pick:nth-child(2)")


def shots(url, folder):
    for lang in ("zh-CN", "en"):
        with Browser(width=390, lang=lang) as b:
            b.go(url)
            b.shots(f"{folder}/survey-{lang[:2]}")
            fill(b)
            b.shots(f"{folder}/survey-{lang[:2]}-filled")
    with Browser(width=390, lang="zh-CN", dark=True) as b:
        b.go(url)
        b.shots(f"{folder}/survey-dark")


def answer(url, folder, script, text):
    with Browser(width=390, lang="zh-CN", javascript=script == "js") as b:
        b.go(url)
        b.click("button[type=submit]")  # NPS is required: the browser says so
        must(b.count(".ask") == 10, "the form went without what is required")
        fill(b)
        b.type("#q1", text)
        b.click("button[type=submit]")
        b.until(lambda: not b.count(".ask"), what="the form is still there")
        b.shots(f"{folder}/survey-thanks-{script}")
        print(b.text("main"))


def offline(url, text):
    with Browser(width=390, lang="zh-CN", javascript=False) as b:
        b.go(url)
        fill(b)
        b.type("#q1", text)
        b.offline(True)
        b.click("button[type=submit]")
        b.until(lambda: not b.count(".ask"), what="it does not say that there is no network")
        must(not b.count("main"), "it was sent without a network")
        b.offline(False)
        for _ in range(2):  # the customer loads it again, which sends it again, and once more
            b.reload()
            b.until(lambda: b.count("main"), what="it is not sent again")
            must(not b.count(".ask"), "the form is there again, and empty")
        print(b.text("main"))


def look(url, name):
    with Browser(width=390, lang="zh-CN") as b:
        b.go(url)
        b.shots(name)
        print(b.text("main"))


{"shots": shots, "answer": answer, "offline": offline, "look": look}[sys.argv[1]](*sys.argv[2:])
