/*
 * visit.c - the parts of a link: t (a token), segment, product, lang, embed.
 *
 * Who has a token is of the segment and product that his invitation says.  Anybody can
 * write something else into a link for all, so there only what the config lists counts;
 * an unknown one is passed over, since the customer cannot mend it.
 */
#include "visit.h"

#include "reply.h"

#include <heard/error.h>
#include <heard/http.h>

#include <string.h>

/* The value of a hidden field, or of the query; false if it is not there or too long. */
static bool part(const struct heard_http *request, const struct reply *reply,
		 enum reply_hidden which, char *out, size_t size)
{
	out[0] = '\0';
	if (reply == NULL)
		return page_query(heard_http_query(request), hidden_names[which], out, size);
	struct heard_str value = reply_hidden(reply, which);
	if (value.len == 0 || value.len >= size)
		return value.len > 0;
	memcpy(out, value.ptr, value.len);
	out[value.len] = '\0';
	return true;
}

struct heard_str survey_known(const struct heard_list *list, struct heard_str text)
{
	for (size_t i = 0; text.len && i < list->n; i++)
		if (heard_str_is(text, list->at[i]))
			return text;
	return heard_str_n("", 0);
}

static void keep_known(const struct heard_list *list, char *text)
{
	if (survey_known(list, heard_str(text)).len == 0)
		text[0] = '\0';
}

static int read_guest(struct visit *visit, const struct survey *self, struct heard_error *err)
{
	campaign_key(self->host, heard_str(visit->token), visit->key);
	if (campaign_guest(self->campaign, self->name, visit->key, &visit->guest, err))
		return -err->code;
	memcpy(visit->segment, visit->guest.segment, sizeof(visit->segment));
	memcpy(visit->product, visit->guest.product, sizeof(visit->product));
	return 0;
}

int visit_read(struct visit *visit, const struct survey *self, const struct heard_http *request,
	       const struct reply *reply, struct heard_error *err)
{
	char value[16], token[64];
	*visit = (struct visit){.lang = page_lang_of(request, (enum page_lang)self->lang)};
	if (part(request, reply, HIDDEN_LANG, value, sizeof(value)))
		visit->lang = page_lang_read(heard_str(value), visit->lang);
	visit->is_embedded = part(request, reply, HIDDEN_EMBED, value, sizeof(value)) &&
			     strcmp(value, "1") == 0;
	part(request, reply, HIDDEN_SEGMENT, visit->segment, sizeof(visit->segment));
	part(request, reply, HIDDEN_PRODUCT, visit->product, sizeof(visit->product));
	keep_known(&self->segments, visit->segment);
	keep_known(&self->products, visit->product);
	visit->has_token = part(request, reply, HIDDEN_TOKEN, token, sizeof(token));
	if (visit->has_token) {
		if (strlen(token) == CAMPAIGN_TOKEN - 1)
			memcpy(visit->token, token, CAMPAIGN_TOKEN);
		return read_guest(visit, self, err);
	}
	if (reply && part(request, reply, HIDDEN_ONCE, token, sizeof(token)) &&
	    strlen(token) == ONCE_TEXT - 1)
		memcpy(visit->once, token, ONCE_TEXT);
	campaign_key(self->host, heard_str(visit->once), visit->key);
	return 0;
}
