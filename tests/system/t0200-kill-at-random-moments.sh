#!/bin/sh
# No acknowledged record is lost or doubled by SIGKILL.  KILLS=100 for more.
# timeout: 900
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"
. "$(dirname "$0")/kill.sh"

after_kill() { :; }

kill_test
done_testing
