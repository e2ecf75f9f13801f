/*
 * engine_body.h - what a record of a test says: its body holds the words that the
 * plugins of a test act upon.
 */
#ifndef TEST_ENGINE_BODY_H
#define TEST_ENGINE_BODY_H

#include <heard/record.h>
#include <heard/str.h>

#include <stdbool.h>
#include <string.h>

static inline bool body_has(const struct heard_record *r, const char *word)
{
	struct heard_str body = heard_get_str(r, HEARD_BODY);
	return body.len > 0 && memmem(body.ptr, body.len, word, strlen(word)) != NULL;
}

#endif
