/*
 * sure.c - how sure a match of each kind must be.
 *
 * Every match carries a confidence that says what spoke for it: a checksum .99, a word
 * that announces it .90 to .98, a shape alone .55 to .90.  They order the evidence and
 * are no measured frequencies; docs/understanding.md has what each stands for.
 */
#include "sure.h"

#define SURE(kind)                                                                      \
	{                                                                               \
		.name = #kind, HEARD_REAL(struct sure, kind), .value = "0.5", .min = 0, \
		.max = 1, .help = "Of this kind"                                        \
	}

const struct heard_option sure_options[] = {
	SURE(phone),  SURE(landline), SURE(email),	 SURE(resident_id),	SURE(bank_card),
	SURE(ip),     SURE(plate),    SURE(iban),	 SURE(social_security), SURE(passport),
	SURE(permit), SURE(licence),  SURE(credit_code), SURE(wechat),		SURE(qq),
	SURE(name),   SURE(address),  SURE(order),	 SURE(courier),		SURE(batch),
	SURE(tax),    {.name = NULL},
};

void sure_read(const struct sure *sure, uint8_t least[MASK_KINDS])
{
	const double of[MASK_KINDS] = {
		[MASK_PHONE] = sure->phone,
		[MASK_LANDLINE] = sure->landline,
		[MASK_EMAIL] = sure->email,
		[MASK_RESIDENT_ID] = sure->resident_id,
		[MASK_BANK_CARD] = sure->bank_card,
		[MASK_IP] = sure->ip,
		[MASK_PLATE] = sure->plate,
		[MASK_IBAN] = sure->iban,
		[MASK_SOCIAL_SECURITY] = sure->social_security,
		[MASK_PASSPORT] = sure->passport,
		[MASK_PERMIT] = sure->permit,
		[MASK_LICENCE] = sure->licence,
		[MASK_CREDIT_CODE] = sure->credit_code,
		[MASK_WECHAT] = sure->wechat,
		[MASK_QQ] = sure->qq,
		[MASK_NAME] = sure->name,
		[MASK_ADDRESS] = sure->address,
		[MASK_ORDER_NO] = sure->order,
		[MASK_COURIER_NO] = sure->courier,
		[MASK_BATCH_NO] = sure->batch,
		[MASK_TAX_NO] = sure->tax,
	};

	for (unsigned k = 0; k < MASK_KINDS; k++)
		least[k] = (uint8_t)(of[k] * 100 + 0.5);
}
