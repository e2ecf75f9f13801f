/*
 * texts.c - one block of bytes for all texts, and a list of where each lies.
 */
#include "texts.h"

#include <model/gram.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

bool texts_init(struct texts *t)
{
	*t = (struct texts){.at = NULL};
	t->folded = calloc((size_t)2 * GRAM_TEXT_MAX, sizeof(*t->folded));
	return t->folded != NULL;
}

void texts_release(struct texts *t)
{
	free(t->folded);
	free(t->at);
	free(t->bytes);
	*t = (struct texts){.at = NULL};
}

bool texts_room(void **at, size_t *size, size_t needed, size_t each)
{
	if (needed <= *size)
		return true;
	size_t larger = *size * 2 > needed ? *size * 2 : needed + 256;
	void *moved = realloc(*at, larger * each);
	if (moved == NULL)
		return false;
	*at = moved;
	*size = larger;
	return true;
}

static uint8_t fold_of(struct texts *t, struct heard_str subject, struct heard_str body)
{
	size_t n = gram_fold(subject, t->folded, GRAM_TEXT_MAX);
	n += gram_fold(body, t->folded + n, GRAM_TEXT_MAX);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) /* without marks, too */
		if (t->folded[i] >= 0x80 || (t->folded[i] >= 'a' && t->folded[i] <= 'z') ||
		    t->folded[i] == '0')
			t->folded[kept++] = t->folded[i];
	return (uint8_t)(XXH3_64bits(t->folded, kept * sizeof(*t->folded)) % TEXTS_FOLDS);
}

int texts_add(struct texts *t, struct heard_str subject, struct heard_str body, uint16_t label)
{
	size_t bytes = subject.len + body.len;
	if (!texts_room((void **)&t->at, &t->size, t->n + 1, sizeof(*t->at)) ||
	    !texts_room((void **)&t->bytes, &t->bytes_size, t->n_bytes + bytes, 1))
		return -ENOMEM;
	t->at[t->n++] = (struct text){
		.at = t->n_bytes,
		.subject = (uint32_t)subject.len,
		.body = (uint32_t)body.len,
		.label = label,
		.fold = fold_of(t, subject, body),
	};
	if (subject.len > 0)
		memcpy(t->bytes + t->n_bytes, subject.ptr, subject.len);
	if (body.len > 0)
		memcpy(t->bytes + t->n_bytes + subject.len, body.ptr, body.len);
	t->n_bytes += bytes;
	return 0;
}

struct heard_str texts_subject(const struct texts *t, const struct text *text)
{
	return heard_str_n(t->bytes + text->at, text->subject);
}

struct heard_str texts_body(const struct texts *t, const struct text *text)
{
	return heard_str_n(t->bytes + text->at + text->subject, text->body);
}
