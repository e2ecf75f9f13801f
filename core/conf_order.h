/*
 * conf_order.h - filters that would find more if they stood elsewhere.
 */
#ifndef CORE_CONF_ORDER_H
#define CORE_CONF_ORDER_H

struct conf;

/* Of a config without faults: a line in the log for each filter that reads what only one
 * behind it writes. */
void conf_order(const struct conf *);

#endif
