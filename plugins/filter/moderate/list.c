/*
 * list.c - lists of improper words, read.
 *
 * A word is kept as plain text (plain.h) with what that leaves out: which characters it has
 * twice, and where its blanks are.
 */
#include "list.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MOST = 1 << 20,
	WORDS_MOST = 50000,
	WORD_MOST = 120, /* bytes of one, and of an exception */
	EXCEPTIONS_MOST = 64,
};

/* ---- one word */

int list_no_memory(struct list_reading *r)
{
	return heard_fail(r->err, ENOMEM, "no memory for the improper words");
}

/* The plain text of a piece of a list; empty if nothing is left of it. */
static int read_plain(struct list_reading *r, struct heard_str written,
		      struct heard_str *plain_r)
{
	int rc = plain_read(&r->plain, written) ? list_no_memory(r) : 0;
	if (rc)
		return rc;
	*plain_r = heard_str_n(r->plain.bytes, r->plain.n);
	if (r->plain.n == 0 || memchr(r->plain.bytes, PLAIN_BREAK, r->plain.n))
		return heard_fail(r->err, EINVAL,
				  "\"%.*s\" has a sign that no word has; write letters, digits "
				  "and blanks",
				  HEARD_ARG(written));
	return 0;
}

static int copy_word(struct list_reading *r, struct heard_str written, struct word *word)
{
	struct heard_str plain;

	if (read_plain(r, written, &plain))
		return -r->err->code;
	char *text = malloc(plain.len);
	uint8_t *how = calloc(plain.len, 1);
	word->text = heard_str_n(text, plain.len);
	word->how = how;
	if (text == NULL || how == NULL)
		return list_no_memory(r);
	memcpy(text, plain.ptr, plain.len);
	for (size_t i = 0; i < plain.len; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		how[i] |= r->plain.at[i].run > 1 ? WORD_DOUBLE : 0;
		how[i] |= i && r->plain.at[i].gap != GAP_NONE ? WORD_BLANK : 0;
	}
	return 0;
}

static int add_exception(struct list_reading *r, struct heard_str written, struct word *word)
{
	struct exception *exceptions = (struct exception *)(size_t)word->exceptions;
	struct heard_str plain;

	if (written.len > WORD_MOST || word->n_exceptions == EXCEPTIONS_MOST)
		return heard_fail(
			r->err, EINVAL,
			"an exception has at most %d bytes, and a word at most %d of them",
			WORD_MOST, EXCEPTIONS_MOST);
	if (read_plain(r, written, &plain))
		return -r->err->code;
	const char *at = memmem(plain.ptr, plain.len, word->text.ptr, word->text.len);
	if (at == NULL)
		return heard_fail(r->err, EINVAL,
				  "\"%.*s\" does not hold the word that it excepts",
				  HEARD_ARG(written));
	exceptions = realloc(exceptions, (word->n_exceptions + 1) * sizeof(*exceptions));
	char *copy = malloc(plain.len);
	if (exceptions)
		word->exceptions = exceptions;
	if (exceptions == NULL || copy == NULL) {
		free(copy);
		return list_no_memory(r);
	}
	memcpy(copy, plain.ptr, plain.len);
	exceptions[word->n_exceptions++] = (struct exception){
		.text = heard_str_n(copy, plain.len), .at = (size_t)(at - plain.ptr)};
	return 0;
}

static int add_exceptions(struct list_reading *r, struct heard_str list, struct word *word)
{
	while (list.len) {
		const char *comma = memchr(list.ptr, ',', list.len);
		size_t n = comma ? (size_t)(comma - list.ptr) : list.len;
		struct heard_str one = heard_str_trim(heard_str_n(list.ptr, n));

		if (one.len && add_exception(r, one, word))
			return -r->err->code;
		list = heard_str_skip(list, n + 1);
	}
	return 0;
}

static bool is_allowed(struct list_reading *r, struct heard_str written)
{
	for (size_t i = 0; i < r->n_allow; i++)
		if (heard_str_is(written, r->allow[i]))
			return true;
	return false;
}

