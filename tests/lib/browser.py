"""browser.py - a real Chromium for tests, by W3C WebDriver (chromedriver).

    with Browser(width=390, lang="zh-CN") as b:
        b.go(url); b.type("#message", "..."); b.click("button[type=submit]")
        b.shots("/tmp/form"); print(b.text("main"))

It looks up no name but loopback's and tells nobody that it runs.  Nothing waits
by sleeping: until() asks again until a deadline.
"""
import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-domain-reliability",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--no-default-browser-check",
    "--no-pings", "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WIDTHS = (390, 1280)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class BrowserError(Exception):
    pass


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    def __init__(self, width=1280, height=900, lang="zh-CN", javascript=True, dark=False,
                 profile=None):
        """With a PROFILE, a folder, what pages store outlives this browser."""
        self.width, self.height, self.lang = width, height, lang
        self.javascript, self.dark = javascript, dark
        self.kept_profile = profile

    def __enter__(self):
        self.profile = self.kept_profile or tempfile.mkdtemp(prefix="heard-chromium-")
        self.port = _free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}", "--log-level=OFF"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.until(self._is_up, what="chromedriver does not answer")
            self.session = self._call("POST", "/session", self._wish())["sessionId"]
            self.resize(self.width, self.height)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if getattr(self, "session", None):
                self._call("DELETE", f"/session/{self.session}")
        except (BrowserError, OSError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(20)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        if not self.kept_profile:
            shutil.rmtree(self.profile, ignore_errors=True)

    def _wish(self):
        prefs = {"intl.accept_languages": self.lang}
        if not self.javascript:
            prefs["profile.managed_default_content_settings.javascript"] = 2
        flags = FLAGS + [f"--user-data-dir={self.profile}", f"--lang={self.lang}"]
        if self.dark:
            flags.append("--force-dark-mode")
        return {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {
            "args": flags, "prefs": prefs}}}}

    def _is_up(self):
        try:
            return self._call("GET", "/status")["ready"]
        except (OSError, BrowserError):
            return False

    def _call(self, method, path, body=None, seconds=60):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            value = json.load(e)["value"]
            raise BrowserError(f"{value.get('error')}: {value.get('message', '')[:300]}") from None

    def _do(self, method, path, body=None, seconds=60):
        return self._call(method, f"/session/{self.session}{path}", body, seconds)

    @staticmethod
    def until(test, seconds=60, what="it did not come true"):
        end = time.monotonic() + seconds
        while True:
            value = test()
            if value:
                return value
            if time.monotonic() > end:
                raise BrowserError(what)
            time.sleep(0.05)

    def resize(self, width, height):
        self._do("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height, "deviceScaleFactor": 1,
                       "mobile": width < 600}})

    def offline(self, is_offline):
        self._do("POST", "/goog/cdp/execute", {"cmd": "Network.enable", "params": {}})
        self._do("POST", "/goog/cdp/execute", {
            "cmd": "Network.emulateNetworkConditions",
            "params": {"offline": is_offline, "latency": 0,
                       "downloadThroughput": -1, "uploadThroughput": -1}})

    def go(self, url):
        self._do("POST", "/url", {"url": url})

    def reload(self):
        self._do("POST", "/refresh", {})

    def url(self):
        return self._do("GET", "/url")

    def title(self):
        return self._do("GET", "/title")

    def source(self):
        return self._do("GET", "/source")

    def find(self, css):
        return self._do("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def count(self, css):
        return len(self._do("POST", "/elements", {"using": "css selector", "value": css}))

    def text(self, css="body"):
        return self._do("GET", f"/element/{self.find(css)}/text")

    def attribute(self, css, name):
        return self._do("GET", f"/element/{self.find(css)}/attribute/{name}")

    def value(self, css):
        return self._do("GET", f"/element/{self.find(css)}/property/value")

    def click(self, css):
        self._do("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        self._do("POST", f"/element/{self.find(css)}/value", {"text": text})

    def run(self, script, *args):
        return self._do("POST", "/execute/sync", {"script": script, "args": list(args)})

    def run_async(self, script, *args, seconds=300):
        """An async function's body; what it returns."""
        self._do("POST", "/timeouts", {"script": seconds * 1000})
        value = self._do("POST", "/execute/async", {
            "script": "const done = arguments[arguments.length - 1];"
                      f"(async () => {{{script}}})().then((v) => done([v]), (e) => done(String(e)))",
            "args": list(args)}, seconds + 10)
        if not isinstance(value, list):
            raise BrowserError(value)
        return value[0]

    def kill(self):
        """SIGKILL to the browser, as if the power went; its driver tells when it is gone."""
        with open(f"/proc/{self.driver.pid}/task/{self.driver.pid}/children") as f:
            for pid in map(int, f.read().split()):
                os.kill(pid, signal.SIGKILL)

    def before_pages(self, script):
        """Run it in every page from now on, before the page's own scripts."""
        self._do("POST", "/goog/cdp/execute", {
            "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}})

    def shot(self, path, full=True):
        """A picture of the whole page, however long it is."""
        params = {"format": "png", "captureBeyondViewport": full}
        if full:
            m = self._do("POST", "/goog/cdp/execute",
                         {"cmd": "Page.getLayoutMetrics", "params": {}})["cssContentSize"]
            params["clip"] = {"x": 0, "y": 0, "width": self.width,
                              "height": min(m["height"], 8000), "scale": 1}
        data = self._do("POST", "/goog/cdp/execute",
                        {"cmd": "Page.captureScreenshot", "params": params})["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def shots(self, path):
        """PATH-390.png and PATH-1280.png: a phone and a desk, neither to be scrolled sideways."""
        for width in WIDTHS:
            self.width = width
            self.resize(width, 900)
            self.shot(f"{path}-{width}.png")
            over = self.run("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")
            if over:
                raise BrowserError(f"{path} is {over} px too wide at {width} px")

    def pdf_pages(self):
        """How many A4 pages it prints on."""
        data = self._do("POST", "/goog/cdp/execute", {
            "cmd": "Page.printToPDF",
            "params": {"preferCSSPageSize": True, "printBackground": True}})["data"]
        return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(data)))
