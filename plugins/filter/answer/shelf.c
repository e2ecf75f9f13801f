/*
 * shelf.c - the articles of a folder, indexed, and the one that fits a text best.
 *
 * Two steps.  FTS5, in memory, gives the few articles that share most with the text's
 * rarest terms (bm25, where a title counts eight times and a keyword six times the
 * body).  bm25 has no scale, so each of them gets a score from 0 to 1 that can be
 * explained (score.c), and the best is the answer.
 *
 * When all articles are in, the index is taken out of the database as bytes, and each
 * reader opens these bytes, read only, as a database of its own: one index, whatever the
 * number of threads, and no lock.
 *
 * Terms are made here (terms.c) and not by a tokenizer of SQLite: its trigram finds
 * nothing for a word of two Chinese characters.  They reach FTS5 with blanks between.
 */
#include "shelf.h"

#include "article.h"
#include "folder.h"
#include "score.h"

#include <heard/error.h>
#include <store/db.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	CANDIDATES = 8,
	QUERY_TERMS = 12, /* the rarest of a text: more only cost time */
	PIECE_MAX = 4 << 20,
};

struct shelf {
	atomic_uint holders;
	struct heard_buf cards; /* of struct card * */
	struct weights weights;
	unsigned char *index; /* the database, once it is finished */
	sqlite3_int64 index_size;
	/* while it is filled */
	sqlite3 *db;
	sqlite3_stmt *add;
	struct terms terms;
	struct heard_buf piece[3]; /* title, keywords, body of the article at work */
};

struct shelf_reader {
	struct shelf *shelf;
	sqlite3 *db;
	sqlite3_stmt *find;
	struct heard_buf query;
};

static struct card **shelf_cards(const struct shelf *s)
{
	return (struct card **)(void *)s->cards.ptr;
}

size_t shelf_size(const struct shelf *s)
{
	return s->cards.len / sizeof(struct card *);
}

static int open_memory(sqlite3 **db, struct heard_error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	return sqlite3_open_v2(":memory:", db, flags, NULL) == SQLITE_OK ? 0
									 : db_fail(*db, err);
}

/* ---- filling */

struct shelf *shelf_create(struct heard_error *err)
{
	struct shelf *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	heard_buf_init(&s->cards, sizeof(struct card *) * (FOLDER_FILES + 1));
	terms_init(&s->terms);
	for (size_t i = 0; i < 3; i++)
		heard_buf_init(&s->piece[i], PIECE_MAX);
	weights_init(&s->weights);
	atomic_init(&s->holders, 1);
	if (open_memory(&s->db, err) != 0) {
		shelf_close(s);
		return NULL;
	}
	if (db_exec(s->db,
		    "CREATE VIRTUAL TABLE kb USING fts5(title,keywords,body,"
		    "content='',tokenize='ascii');BEGIN",
		    err) == 0 &&
	    db_prepare(s->db, "INSERT INTO kb(rowid,title,keywords,body) VALUES(?,?,?,?)",
		       &s->add, err) == 0)
		return s;
	shelf_close(s);
	return NULL;
}

struct shelf *shelf_hold(struct shelf *s)
{
	atomic_fetch_add(&s->holders, 1);
	return s;
}

/* What only filling needs. */
static void end_filling(struct shelf *s)
{
	sqlite3_finalize(s->add);
	sqlite3_close(s->db);
	s->add = NULL;
	s->db = NULL;
	terms_release(&s->terms);
	for (size_t i = 0; i < 3; i++)
		heard_buf_release(&s->piece[i]);
}

void shelf_close(struct shelf *s)
{
	if (s == NULL || atomic_fetch_sub(&s->holders, 1) > 1)
		return;
	end_filling(s);
	sqlite3_free(s->index);
	for (size_t i = 0; i < shelf_size(s); i++)
		card_destroy(shelf_cards(s)[i]);
	heard_buf_release(&s->cards);
	weights_release(&s->weights);
	free(s);
}