static int grow(struct list_reading *r)
{
	struct words *w = r->words;

	if (w->n == WORDS_MOST)
		return heard_fail(r->err, E2BIG, "more than %d improper words", WORDS_MOST);
	if ((w->n & (w->n - 1)) == 0) { /* grows at each power of two */
		struct word *more = realloc(w->word, (w->n ? 2 * w->n : 1) * sizeof(*more));

		if (more == NULL)
			return list_no_memory(r);
		w->word = more;
	}
	return 0;
}

int list_add_word(struct list_reading *r, struct heard_str line)
{
	const char *mark = memmem(line.ptr, line.len, " !", 2);
	struct heard_str rest = {NULL, 0};

	if (mark) {
		rest = heard_str_skip(line, (size_t)(mark + 2 - line.ptr));
		line = heard_str_trim(heard_str_n(line.ptr, (size_t)(mark - line.ptr)));
	}
	if (is_allowed(r, line))
		return 0;
	bool is_open = line.len > 1 && line.ptr[line.len - 1] == '*';
	line.len -= is_open;
	if (line.len < 2 || line.len > WORD_MOST)
		return heard_fail(r->err, EINVAL, "a word has 2 to %d bytes", WORD_MOST);
	if (grow(r))
		return -r->err->code;
	struct word *word = &r->words->word[r->words->n++];
	*word = (struct word){.is_open = is_open, .kind = (uint8_t)r->kind};
	return copy_word(r, line, word) || add_exceptions(r, rest, word) ? -r->err->code : 0;
}

/* ---- files */

int list_begin_kind(struct list_reading *r, struct heard_str name)
{
	struct words *w = r->words;

	for (r->kind = 0; r->kind < w->n_kinds; r->kind++)
		if (heard_str_is(name, w->kinds[r->kind]))
			return 0;
	bool is_good = name.len > 0 && name.len < WORDS_KIND_NAME;
	for (size_t i = 0; i < name.len; i++)
		is_good &= name.ptr[i] >= 'a' && name.ptr[i] <= 'z';
	if (!is_good)
		return heard_fail(r->err, EINVAL,
				  "a kind is a word of small letters, like [abuse]");
	if (w->n_kinds == WORDS_KINDS)
		return heard_fail(r->err, EINVAL, "more than %d kinds", WORDS_KINDS);
	memcpy(w->kinds[w->n_kinds++], name.ptr, name.len);
	return 0;
}

static int read_line(struct list_reading *r, struct heard_str line)
{
	line = heard_str_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (line.ptr[0] == '[' && line.ptr[line.len - 1] == ']')
		return list_begin_kind(r, heard_str_n(line.ptr + 1, line.len - 2));
	if (r->words->n_kinds == 0)
		return heard_fail(r->err, EINVAL,
				  "a kind comes before the first word, like [abuse]");
	return list_add_word(r, line);
}

static int read_file(struct list_reading *r, const char *path)
{
	struct heard_buf bytes;

	heard_buf_init(&bytes, FILE_MOST);
	int line = 1, result = heard_file_read(path, &bytes, r->err);
	struct heard_str rest = heard_buf_view(&bytes);
	for (; result == 0 && rest.len; line++) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t n = end ? (size_t)(end - rest.ptr) : rest.len;

		result = read_line(r, heard_str_n(rest.ptr, n));
		if (result) {
			snprintf(r->err->file, sizeof(r->err->file), "%.150s", path);
			r->err->line = line;
		}
		rest = heard_str_skip(rest, n + 1);
	}
	heard_buf_release(&bytes);
	return result;
}

static int is_list(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 4 && strcmp(entry->d_name + n - 4, ".txt") == 0;
}

int list_read_folder(struct list_reading *r, const char *folder)
{
	struct dirent **entries;
	char path[4096];
	int n = scandir(folder, &entries, is_list, alphasort), result = 0;

	if (n < 0)
		return heard_fail(r->err, errno,
				  "%s: the folder of improper words cannot be read: %m",
				  folder);
	if (n == 0)
		result = heard_fail(r->err, ENOENT, "%s: there is no list of words (*.txt)",
				    folder);
	for (int i = 0; i < n; i++) {
		if (result == 0 && snprintf(path, sizeof(path), "%s/%s", folder,
					    entries[i]->d_name) < (int)sizeof(path))
			result = read_file(r, path);
		free(entries[i]);
	}
	free(entries);
	return result;
}
