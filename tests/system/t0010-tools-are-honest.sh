#!/bin/sh
# The tools that judge the daemon are judged first: the shims lose and fail what
# they say and nothing else, load and sink count right.
# variants: release debug
. "$(dirname "$0")/../lib/daemon.sh"

# ---- power loss
mkdir "$T/disk"
echo old >"$T/disk/old"
cat >"$T/life.py" <<-'EOT'
	import os, sys
	os.chdir(sys.argv[1])
	def sync(path):
	    fd = os.open(path, os.O_RDONLY)
	    os.fsync(fd)
	    os.close(fd)
	a = os.open("a", os.O_CREAT | os.O_RDWR, 0o600)
	os.write(a, b"A" * 10); os.fsync(a); sync(".")
	os.pwrite(a, b"B" * 4, 3)                    # not synced
	b = os.open("b", os.O_CREAT | os.O_WRONLY)
	os.write(b, b"bytes"); os.fsync(b)           # its name is not synced yet
	os.mkdir("d"); sync(".")                     # now it is
	x = os.open("d/x", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
	os.write(x, b"12345"); os.fdatasync(x); sync("d")
	os.write(x, b"678")                          # not synced
	os.rename("a", "c")                          # not synced
	e = os.open("e", os.O_CREAT | os.O_WRONLY)
	os.write(e, b"never synced")
	os.unlink("b")                               # not synced
	os.close(b)
	f = os.open("f", os.O_CREAT | os.O_WRONLY)   # may get the number of b's inode
	os.write(f, b"reuse"); os.fsync(f)
	os.ftruncate(a, 3)                           # not synced
	if sys.argv[2] == "late":
	    sync(".")
	os.kill(os.getpid(), 9)
EOT
after() { # early|late: what a disk would hold
	rm -rf "$T/shadow" "$T/found"
	SHIM_ROOT=$T/disk SHIM_SHADOW=$T/shadow LD_PRELOAD=$TOOLS/shim_power python3 "$T/life.py" "$T/disk" "$1" >"$T/life.out" 2>&1
	cp -aL "$T/shadow/root" "$T/found" && (cd "$T/found" && for file in $(find . -type f | sort); do
		echo "$file=$(cat "$file")"
	done)
}
is "a power loss takes what was not synced" "$(after early)" "./a=AAAAAAAAAA
./b=bytes
./d/x=12345
./old=old"
rm -rf "$T/disk"/[a-z] "$T/disk/d"
is "and leaves what was" "$(after late)" "./c=AAAAAAAAAA
./d/x=12345
./e=
./f=reuse
./old=old"

# ---- failing calls
try() { # PYTHON, with the shim
	SHIM_ROOT=$T/disk SHIM_ONCE=$T/once SHIM_FULL=$T/full LD_PRELOAD=$TOOLS/shim_fail python3 -c "
import os
def t(f, *a):
    try: return f(*a)
    except OSError as e: return e.errno
$1" "$T/disk"
}
echo "write 28" >"$T/once"
is "one write fails, the next does not" "$(try 'f = os.open("'"$T"'/disk/old", os.O_RDWR)
print(t(os.write, f, b"x"), t(os.write, f, b"x"))')" "28 1"
echo "fsync 5" >"$T/once"
is "so for fdatasync" "$(try 'f = os.open("'"$T"'/disk/old", os.O_RDWR)
print(t(os.fdatasync, f), t(os.fdatasync, f))')" "5 None"
: >"$T/full"
is "on a full disk what is allocated can be written, and nothing more" "$(try 'f = os.open("'"$T"'/disk/old", os.O_RDWR)
print(t(os.pwrite, f, b"yy", 1), t(os.pwrite, f, b"y" * 9999, 1), t(os.open, "'"$T"'/disk/new", os.O_CREAT | os.O_RDWR))')" "2 28 28"
is "elsewhere it can" "$(try 'f = os.open("'"$T"'/elsewhere", os.O_RDWR | os.O_CREAT); print(t(os.write, f, b"y" * 9999))')" 9999
rm -f "$T/full"

# ---- the clock
python3 -c "import struct; open('$T/clock', 'wb').write(struct.pack('<q', 86400000))"
later=$(SHIM_CLOCK=$T/clock LD_PRELOAD=$TOOLS/shim_clock date +%s)
ok "the clock can be a day ahead" test $((later - $(date +%s))) -ge 86390

# ---- load against sink
sink_start
echo accept >"$T/sink.mode"
ok "load is content when all is acknowledged" "$TOOLS/load" -a "$SINK" -n 500 -c 4 -l "$T/acks"
is "and logs each" "$(jq -r .key "$T/acks" | sort -u | wc -l)" 500
"$TOOLS/load" -a "$SINK" -n 20 -c 1 -g 10 >"$T/again" 2>&1
is "it notices other ids for a repeated key" $? 1
like "and counts them" "$(cat "$T/again")" 'again=2 mismatched=2'
echo "status 503" >"$T/sink.mode"
"$TOOLS/load" -a "$SINK" -n 5 -c 1 -d 3 >"$T/never" 2>&1
is "it gives up after the deadline" $? 1
like "having tried again" "$(cat "$T/never")" 'acknowledged=0 .* retries=[1-9]'
"$TOOLS/load" -a 127.0.0.1:1 -n 5 -c 1 -d 3 >"$T/nobody" 2>&1
like "it counts refused connections" "$(cat "$T/nobody")" 'refused_connects=[1-9]'
"$TOOLS/load" -a 192.0.2.1:80 -n 1 -c 1 -d 1 >"$T/far" 2>&1
like "it sends nothing off this machine" "$(cat "$T/far")" 'lost=0 refused_connects=0'
is "records are distinct" "$("$TOOLS/gen" 1000 | jq -r .order | sort -u | wc -l)" 1000
is "and the same each time" "$("$TOOLS/gen" -s 7 100 | cksum)" "$("$TOOLS/gen" -s 7 100 | cksum)"
done_testing
