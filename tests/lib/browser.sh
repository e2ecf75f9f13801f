# browser.sh - sourced by tests that look at pages in a real browser (browser.py).  With
# SHOTS=FOLDER its pictures are kept there.

python=/usr/bin/python3
[ -x $python ] || python=python3
shots=${SHOTS:-$T/shots}
mkdir -p "$shots"
has_browser() { command -v chromium >/dev/null && command -v chromedriver >/dev/null; }