/* The text's terms into a column, and into the card: as a handle, if it is one. */
static int take(struct shelf *s, struct card *card, struct heard_str text, size_t column)
{
	size_t n;

	int r = terms_read(&s->terms, text);
	if (r)
		return r;
	const struct term *at = terms_at(&s->terms, &n);
	for (size_t i = 0; i < n; i++) {
		heard_buf_str(&s->piece[column], at[i].text);
		heard_buf_add(&s->piece[column], " ", 1);
	}
	terms_sort(&s->terms);
	return card_add(card, &s->terms, column < 2);
}

static int insert(struct shelf *s, struct heard_error *err)
{
	sqlite3_bind_int64(s->add, 1, (sqlite3_int64)shelf_size(s) + 1);
	for (int i = 0; i < 3; i++)
		bind_text(s->add, i + 2, heard_buf_view(&s->piece[i]));
	int result = sqlite3_step(s->add);
	sqlite3_reset(s->add);
	return result == SQLITE_DONE ? 0 : db_fail(s->db, err);
}

static int check_id(const struct shelf *s, struct heard_str id, struct heard_error *err)
{
	for (size_t i = 0; i < shelf_size(s); i++)
		if (heard_str_eq(card_id(shelf_cards(s)[i]), id))
			return heard_fail(err, EBADMSG, "another article has the id %.*s",
					  HEARD_ARG(id));
	return 0;
}

int shelf_add(struct shelf *s, const struct article *a, struct heard_error *err)
{
	int r = check_id(s, a->id, err);
	if (r)
		return r;
	struct card *card = card_create(a->id, a->title, a->lang);

	for (size_t i = 0; i < 3; i++)
		heard_buf_clear(&s->piece[i]);
	r = card ? take(s, card, a->title, 0) : -ENOMEM;
	for (size_t i = 0; r == 0 && i < a->n_keywords; i++)
		r = take(s, card, a->keywords[i], 1);
	if (r == 0)
		r = take(s, card, a->body, 2);
	if (r == 0)
		r = card_finish(card, &s->weights);
	if (r)
		heard_fail(err, -r, "out of memory");
	else
		r = insert(s, err);
	if (r == 0) {
		heard_buf_add(&s->cards, &card, sizeof(struct card *));
		r = s->cards.failed ? heard_fail(err, ENOMEM, "out of memory") : 0;
	}
	if (r)
		card_destroy(card);
	return r;
}

