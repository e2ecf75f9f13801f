/*
 * conf_order.c - filters that would find more if they stood elsewhere.
 *
 * Some fields are what filters find (`related`, `sentiment.label`): no source may give
 * them.  A filter that reads one before the filter that writes it finds nothing there,
 * and nothing else would ever say so.  What is read and written is what the plugins
 * themselves say; a filter that is not there at all is nobody's fault.
 *
 * `keywords` are words of the text without what stood around them.  Taken before a
 * filter that masks they would stay in clear: of "收件人：李小明" that filter finds the name,
 * of 李小明 alone it does not.
 */
#include "conf_order.h"

#include "conf.h"
#include "gate.h"
#include "log.h"
#include "module.h"

#include <heard/field.h>
#include <heard/str.h>

#include <string.h>

enum { MARKS = 64 };
_Static_assert(HEARD_FIELD_COUNT <= MARKS * 2, "a set of fields is two words");

struct fields {
	uint64_t bits[2];
};

static bool has(const struct fields *f, size_t field)
{
	return f->bits[field / MARKS] >> field % MARKS & 1;
}

static bool is_any(enum heard_field field)
{
	(void)field;
	return true;
}

/* The fields in words of a plugin's own (`a b, c.d`), of those that are asked for. */
static struct fields found_in(const char *words, bool (*is_asked)(enum heard_field))
{
	struct fields f = {{0, 0}};
	for (size_t n; words && *words; words += n) {
		n = strcspn(words, " ,;:");
		int field = n > 0 ? heard_field_find(heard_str_n(words, n)) : -1;
		if (field >= 0 && is_asked((enum heard_field)field))
			f.bits[(size_t)field / MARKS] |= (uint64_t)1 << field % MARKS;
		n += n == 0;
	}
	return f;
}

/* Only what heard alone may write: a source may have given the others. */
static void look(const struct conf_pipeline *p, size_t reader)
{
	const struct conf_instance *from = &p->filters[reader];
	struct fields wanted = found_in(from->module->plugin.reads, gate_is_finding);
	for (size_t i = 0; i < p->n_filters; i++) {
		struct fields written = found_in(p->filters[i].module->plugin.writes,
						 gate_is_finding);
		for (size_t f = 0; f < HEARD_FIELD_COUNT; f++) {
			if (!has(&wanted, f) || !has(&written, f))
				continue;
			if (i <= reader) {
				wanted.bits[f / MARKS] &= ~((uint64_t)1 << f % MARKS);
				continue;
			}
			log_line(
				HEARD_WARN, "config",
				"pipeline %s: filter \"%s\" reads %.*s, which \"%s\" behind it "
				"writes; change places, or it goes without",
				p->name, from->name, HEARD_ARG(heard_field_table[f].name),
				p->filters[i].name);
			return;
		}
	}
}

static void look_for_mask(const struct conf_pipeline *p, size_t taker)
{
	struct fields written = found_in(p->filters[taker].module->plugin.writes, is_any);
	size_t mask = 0;
	while (mask < p->n_filters && !(p->filters[mask].module->plugin.flags & HEARD_MASKS))
		mask++;
	if (!has(&written, HEARD_KEYWORDS) || mask <= taker || mask == p->n_filters)
		return;
	log_line(HEARD_WARN, "config",
		 "pipeline %s: filter \"%s\" takes words from texts that \"%s\" behind it "
		 "masks; "
		 "change places, or names stay in keywords",
		 p->name, p->filters[taker].name, p->filters[mask].name);
}

void conf_order(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_pipelines; i++)
		for (size_t k = 0; k < conf->pipelines[i].n_filters; k++) {
			look(&conf->pipelines[i], k);
			look_for_mask(&conf->pipelines[i], k);
		}
}
