# wechat.sh - sourced by the tests of input wechat, after daemon.sh: the platforms are
# tests/tools/wechatd.py, and safe mode has the key $AES.

SERVER=wechatd.py
. "$here/tests/lib/chat.sh"
WECHATD=$here/tests/tools/$SERVER
AES=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG
