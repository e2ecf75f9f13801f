#!/bin/sh
# Slowloris and a header flood: cut off, while others are served all along.
. "$(dirname "$0")/../lib/daemon.sh"

LISTENER='header_timeout = "1s"; body_timeout = "2s"; idle_timeout = "3s"; max_connections_per_address = 300;'
conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
must_start

# hostile KIND: true if the server ends the matter within 30 s
hostile() {
	python3 - "$1" "$(address public)" "$((30 * SLOW))" <<-'EOT'
	import select, socket, sys, time

	kind, where, limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
	host, port = where.rsplit(":", 1)

	def connect():
	    return socket.create_connection((host, int(port)), timeout=limit)

	def ended(s, drip, every=0.2):
	    """Send drip now and then until the server closes or answers 4xx."""
	    end, answer = time.monotonic() + limit, b""
	    while time.monotonic() < end:
	        try:
	            if drip:
	                s.sendall(drip)
	            if select.select([s], [], [], every)[0]:
	                got = s.recv(65536)
	                answer += got
	                if not got or answer.split(b" ")[1:2] and answer.split(b" ")[1][:1] == b"4":
	                    return True
	        except (BrokenPipeError, ConnectionResetError):
	            return True
	    return False

	head = b"POST /feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	if kind == "slow-header":
	    many = [connect() for _ in range(100)]
	    for s in many:
	        s.sendall(head)
	    good = all(ended(s, b"X-A: b\r\n", 0.01) for s in many)
	elif kind == "slow-byte":
	    s = connect()
	    good = ended(s, b"P")
	elif kind == "slow-body":
	    s = connect()
	    s.sendall(head + b"Content-Length: 1000\r\n\r\n")
	    good = ended(s, b" ")
	elif kind == "silent":
	    good = ended(connect(), b"")
	elif kind == "header-flood":
	    s = connect()
	    good = ended(s, b"".join(b"X-%d: %s\r\n" % (i, b"y" * 100) for i in range(5000)), 0.01)
	elif kind == "long-line":
	    s = connect()
	    good = ended(s, b"GET /" + b"a" * 1000000, 0.01)
	elif kind == "garbage":
	    s = connect()
	    good = ended(s, bytes(range(256)) * 100)
	elif kind == "two-lengths":
	    s = connect()
	    s.sendall(head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	    good = ended(s, b"")
	elif kind == "many":
	    held = []
	    try:
	        for _ in range(400):
	            held.append(connect())
	    except OSError:
	        pass
	    good = bool(select.select(held, [], [], limit)[0])
	sys.exit(0 if good else 1)
	EOT
}

serves() {
	curl -fsS -m 20 -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"body":"x"}' "$(url public /feedback)"
}

for kind in slow-header slow-byte slow-body silent header-flood long-line garbage two-lengths many; do
	ok "$kind is cut off" hostile $kind
	ok "others are served after $kind" wait_for 10 serves
done
"$TOOLS/load" -a "$(address public)" -c 8 -r 200 -s 5 -k beside >"$T/beside" 2>&1 &
beside=$!
ok "a slow one beside honest load is cut off" hostile slow-header
ok "and the honest load sees nothing of it" wait $beside
ok "the daemon lives" kill -0 "$daemon_pid"
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
