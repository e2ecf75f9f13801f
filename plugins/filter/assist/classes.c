/*
 * classes.c - names of the config, cut and looked at.
 */
#include "classes.h"

#include <heard/error.h>
#include <heard/label.h>

#include <errno.h>
#include <string.h>

const struct heard_option class_options[] = {
	{"name", HEARD_STRING(struct class_row, name),
	 .help = "category/subcategory, or only a category"},
	{"department", HEARD_STRING(struct class_row, department), .value = "",
	 .help = "Who acts on it; empty: as it was"},
	{"help", HEARD_STRING(struct class_row, help), .value = "",
	 .help = "What belongs there, told to the model"},
	{.name = NULL},
};

static const struct class_row shipped[] = {
	{"product/safety", "quality", "somebody was or could be hurt; fire, shock, poison"},
	{"product/quality", "quality", "broken, faulty, worn out too soon"},
	{"product/authenticity", "quality", "fake or used goods"},
	{"product/description", "product", "not as described or pictured"},
	{"product/size", "product", "size, colour, fit"},
	{"product/packaging", "logistics", "packaging damaged or poor"},
	{"service/logistics", "logistics", "delivery: late, lost, wrong address, courier"},
	{"service/aftersales", "aftersales", "return, refund, exchange, repair, warranty"},
	{"service/attitude", "service", "how staff treated the customer"},
	{"platform/payment", "finance", "paying, charged twice, money not returned"},
	{"platform/invoice", "finance", "invoices and receipts"},
	{"platform/app", "tech", "site or app: login, errors, search"},
	{"platform/outage", "tech", "nothing works, for many"},
	{"platform/privacy", "tech", "personal data, account taken over"},
	{"platform/promotion", "marketing", "coupons, prices, campaigns, points"},
	{"other/legal", "service", "regulator, lawyer, court"},
};

static int class_init(struct class *c, const struct class_row *row, struct heard_error *err)
{
	const char *slash = strchr(row->name, '/');
	size_t n = slash != NULL ? (size_t)(slash - row->name) : strlen(row->name);
	*c = (struct class){.name = row->name,
			    .category = heard_str_n(row->name, n),
			    .subcategory = heard_str(slash != NULL ? slash + 1 : ""),
			    .department = heard_str(row->department),
			    .help = row->help};
	if (n == 0 || !heard_is_label(c->category) || !heard_is_label(c->subcategory) ||
	    (slash != NULL && slash[1] == '\0'))
		return heard_fail(err, EINVAL,
				  "classes: \"%.80s\" is not of the form category/subcategory",
				  row->name);
	if (!heard_is_label(c->department))
		return heard_fail(err, EINVAL, "classes: \"%.80s\" is no department",
				  row->department);
	return 0;
}

int classes_init(struct classes *c, const struct heard_rows *rows, struct heard_error *err)
{
	const struct class_row *at = rows->n > 0 ? rows->at : shipped;
	size_t n = rows->n > 0 ? rows->n : sizeof(shipped) / sizeof(shipped[0]);
	c->n = 0;
	if (n > CLASSES_MAX)
		return heard_fail(err, EINVAL, "classes: more than %d", CLASSES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (classes_find(c, heard_str(at[i].name)) != NULL)
			return heard_fail(err, EINVAL, "classes: \"%.80s\" is there twice",
					  at[i].name);
		int rc = class_init(&c->at[c->n], &at[i], err);
		if (rc != 0)
			return rc;
		c->n++;
	}
	return 0;
}

const struct class *classes_find(const struct classes *c, struct heard_str name)
{
	for (size_t i = 0; i < c->n; i++)
		if (heard_str_is(name, c->at[i].name))
			return &c->at[i];
	return NULL;
}
