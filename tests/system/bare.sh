#!/usr/bin/env bash
# Is `make run`, or `make check`, the only command needed on a bare Debian 12?
# By hand, as root: tests/system/bare.sh [FOLDER]
#
# Makes a debootstrap folder with the base system, git and make, clones this
# repository's HEAD into it twice, and runs one command in each clone in a chroot.
# Mirror, certificates and apt's settings are this machine's.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
root=${1:-$(mktemp -d /tmp/heard-bare.XXXXXX)}
[ "$(id -u)" = 0 ] || { echo "bare.sh: must be root" >&2; exit 1; }
command -v debootstrap >/dev/null || apt-get install -y -q debootstrap

mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		grep -oE '(URIs: *|^deb (\[[^]]*\] )?)https?://[^ ]+' | grep -oE 'https?://[^ ]+' |
		grep -E '/debian/?$' | head -n 1
}

unmount() {
	local at
	for at in "$root"/{proc,dev}; do
		if mountpoint -q "$at"; then umount -l "$at"; fi
	done
}
trap unmount EXIT

url=$(mirror)
if [ ! -e "$root/etc/debian_version" ]; then
	echo "== debootstrap from ${url:=http://deb.debian.org/debian}"
	debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" "$url" >"$root.log" 2>&1 ||
		{ tail -n 20 "$root.log" >&2; exit 1; }
fi
# apt as it is set up here: sources, keys, proxy and certificates
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
rm -f "$root"/etc/apt/apt.conf.d/*packagekit* "$root"/etc/apt/apt.conf.d/*pkgup*
echo "deb $url bookworm main" >"$root/etc/apt/sources.list"
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
mkdir -p "$root/usr/local/share/ca-certificates"
cp -a /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
mount -t proc proc "$root/proc"
# a /dev of its own: nothing done to the folder later can reach this machine's
mount -t tmpfs -o mode=755 none "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
chmod 755 "$root" # servers that tests start change to users of their own

git clone -q --bare "$here" "$root/heard.git" 2>/dev/null || git -C "$root/heard.git" fetch -q "$here" '+HEAD:refs/heads/bare'
rm -rf "$root/one" "$root/two"

inside() { # FOLDER COMMAND
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		/bin/sh -c "git clone -q /heard.git /$1 && cd /$1 && $2"
}

code=0
echo "== make run"
inside one 'DEMO_ONCE=1 make run' >"$root.run" 2>&1 </dev/null || code=1
tail -n 15 "$root.run"
[ $code -eq 0 ] && echo "ok    make run" || echo "FAIL  make run, see $root.run"
echo "== make check"
if inside two 'make check' >"$root.check" 2>&1 </dev/null; then
	echo "ok    make check: $(tail -n 1 "$root.check")"
else
	code=1
	tail -n 30 "$root.check"
	echo "FAIL  make check, see $root.check"
fi
exit $code
