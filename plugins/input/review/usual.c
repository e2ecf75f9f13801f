/*
 * usual.c - the tables of usual paths.
 *
 * They are those of the shops' own systems that we have seen: names in English, with
 * underlines or in camel case, the author and the product as objects or flat.
 */
#include "usual.h"

#include <heard/error.h>

#include <errno.h>

struct row {
	const char *name, *paths;
};

static const struct row review[] = {
	{"source_id", "id|review_id|reviewId|comment_id|commentId|rate_id|uuid"},
	{"updated", "updated_at|updatedAt|updated|edited_at|modified_at|modified"},
	{"revision", "revision"},
	{"op", "op"},
	{"deleted", "deleted|is_deleted|deleted_at|deletedAt|removed"},
	{"created_at",
	 "created_at|createdAt|created|date|submitted_at|submitted|review_time|comment_time|"
	 "time"},
	{"lang", "lang|language|locale"},
	{"subject", "title|subject|headline"},
	{"body", "body|content|text|comment|review|message|description"},
	{"rating", "rating.value|rating|stars|score|star|rate|overall|ratings.overall"},
	{"rating_max", "rating_max|max_rating|rating.max|rating.out_of"},
	{"product", "product.name|product_name|productName|item_name|product|sku|product_id"},
	{"order", "order_id|orderId|order_no|order.id|order"},
	{"store", "store.name|store_name|store|shop_name|shop"},
	{"region", "region|city|province|country"},
	{"thread", "thread"},
	{"in_reply_to", "in_reply_to"},
	{"tags", "tags|labels"},
	{"author.name", "author.name|user.name|customer.name|reviewer.name|user_name|userName|"
			"nickname|customer_name|author|user|reviewer"},
	{"author.id", "author.id|user.id|customer.id|reviewer.id|user_id|userId|customer_id|"
		      "author_id"},
	{"author.email", "author.email|user.email|customer.email|email"},
	{"author.phone", "author.phone|user.phone|customer.phone|phone|mobile"},
	{NULL, NULL},
};

/* "0" of a text is the text; "-" is no id of its own. */
static const struct row follow_up[] = {
	{"source_id", "id|follow_up_id|=-"},
	{"created_at", "created_at|createdAt|created|date|time"},
	{"updated", "updated_at|updatedAt|updated"},
	{"body", "body|content|text|comment|0"},
	{NULL, NULL},
};

static const struct row deleted[] = {
	{"source_id", "id|review_id|reviewId|0"},
	{"updated", "deleted_at|deletedAt|updated_at|time"},
	{"revision", "revision"},
	{"op", "=delete"},
	{NULL, NULL},
};

static const struct row app_store[] = {
	{"source_id", "id.label"},
	{"updated", "updated.label"},
	{"created_at", "updated.label"},
	{"subject", "title.label"},
	{"body", "content.label"},
	{"rating", "im:rating.label"},
	{"rating_max", "=5"},
	{"author.name", "author.name.label"},
	{"author.id", "author.uri.label"},
	{"attributes.version", "im:version.label"},
	{NULL, NULL},
};

static const struct row *const tables[] = {review, follow_up, deleted, app_store};

/* libconfig has no dots in names: author_name is author.name. */
static bool is_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '.' ? '_' : *a) != (*b == '.' ? '_' : *b))
			return false;
	return *a == *b;
}

static bool is_given(const struct heard_map *given, const char *name)
{
	for (size_t i = 0; i < given->n; i++)
		if (is_same(given->names[i], name))
			return true;
	return false;
}

static int add(struct usual *u, const char *name, const char *paths, struct heard_error *err)
{
	if (u->map.n == USUAL_FIELDS)
		return heard_fail(err, EINVAL, "fields: there are too many");
	u->names[u->map.n] = name;
	u->paths[u->map.n++] = paths;
	return 0;
}

int usual_merge(struct usual *u, enum usual_kind kind, const struct heard_map *given,
		struct heard_error *err)
{
	int code = 0;
	u->map = (struct heard_map){u->names, u->paths, 0};
	for (const struct row *r = tables[kind]; r->name && code == 0; r++)
		if (!is_given(given, r->name))
			code = add(u, r->name, r->paths, err);
	for (size_t i = 0; i < given->n && code == 0; i++)
		code = add(u, given->names[i], given->values[i], err);
	return code;
}
