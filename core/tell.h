/*
 * tell.h - an output that tells what happened: HEARD_TELLS.
 *
 * Such an output has a companion input, whose home is the output's and whose
 * records are events: they pass by the filters, keep `event`, and go to outputs
 * whose `when` names `event` and to no other.
 */
#ifndef CORE_TELL_H
#define CORE_TELL_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct conf_instance;
struct conf_pipeline;
struct heard_error;
struct heard_record;
struct input;
struct output;

/* Give the output its companion, if it is one that tells: before its open(). */
int tell_init(struct output *, struct heard_error *); /* [main] */
void tell_release(struct output *);		      /* [main] */
/* Does it want events?  By its `when`. */
bool tell_is_wanted_by(const struct conf_instance *);
bool tell_is_wanted_in(const struct conf_pipeline *);
/* Is this line of the journal an event? */
bool tell_is_event(struct heard_str line);
/* A record of a companion: name it, and keep what it says.  [worker] */
void tell_admit(struct heard_record *, const struct input *, int64_t now_ms);

#endif
