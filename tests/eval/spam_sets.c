/*
 * spam_sets.c - the mails and messages that the filter spam learns from and is judged by.
 *
 * Splits.  Mail: by md5 of the file's name, first hex digit below 8 trains.  Messages:
 * folds by md5 of the text in small letters without digits, blanks and marks, so that no
 * text is in two of them, nor one that differs in a number only.
 */
#include "spam_sets.h"

#include <ctype.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void push(struct items *l, struct item i)
{
	if ((l->n & (l->n - 1)) == 0)
		l->at = realloc(l->at, (l->n ? 2 * l->n : 1) * sizeof(*l->at));
	if (l->at == NULL)
		abort();
	l->at[l->n++] = i;
}

static struct heard_str slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	struct heard_str s = {NULL, 0};
	if (f == NULL)
		return s;
	fseek(f, 0, SEEK_END);
	long size = ftell(f);
	rewind(f);
	char *bytes = malloc((size_t)size + 1);
	if (bytes != NULL)
		s = heard_str_n(bytes, fread(bytes, 1, (size_t)size, f));
	fclose(f);
	return s;
}

static struct heard_str next_line(struct heard_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	struct heard_str line = heard_str_n(rest->ptr,
					    end ? (size_t)(end - rest->ptr) : rest->len);
	*rest = heard_str_skip(*rest, line.len + 1);
	return heard_str_trim(line);
}

static unsigned char *digest(struct heard_str s, unsigned char out[EVP_MAX_MD_SIZE])
{
	EVP_Digest(s.ptr, s.len, out, NULL, EVP_md5(), NULL);
	return out;
}

static void fold(struct item *i, const unsigned char *md5)
{
	for (unsigned k = 0; k < SET_SPLITS; k++)
		i->folds[k] = md5[k] % SET_FOLDS;
}

