/*
 * figures_tickets.h - the part of the figures that is about tickets.
 */
#ifndef STORE_FIGURES_TICKETS_H
#define STORE_FIGURES_TICKETS_H

#include "figures.h"
#include "sqlite.h"
#include "topics.h"

int figures_tickets(struct store *, const struct store_period *, struct store_figures *,
		    struct heard_error *);

/* ---- figures.c */

/* A further name, the last one again if there are too many; NULL: no memory. */
struct store_share *shares_add(struct store_shares *, struct heard_str name);
void shares_sort(struct store_shares *);
/* The part of the period in which a moment lies. */
size_t figures_part(const struct store_period *, int64_t at);

#endif
