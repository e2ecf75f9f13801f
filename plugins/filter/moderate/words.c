/*
 * words.c - lists of improper words, and where they stand in a text.
 *
 * All words are one Vectorscan database of literals over the plain text, in which no
 * variant of a word is left but the checks of match.c; so a list has each word once.
 */
#include "words.h"

#include "match.h"

#include <heard/error.h>

#include <dirent.h>
#include <errno.h>
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
	FILE_MOST = 1 << 20,
	WORDS_MOST = 50000,
	WORD_MOST = 120, /* bytes of one, and of an exception */
	EXCEPTIONS_MOST = 64,
	FOUND_MOST = 16 << 20,
};

struct words {
	struct word *word;
	size_t n;
	char kinds[WORDS_KINDS][WORDS_KIND_NAME];
	unsigned n_kinds;
	struct hs_database *database; /* NULL: no words */
};

struct reading {
	struct words *words;
	struct plain plain; /* of the word at work                */
	const char *const *allow;
	size_t n_allow;
	unsigned kind;
	struct heard_error *err;
};

const char *words_kind(const struct words *w, unsigned kind)
{
	return w->kinds[kind];
}

unsigned words_kinds(const struct words *w)
{
	return w->n_kinds;
}

static void word_release(struct word *word)
{
	for (size_t i = 0; i < word->n_exceptions; i++)
		free((char *)(size_t)word->exceptions[i].text.ptr);
	free((struct exception *)(size_t)word->exceptions);
	free((char *)(size_t)word->text.ptr);
	free((uint8_t *)(size_t)word->how);
}

void words_destroy(struct words *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n; i++)
		word_release(&w->word[i]);
	free(w->word);
	hs_free_database(w->database);
	free(w);
}

/* ---- one word */

static int no_memory(struct reading *r)
{
	return heard_fail(r->err, ENOMEM, "no memory for the improper words");
}

/* The plain text of a piece of a list; empty if nothing is left of it. */
static int read_plain(struct reading *r, struct heard_str written, struct heard_str *plain_r)
{
	if (plain_read(&r->plain, written))
		return no_memory(r);
	*plain_r = heard_str_n(r->plain.bytes, r->plain.n);
	if (r->plain.n == 0 || memchr(r->plain.bytes, PLAIN_BREAK, r->plain.n))
		return heard_fail(r->err, EINVAL,
				  "\"%.*s\" has a sign that no word has; write letters, digits "
				  "and blanks",
				  HEARD_ARG(written));
	return 0;
}

static int copy_word(struct reading *r, struct heard_str written, struct word *word)
{
	struct heard_str plain;

	if (read_plain(r, written, &plain))
		return -r->err->code;
	char *text = malloc(plain.len);
	uint8_t *how = calloc(plain.len, 1);
	word->text = heard_str_n(text, plain.len);
	word->how = how;
	if (text == NULL || how == NULL)
		return no_memory(r);
	memcpy(text, plain.ptr, plain.len);
	for (size_t i = 0; i < plain.len; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		how[i] |= r->plain.at[i].run > 1 ? WORD_DOUBLE : 0;
		how[i] |= i && r->plain.at[i].gap != GAP_NONE ? WORD_BLANK : 0;
	}
	return 0;
}

static int add_exception(struct reading *r, struct heard_str written, struct word *word)
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
		return no_memory(r);
	}
	memcpy(copy, plain.ptr, plain.len);
	exceptions[word->n_exceptions++] = (struct exception){
		.text = heard_str_n(copy, plain.len), .at = (size_t)(at - plain.ptr)};
	return 0;
}

static int add_exceptions(struct reading *r, struct heard_str list, struct word *word)
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

static bool is_allowed(struct reading *r, struct heard_str written)
{
	for (size_t i = 0; i < r->n_allow; i++)
		if (heard_str_is(written, r->allow[i]))
			return true;
	return false;
}

static int grow(struct reading *r)
{
	struct words *w = r->words;

	if (w->n == WORDS_MOST)
		return heard_fail(r->err, E2BIG, "more than %d improper words", WORDS_MOST);
	if ((w->n & (w->n - 1)) == 0) { /* grows at each power of two */
		struct word *more = realloc(w->word, (w->n ? 2 * w->n : 1) * sizeof(*more));

		if (more == NULL)
			return no_memory(r);
		w->word = more;
	}
	return 0;
}

/* "word ! exception, exception" */
static int add_word(struct reading *r, struct heard_str line)
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

static int begin_kind(struct reading *r, struct heard_str name)
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

static int read_line(struct reading *r, struct heard_str line)
{
	line = heard_str_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (line.ptr[0] == '[' && line.ptr[line.len - 1] == ']')
		return begin_kind(r, heard_str_n(line.ptr + 1, line.len - 2));
	if (r->words->n_kinds == 0)
		return heard_fail(r->err, EINVAL,
				  "a kind comes before the first word, like [abuse]");
	return add_word(r, line);
}

/* The bytes of the file, which the caller frees; NULL with a sentence. */
static char *read_bytes(const char *path, size_t *n_r, struct heard_error *err)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *bytes = NULL;

	if (f == NULL || fstat(fileno(f), &st))
		heard_fail(err, errno, "%s: %m", path);
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MOST)
		heard_fail(err, EINVAL, "%s is no list of words: a file of at most 1 MiB",
			   path);
	else if ((bytes = malloc((size_t)st.st_size + 1)) == NULL)
		heard_fail(err, ENOMEM, "no memory for the improper words");
	else
		*n_r = fread(bytes, 1, (size_t)st.st_size, f);
	if (f)
		fclose(f);
	return bytes;
}

