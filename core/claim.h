/*
 * claim.h - which instance alone writes where: heard_claim in heard/host.h.
 */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

struct claim;

void claims_free(struct claim *);

#endif
