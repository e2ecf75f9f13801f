"""story.py - what the customer of t0890 does, in a real browser.

    story.py complain FORM_URL FOLDER        prints the status page's address
    story.py look STATUS_URL FOLDER NAME     prints the page's text
    story.py judge FOLLOW_UP_URL FOLDER      the worst face; prints the page's text
"""
import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from browser import Browser  # noqa: E402

COMPLAINT = ("充电宝充电的时候突然着火了，太危险了！订单号4111111111111111，"
             "请马上联系我 13812345678，联系不上就打投诉电话。")


def complain(b, url, folder):
    b.go(url)
    b.shots(f"{folder}/form")
    b.type("#body", COMPLAINT)
    b.click("details summary")
    b.type("[name='author.phone'], [name=phone]", "13812345678")
    b.type("[name=order]", "4111111111111111")
    b.shots(f"{folder}/form-filled")
    if b.count("#consent"):
        b.click("#consent")
    b.click("button[type=submit]")
    b.until(lambda: "/status/" in b.url(), what="no status page after sending")
    b.shots(f"{folder}/status-new")
    print(b.url())


def look(b, url, folder, name):
    b.go(url)
    b.shots(f"{folder}/{name}")
    print(b.text("body"))


def judge(b, url, folder):
    b.go(url)
    b.shots(f"{folder}/follow-up")
    b.run("document.querySelector('input[name=score][value=\"1\"]').checked = true")
    b.type("[name=text]", "还是没解决，打我电话13812345678")
    b.click("button[type=submit]")
    b.until(lambda: not b.count("input[name=score]"), what="the form is still there")
    b.shots(f"{folder}/follow-up-done")
    print(b.text("body"))


with Browser(lang="zh-CN") as browser:
    {"complain": complain, "look": look, "judge": judge}[sys.argv[1]](browser, *sys.argv[2:])