static int read_file(struct reading *r, const char *path)
{
	size_t n = 0;
	char *bytes = read_bytes(path, &n, r->err);
	int line = 1, result = bytes ? 0 : -r->err->code;

	for (const char *s = bytes; result == 0 && s < bytes + n; line++) {
		const char *end = memchr(s, '\n', (size_t)(bytes + n - s));

		end = end ? end : bytes + n;
		result = read_line(r, heard_str_n(s, (size_t)(end - s)));
		if (result) {
			snprintf(r->err->file, sizeof(r->err->file), "%.150s", path);
			r->err->line = line;
		}
		s = end + 1;
	}
	free(bytes);
	return result;
}

static int is_list(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 4 && strcmp(entry->d_name + n - 4, ".txt") == 0;
}

static int read_folder(struct reading *r, const char *folder)
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

/* ---- all */

static int compile(struct reading *r)
{
	struct words *w = r->words;
	const char **texts = calloc(w->n + 1, sizeof(*texts));
	size_t *lengths = calloc(w->n + 1, sizeof(*lengths));
	unsigned *ids = calloc(w->n + 1, sizeof(*ids)),
		 *flags = calloc(w->n + 1, sizeof(*flags));
	hs_compile_error_t *why = NULL;
	int result = texts && lengths && ids && flags ? 0 : no_memory(r);

	for (size_t i = 0; result == 0 && i < w->n; i++) {
		texts[i] = w->word[i].text.ptr;
		lengths[i] = w->word[i].text.len;
		ids[i] = (unsigned)i;
	}
	if (result == 0 && w->n &&
	    hs_compile_lit_multi(texts, flags, ids, lengths, (unsigned)w->n, HS_MODE_BLOCK,
				 NULL, &w->database, &why) != HS_SUCCESS)
		result = heard_fail(r->err, EINVAL, "the improper words cannot be compiled: %s",
				    why ? why->message : "no memory");
	hs_free_compile_error(why);
	free(texts);
	free(lengths);
	free(ids);
	free(flags);
	return result;
}

static int read_own(struct reading *r, const char *const *more, size_t n)
{
	if (n && begin_kind(r, HEARD_STR_OF("own")))
		return -r->err->code;
	for (size_t i = 0; i < n; i++)
		if (add_word(r, heard_str(more[i])))
			return heard_error_wrap(r->err, "words: \"%.40s\"", more[i]);
	return 0;
}

struct words *words_load(const char *folder, const char *const *more, size_t n_more,
			 const char *const *allow, size_t n_allow, struct heard_error *err)
{
	struct reading r = {.words = calloc(1, sizeof(struct words)),
			    .allow = allow,
			    .n_allow = n_allow,
			    .err = err};
	int result = r.words ? read_folder(&r, folder) : no_memory(&r);

	if (result == 0)
		result = read_own(&r, more, n_more);
	if (result == 0)
		result = compile(&r);
	plain_release(&r.plain);
	if (result) {
		words_destroy(r.words);
		return NULL;
	}
	return r.words;
}

/* ---- searching */

int words_lane_open(struct words_lane *lane, const struct words *words, struct heard_error *err)
{
	*lane = (struct words_lane){.words = words};
	heard_buf_init(&lane->found, FOUND_MOST);
	if (words->database && hs_alloc_scratch(words->database, &lane->scratch) != HS_SUCCESS)
		return heard_fail(err, ENOMEM, "no memory to search for improper words");
	return 0;
}

void words_lane_close(struct words_lane *lane)
{
	hs_free_scratch(lane->scratch);
	plain_release(&lane->plain);
	heard_buf_release(&lane->found);
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to,
		      unsigned flags, void *context)
{
	struct words_lane *lane = context;
	const struct word *word = &lane->words->word[id];
	const struct plain *p = &lane->plain;
	size_t begin = (size_t)to - word->text.len;
	(void)from;
	(void)flags;

	if (!match_is_word(p, word, begin))
		return 0;
	size_t last = match_end(p, word, begin) - 1;
	while (((unsigned char)p->bytes[last] & 0xc0) == 0x80)
		last--;
	struct words_found found = {p->at[begin].from, p->at[last].to, word->kind};
	heard_buf_add(&lane->found, &found, sizeof(found));
	return 0;
}

static int found_order(const void *a, const void *b)
{
	const struct words_found *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to > y->to ? -1 : x->to < y->to;
}

/* Of words that overlap one is kept: the first, made as long as all. */
static size_t join(struct words_found *found, size_t n)
{
	size_t kept = 0;

	qsort(found, n, sizeof(*found), found_order);
	for (size_t i = 0; i < n; i++) {
		if (kept && found[i].from < found[kept - 1].to) {
			if (found[i].to > found[kept - 1].to)
				found[kept - 1].to = found[i].to;
			continue;
		}
		found[kept++] = found[i];
	}
	return kept;
}

int words_find(struct words_lane *lane, struct heard_str text)
{
	heard_buf_clear(&lane->found);
	if (text.len == 0 || lane->words->database == NULL)
		return 0;
	int result = plain_read(&lane->plain, text);
	if (result)
		return result;
	if (hs_scan(lane->words->database, lane->plain.bytes, (unsigned)lane->plain.n, 0,
		    lane->scratch, on_literal, lane) != HS_SUCCESS)
		return -EIO;
	if (lane->found.failed)
		return -ENOMEM;
	size_t n = lane->found.len / sizeof(struct words_found);
	return n ? (int)join((struct words_found *)(void *)lane->found.ptr, n) : 0;
}
