/*
 * ledger.h - the conservation ledger: nothing disappears without a reason.
 *
 *	received + added = journaled + duplicate + dropped + dead      at the gate
 *	                         (added: by filters, and events that outputs tell)
 *	journaled + replayed = delivered + duplicate + skipped + dead + pending
 *	                                                               per output
 *
 * `pending` is counted by walking the journal from the output's position, plus
 * the live deferrals; it is never the remainder of the others, so that an
 * imbalance shows.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <heard/buf.h>

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct output;
struct pipeline;

struct ledger_gate {
	int64_t received, added, journaled, duplicate, dropped, dead, conflict;
	bool balanced;
};
struct ledger_output {
	int64_t delivered, replayed, duplicate, skipped, dead, pending, deferred;
	bool balanced;
};

void ledger_gate(const struct pipeline *, struct ledger_gate *);
/* All but `balanced`, which needs the gate's. */
void ledger_output(const struct output *, struct ledger_output *);
/* As `heard ledger --json` prints it.  [main] */
void ledger_write(struct daemon *, struct heard_buf *);

#endif
