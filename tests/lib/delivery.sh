# delivery.sh - sourced by tests that count what arrived: one pipeline with an
# HTTP input, a watched folder and three outputs, and the questions asked of it.

DROP=$T/drop
OUT=$STATE/out.ndjson

# The pipeline of the kill tests.  Needs sink_start before.  [OUTPUT_OPTIONS]
delivery_conf() {
	mkdir -p "$DROP"
	CONF_EXTRA="journal = { segment_size = \"${SEGMENT:-4M}\"; max_size = \"1G\"; keep = \"0s\"; };"
	conf <<-EOT
		pipelines = (
		  { name = "shop"; dedupe = "1h";
		    inputs  = ( { plugin = "http"; path = "/feedback"; },
		                { plugin = "file"; path = "$DROP"; done = "delete"; } );
		    filters = ( { plugin = "normalize"; },
		                { plugin = "mask"; },
		                { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "tickets"; database = "tickets.db"; },
		                { plugin = "file"; path = "out.ndjson"; },
		                { plugin = "webhook"; url = "http://$SINK/hook"; allow_private = true;
		                  retry = { first = "20ms"; max = "200ms"; give_up = "1h"; }; ${1:-} } ); }
		);
	EOT
}

# Hand over a file as a program should: written beside, then renamed into the folder.
drop() { # FILE
	mv "$1" "$DROP/.$(basename "$1").part" && mv "$DROP/.$(basename "$1").part" "$DROP/$(basename "$1")"
}

drop_is_empty() { [ -z "$(ls "$DROP")" ]; }

# arrived ACK_LOG ORDERS: exactly once in tickets.db and in the file output, at
# least once at the receiver; and nothing that nobody sent.
#   ACK_LOG  what load wrote: {"key":..,"ids":[..]}
#   ORDERS   a file with the `order` of each line that was dropped as a file
arrived() {
	python3 - "$1" "$2" "$OUT" "$STATE/tickets.db" "$T/sink.log" <<-'EOT'
	import collections, glob, json, sqlite3, subprocess, sys

	acks, orders, out, database, sink = sys.argv[1:6]
	acknowledged = [i for line in open(acks) for i in json.loads(line)["ids"]]
	dropped = [line.strip() for line in open(orders)]
	bad = []

	def say(text):
	    bad.append(text)

	if len(set(acknowledged)) != len(acknowledged):
	    say("two requests were acknowledged with one id")

	in_file, order_of = collections.Counter(), {}
	for path in sorted(glob.glob(out + "*")):
	    stream = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout.splitlines() \
	        if path.endswith(".zst") else open(path, "rb")
	    for line in stream:
	        record = json.loads(line)
	        in_file[record["id"]] += 1
	        order_of[record["id"]] = record.get("order")
	seen_orders = collections.Counter(o for o in order_of.values() if o)

	db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
	tables = {r[0] for r in db.execute("select name from sqlite_master where type in ('table','view')")}
	in_store = collections.Counter()
	for (value,) in db.execute("select id from record"):
	    if isinstance(value, bytes):
	        value = value.hex()
	        value = "-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:]))
	    in_store[value] += 1

	at_sink = {line.split()[1] for line in open(sink) if line.startswith("2")}

	for name, counter in (("the file", in_file), ("the store", in_store)):
	    twice = [i for i, n in counter.items() if n > 1]
	    lost = [i for i in acknowledged if i not in counter]
	    if twice:
	        say(f"{len(twice)} records are more than once in {name}, such as {twice[0]}")
	    if lost:
	        say(f"{len(lost)} acknowledged records are not in {name}, such as {lost[0]}")
	if set(in_file) != set(in_store):
	    say(f"file and store differ in {len(set(in_file) ^ set(in_store))} records")
	missing = [i for i in in_file if i not in at_sink]
	if missing:
	    say(f"{len(missing)} records never reached the receiver, such as {missing[0]}")
	strangers = [i for i in at_sink if i not in in_file]
	if strangers:
	    say(f"the receiver got {len(strangers)} records that the file has not, such as {strangers[0]}")
	for order in dropped:
	    if seen_orders[order] != 1:
	        say(f"{order}, dropped as a file, arrived {seen_orders[order]} times")
	twice = [o for o, n in seen_orders.items() if n > 1]
	if twice:
	    say(f"{len(twice)} orders arrived more than once, such as {twice[0]}")
	print(f"acknowledged={len(acknowledged)} dropped={len(dropped)} file={len(in_file)} "
	      f"store={len(in_store)} receiver={len(at_sink)}")
	print("\n".join(bad[:20]))
	sys.exit(1 if bad else 0)
	EOT
}

# counts_agree: the ledger's figures are those of the file and of the receiver.
counts_agree() {
	counts_lines=$(cat "$OUT"* | wc -l)
	counts_sink=$(awk '$1 ~ /^2/ { print $2 }' "$T/sink.log" | sort -u | wc -l)
	counts_want="$counts_lines $counts_lines $counts_sink 0 0"
	counts_got=$(ledger | jq -r '.pipelines[0] | . as $p |
		(.outputs | map({(.name): (.delivered + .duplicate)}) | add) as $o |
		"\($p.journaled) \($o.file) \($o.webhook) \($p.dead) \($p.dropped)"')
	[ "$counts_got" = "$counts_want" ] || {
		echo "journaled, file, webhook, dead, dropped: the ledger says $counts_got, the others $counts_want"
		return 1
	}
}