/* ---- mails */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_mails(const char *root, const char *group, struct items *l)
{
	char folder[4096], path[8192];
	unsigned char md5[EVP_MAX_MD_SIZE];
	struct dirent **list;
	snprintf(folder, sizeof(folder), "%s/%s", root, group);
	int n = scandir(folder, &list, NULL, by_name);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name, *dot = strrchr(name, '.');
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (dot != NULL && strcmp(dot, ".txt") == 0) {
			struct item item = {.bytes = slurp(path),
					    .is_spam = strncmp(group, "spam", 4) == 0,
					    .is_test = digest(heard_str(name), md5)[0] >= 0x80};
			fold(&item, md5);
			push(l, item);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* ---- customers who are made up */

#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof((list)[0]))]

/* Two sorts, that none of what is tested has trained. */
static const char *provider(bool is_test, unsigned n)
{
	static const char *const trained[] = {"qq.com",	     "163.com",	    "126.com",
					      "sina.com",    "foxmail.com", "hotmail.com",
					      "gmail.com",   "outlook.com", "yahoo.com",
					      "yahoo.co.uk", "aol.com",	    "msn.com"};
	static const char *const tested[] = {"139.com",	   "sohu.com",	   "aliyun.com",
					     "yeah.net",   "21cn.com",	   "live.com",
					     "icloud.com", "gmx.net",	   "web.de",
					     "mail.com",   "yahoo.com.hk", "hotmail.co.uk"};
	return is_test ? PICK(tested, n) : PICK(trained, n);
}

static const char *surname(bool is_test, unsigned n)
{
	static const char *const trained[] = {"wang", "li",    "zhang",	  "liu",    "chen",
					      "yang", "huang", "smith",	  "garcia", "lee",
					      "kim",  "rossi", "johnson", "murphy", "schmidt"};
	static const char *const tested[] = {"zhao",  "wu",    "zhou", "xu",	 "sun",
					     "ma",    "lin",   "guo",  "jones",	 "brown",
					     "silva", "kelly", "park", "martin", "weber"};
	return is_test ? PICK(tested, n) : PICK(trained, n);
}

static const char *given(bool is_test, unsigned n)
{
	static const char *const trained[] = {"wei",  "fang",  "min",  "jing", "qiang",
					      "jun",  "yan",   "anna", "tom",  "sarah",
					      "john", "linda", "paul", "emma", "david"};
	static const char *const tested[] = {"lei",   "hui",  "ming", "xia",   "ping",
					     "tao",   "gang", "mary", "peter", "james",
					     "laura", "lucy", "mark", "jane",  "kevin"};
	return is_test ? PICK(tested, n) : PICK(trained, n);
}

static struct heard_str put_together(const char *format, const char *a, const char *b,
				     unsigned n)
{
	char text[128], *copy;
	snprintf(text, sizeof(text), format, a, b, n);
	if ((copy = strdup(text)) == NULL)
		abort();
	return heard_str(copy);
}

/* What chance gives is the digest of the mail. */
static void make_sender(struct item *i, bool is_test)
{
	static const char *const boxes[] = {"%s%s",  "%2$s.%1$s", "%s%s%u",
					    "%s_%s", "%2$s%3$u",  "%3$u"};
	unsigned char md5[EVP_MAX_MD_SIZE];
	digest(i->bytes, md5);
	const char *s = surname(is_test, md5[1]), *g = given(is_test, md5[2]);
	unsigned number = md5[3] < 0x80 ? 10 + md5[4] % 90u : 1000000u + md5[4] * 977773u;
	struct heard_str box = put_together(PICK(boxes, md5[5]), s, g, number);
	i->email = put_together("%s@%s", box.ptr, provider(is_test, md5[0]), 0);
	i->name = md5[6] < 0x60 ? heard_str("") : put_together("%2$s %1$s", s, g, 0);
}

static void add_copies(const char *root, struct items *l)
{
	char path[2][4096];
	snprintf(path[0], sizeof(path[0]), "%s/sentiment/snow_pos.txt", root);
	snprintf(path[1], sizeof(path[1]), "%s/sentiment/snow_neg.txt", root);
	struct heard_str rest[] = {slurp(path[0]), slurp(path[1])};
	for (size_t i = 0, n = l->n; i < n; i++) {
		struct item copy = l->at[i];
		if (copy.is_spam || rest[copy.is_test].len == 0)
			continue;
		copy.kind = SET_SENT;
		make_sender(&copy, true);
		push(l, copy);
		copy.kind = SET_COPY;
		make_sender(&copy, copy.is_test);
		copy.text = next_line(&rest[copy.is_test]);
		push(l, copy);
	}
}

void set_mails(struct items *l, const char *mails, const char *data)
{
	static const char *const folders[] = {"easy-ham-1", "easy-ham-2", "hard-ham-1",
					      "spam-1", "spam-2"};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		load_mails(mails, folders[i], l);
	add_copies(data, l);
}

/* ---- messages */

static void fold_text(struct item *item, struct heard_str text)
{
	char key[2048];
	size_t n = 0;
	unsigned char md5[EVP_MAX_MD_SIZE];
	for (size_t i = 0; i < text.len && n < sizeof(key); i++)
		if (isalpha((unsigned char)text.ptr[i]) || (text.ptr[i] & 0x80))
			key[n++] = (char)tolower((unsigned char)text.ptr[i]);
	fold(item, digest(heard_str_n(key, n), md5));
}

static void load_sms(const char *root, struct items *l)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/spam/sms-spam-collection.tsv", root);
	for (struct heard_str rest = slurp(path); rest.len > 0;) {
		struct heard_str line = next_line(&rest);
		const char *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;
		if (tab == NULL)
			continue;
		struct item item = {.bytes = heard_str_skip(line, (size_t)(tab + 1 - line.ptr)),
				    .is_spam = heard_str_starts(line, HEARD_STR_OF("spam"))};
		fold_text(&item, item.bytes);
		push(l, item);
	}
}

/* What customers write, which is no spam: reviews and questions. */
static void load_customers(const char *root, const char *file, char before, struct items *l)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (struct heard_str rest = slurp(path); rest.len > 0;) {
		struct heard_str text = next_line(&rest);
		const char *end = text.len ? memrchr(text.ptr, before, text.len) : NULL;
		if (end == NULL || end == text.ptr)
			continue;
		struct item item = {.bytes = heard_str_n(text.ptr, (size_t)(end - text.ptr)),
				    .kind = SET_CUSTOMER};
		fold_text(&item, item.bytes);
		push(l, item);
	}
}

void set_messages(struct items *l, const char *data)
{
	load_sms(data, l);
	load_customers(data, "sentiment/uci-amazon.txt", '\t', l);
	load_customers(data, "sentiment/uci-yelp.txt", '\t', l);
	load_customers(data, "sentiment/uci-imdb.txt", '\t', l);
	load_customers(data, "intent/banking77_train.csv", ',', l);
}
