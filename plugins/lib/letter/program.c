/*
 * program.c - with which program a mail was written, as hashed words.
 *
 * Programs that send in bulk have many names, which no table knows, and change them less
 * often than what they send.  So each word of what a program says of itself is one word
 * here, and each digit in it is '0': the program counts, not which version of it.  It is
 * hashed to 16 bits, for the sender could write anything there, and what anybody wrote
 * does not belong in a trait.
 */
#include "program.h"

#include <heard/buf.h>

#include <ctype.h>
#include <strings.h>
#include <xxhash.h>

enum { WORDS_MAX = 24, WORD_MAX = 64, VALUE_MAX = 256 };

static const char *const names[PROGRAM_FIELDS] = {
	[PROGRAM_MAILER] = "x-mailer",
	[PROGRAM_AGENT] = "user-agent",
	[PROGRAM_MIMEOLE] = "x-mimeole",
};

bool program_take(struct program *p, struct heard_str name, struct heard_str value)
{
	for (size_t i = 0; i < PROGRAM_FIELDS; i++) {
		if (name.len != strlen(names[i]) ||
		    strncasecmp(name.ptr, names[i], name.len) != 0)
			continue;
		if (p->fields[i].ptr == NULL)
			p->fields[i] = value;
		return true;
	}
	return false;
}

/* Letters and digits belong together; any other character is a word by itself. */
static size_t word_length(struct heard_str s)
{
	size_t n = 0;
	while (n < s.len && n < WORD_MAX &&
	       (isalnum((unsigned char)s.ptr[n]) || strchr("$!_'-", s.ptr[n])))
		n++;
	return n > 0 ? n : 1;
}

static void say_word(struct heard_buf *b, enum program_field field, struct heard_str word)
{
	char folded[WORD_MAX];
	for (size_t i = 0; i < word.len; i++)
		folded[i] = isdigit((unsigned char)word.ptr[i]) ? '0' : word.ptr[i];
	uint64_t hash = XXH3_64bits_withSeed(folded, word.len, field);
	heard_buf_printf(b, "%sby-%04x", b->len ? " " : "", (unsigned)(hash & 0xffff));
}

void program_say(const struct program *p, struct heard_buf *b)
{
	unsigned words = 0;
	for (size_t i = 0; i < PROGRAM_FIELDS; i++) {
		struct heard_str rest = p->fields[i];
		if (rest.len > VALUE_MAX)
			rest.len = VALUE_MAX;
		while (rest.len > 0 && words < WORDS_MAX) {
			size_t n = word_length(rest);
			if (!isspace((unsigned char)rest.ptr[0])) {
				say_word(b, (enum program_field)i, heard_str_n(rest.ptr, n));
				words++;
			}
			rest = heard_str_skip(rest, n);
		}
	}
}