int shelf_finish(struct shelf *s, struct heard_error *err)
{
	weights_finish(&s->weights, shelf_size(s));
	if (s->weights.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	int r = db_exec(s->db, "COMMIT;INSERT INTO kb(kb) VALUES('optimize')", err);
	if (r)
		return r;
	s->index = sqlite3_serialize(s->db, "main", &s->index_size, 0);
	end_filling(s);
	return s->index ? 0 : heard_fail(err, ENOMEM, "out of memory");
}

struct opening {
	struct shelf *shelf;
	shelf_left_out *left_out;
	void *arg;
};

/* What is left depends on the folder alone, and not on what it was before, so that all
 * lanes come to the same. */
static int add_file(void *arg, const char *path, struct heard_str name, struct heard_str text,
		    struct heard_error *err)
{
	const struct opening *o = arg;
	struct article article;

	int r = article_read(&article, text, name, err);
	if (r == 0)
		r = shelf_add(o->shelf, &article, err);
	if (r)
		heard_error_wrap(err, "%s", path);
	if (r != -EBADMSG)
		return r;
	if (o->left_out)
		o->left_out(o->arg, err->text);
	return 0;
}

struct shelf *shelf_open(const char *folder, shelf_left_out *left_out, void *arg,
			 struct heard_error *err)
{
	struct opening o = {shelf_create(err), left_out, arg};
	int r = o.shelf ? folder_read(folder, add_file, &o, err) : -ENOMEM;

	if (r == 0 && shelf_size(o.shelf) == 0)
		r = heard_fail(err, ENOENT,
			       "%s: there is no article in it; put files *.md there", folder);
	if (r == 0)
		r = shelf_finish(o.shelf, err);
	if (r == 0)
		return o.shelf;
	shelf_close(o.shelf);
	return NULL;
}

/* ---- finding */

struct shelf_reader *shelf_read(struct shelf *s, struct heard_error *err)
{
	struct shelf_reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	r->shelf = shelf_hold(s);
	heard_buf_init(&r->query, PIECE_MAX);
	if (open_memory(&r->db, err) == 0 &&
	    (sqlite3_deserialize(r->db, "main", s->index, s->index_size, s->index_size,
				 SQLITE_DESERIALIZE_READONLY) == SQLITE_OK ||
	     db_fail(r->db, err) == 0) &&
	    db_prepare(r->db,
		       "SELECT rowid FROM kb WHERE kb MATCH ?"
		       " ORDER BY bm25(kb,8.0,6.0,1.0) LIMIT ?",
		       &r->find, err) == 0)
		return r;
	shelf_reader_close(r);
	return NULL;
}

void shelf_reader_close(struct shelf_reader *r)
{
	if (r == NULL)
		return;
	sqlite3_finalize(r->find);
	sqlite3_close(r->db);
	heard_buf_release(&r->query);
	shelf_close(r->shelf);
	free(r);
}

/* "one" OR "two": terms have letters, digits and ideographs only, so nothing in them
 * needs quoting twice.  False if no article has any of them. */
static bool write_query(struct shelf_reader *r, const struct term *at, size_t n)
{
	const struct term *rarest[QUERY_TERMS];
	double weights[QUERY_TERMS];
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		double weight;
		if (!weights_known(&r->shelf->weights, at[i].hash, &weight))
			continue;
		size_t to = used < QUERY_TERMS ? used++ : QUERY_TERMS;
		if (to == QUERY_TERMS && weight <= weights[--to])
			continue;
		for (; to > 0 && weights[to - 1] < weight; to--) {
			weights[to] = weights[to - 1];
			rarest[to] = rarest[to - 1];
		}
		weights[to] = weight;
		rarest[to] = &at[i];
	}
	heard_buf_clear(&r->query);
	for (size_t i = 0; i < used; i++)
		heard_buf_printf(&r->query, "%s\"%.*s\"", i ? " OR " : "",
				 HEARD_ARG(rarest[i]->text));
	return used > 0 && !r->query.failed;
}

static bool same_language(struct heard_str a, struct heard_str b)
{
	size_t n = 0;

	while (n < a.len && a.ptr[n] != '-')
		n++;
	return a.len == 0 || b.len == 0 ||
	       (heard_str_starts(b, heard_str_n(a.ptr, n)) && (b.len == n || b.ptr[n] == '-'));
}

int shelf_best(struct shelf_reader *r, struct terms *terms, struct heard_str lang,
	       struct shelf_find *find, struct heard_error *err)
{
	const struct shelf *s = r->shelf;
	int result;
	size_t n;

	*find = (struct shelf_find){.score = 0};
	terms_sort(terms);
	const struct term *at = terms_at(terms, &n);
	if (!write_query(r, at, n))
		return 0;
	bind_text(r->find, 1, heard_buf_view(&r->query));
	sqlite3_bind_int(r->find, 2, CANDIDATES);
	while ((result = sqlite3_step(r->find)) == SQLITE_ROW) {
		size_t row = (size_t)sqlite3_column_int64(r->find, 0) - 1;
		const struct card *card = row < shelf_size(s) ? shelf_cards(s)[row] : NULL;

		if (card == NULL || !same_language(lang, card_lang(card)))
			continue;
		double score = card_score(card, &s->weights, at, n);
		if (score > find->score) /* of equals, the one that FTS5 puts first */
			*find = (struct shelf_find){card_id(card), card_title(card), score};
	}
	int code = result == SQLITE_DONE ? 0 : db_fail(r->db, err);
	sqlite3_reset(r->find);
	return code;
}
