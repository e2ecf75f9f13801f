#!/bin/sh
# A port in use is a sentence and exit 1; the other program is not disturbed.
. "$(dirname "$0")/../lib/daemon.sh"

sink_start
conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
sed -i "s|name = \"public\"; address = \"127.0.0.1:0\"|name = \"public\"; address = \"$SINK\"|" "$CONF"
said=$(timeout 30 "$HEARD" run -c "$CONF" 2>&1)
is "it is refused" $? 1
like "with address and reason" "$said" "$SINK.*[Ii]n use|[Ii]n use.*$SINK"
ok "the other program still answers" curl -fsS -m 10 -o /dev/null -X POST -d '{"id":"x"}' "http://$SINK/"
no_sanitizer_reports
done_testing
