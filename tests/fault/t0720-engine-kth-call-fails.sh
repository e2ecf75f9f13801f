#!/bin/sh
# The engine with all its parts, inside a test: the k-th allocation fails, and the
# k-th call that writes.  FAULTS=0 tries every k, else so many of them.
# timeout: 900
FAULTS=${FAULTS-60}
[ "$FAULTS" -gt 0 ] || FAULTS=1000000
code=0
"$BUILD/tests/fault/engine" malloc "$FAULTS" 1 || code=1
"$BUILD/tests/fault/engine" write "$FAULTS" 2 || code=1
echo 1..2
exit $code
