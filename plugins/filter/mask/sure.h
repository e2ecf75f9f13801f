/*
 * sure.h - how sure a match of each kind must be.
 */
#ifndef MASK_SURE_H
#define MASK_SURE_H

#include "text.h"

#include <heard/plugin.h>

struct sure { /* 0 to 1, as the operator writes it */
	double phone, landline, email, resident_id, bank_card, ip, plate, iban;
	double social_security, passport, permit, licence, credit_code, wechat, qq;
	double name, address, order, courier, batch, tax;
};

extern const struct heard_option sure_options[];
/* In percent, by enum mask_kind. */
void sure_read(const struct sure *, uint8_t least[MASK_KINDS]);

#endif
