/*
 * load_answer.h - the little of an answer that load looks at.
 */
#ifndef TOOLS_LOAD_ANSWER_H
#define TOOLS_LOAD_ANSWER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static inline uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t h = 14695981039346656037u;
	while (n--)
		h = (h ^ (unsigned char)*p++) * 1099511628211u;
	return h;
}

/* The ids of the answer: from [ to ] behind "ids". */
static inline const char *find_ids(const char *body, size_t len, size_t *len_r)
{
	const char *at = memmem(body, len, "\"ids\"", 5), *open = NULL, *close = NULL;
	if (at)
		open = memchr(at, '[', len - (size_t)(at - body));
	if (open)
		close = memchr(open, ']', len - (size_t)(open - body));
	if (!close)
		return NULL;
	*len_r = (size_t)(close - open) + 1;
	return open;
}

static inline int header_number(const char *head, size_t len, const char *name, int otherwise)
{
	size_t n = strlen(name);
	for (const char *p = head; (p = memchr(p, '\n', len - (size_t)(p - head))) != NULL;) {
		p++;
		if ((size_t)(p - head) + n < len && strncasecmp(p, name, n) == 0 && p[n] == ':')
			return atoi(p + n + 1);
	}
	return otherwise;
}

#endif
