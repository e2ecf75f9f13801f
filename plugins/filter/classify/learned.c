/*
 * learned.c - models of the fields, loaded once and asked by every lane.
 */
#include "learned.h"

#include <heard/error.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

const char *const learned_names[LEARNED_FIELDS] = {"category", "intent", "department"};
const enum heard_field learned_fields[LEARNED_FIELDS] = {HEARD_CATEGORY, HEARD_INTENT,
							 HEARD_DEPARTMENT};
const char *const learned_kinds[LEARNED_FIELDS] = {"classify.cat", "classify.int",
						   "classify.dep"};

bool learned_path(const char *folder, enum learned_field field, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%s.model", folder, learned_names[field]);
	return n > 0 && (size_t)n < size;
}

int learned_load(struct learned *l, const char *folder, struct heard_error *err)
{
	char path[4096];
	for (int k = 0; k < LEARNED_FIELDS; k++) {
		if (!learned_path(folder, (enum learned_field)k, path, sizeof(path)))
			return heard_fail(err, ENAMETOOLONG, "%s: too long a name", folder);
		if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		l->models[k] = linear_load(path, learned_kinds[k], err);
		if (l->models[k] == NULL)
			return -err->code;
	}
	return 0;
}

void learned_release(struct learned *l)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		linear_destroy(l->models[k]);
	*l = (struct learned){{NULL}};
}

bool learned_has_any(const struct learned *l)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		if (l->models[k] != NULL)
			return true;
	return false;
}

void learned_read(struct gram_lane *lane, const struct gram_shape *shape,
		  struct heard_str subject, struct heard_str body)
{
	gram_begin(lane, shape);
	gram_text(lane, subject, 0);
	gram_text(lane, body, 0);
}

struct guess learned_guess(const struct linear *m, const struct gram_lane *lane)
{
	float p[LINEAR_LABELS];
	unsigned best = 0;
	size_t n;
	const uint32_t *places = gram_places(lane, &n);
	if (n == 0)
		return (struct guess){NULL, 0};
	linear_judge(m, places, n, p);
	for (unsigned k = 1; k < m->n_labels; k++)
		best = p[k] > p[best] ? k : best;
	return (struct guess){m->labels[best].name, p[best]};
}
