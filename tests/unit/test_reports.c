/*
 * Tests of output email's reports.c: which files of a folder are mailed, to whom, and how
 * often it is tried.  The outbox is the test's: it answers at once.
 */
#include <heard/host.h>

static int64_t now_ms;
static void (*posted)(void *arg);
static void *posted_arg;
static unsigned depth, deepest;

static void test_post(void (*fn)(void *arg), void *arg)
{
	posted = fn;
	posted_arg = arg;
}

HEARD_PRINTF(1, 2) static void test_log(const char *format, ...)
{
	(void)format;
}

#define heard_now(host)		  ((void)(host), now_ms)
#define heard_post(host, fn, arg) ((void)(host), test_post(fn, arg))
#define heard_timer_create(host, fn, arg) \
	((void)(host), (void)(fn), (void)(arg), (void *)&now_ms)
#define heard_timer_destroy(timer)  ((void)(timer))
#define heard_timer_set(timer, ms)  ((void)(timer), (void)(ms))
#define heard_timer_clear(timer)    ((void)(timer))
#define heard_log(host, level, ...) ((void)(host), test_log(__VA_ARGS__))

#include "output/email/reports.c"

#include "host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SENT_MOST = 8192 };

static unsigned char sent[SENT_MOST][BOOK_KEY];
static size_t n_sent, n_offered;
static enum heard_outcome answer;
static const char *refuse; /* compose() says no to this file */

/* ---- what it leans on */

struct outbox_mail *outbox_mail_create(void)
{
	return calloc(1, sizeof(struct outbox_mail));
}

void outbox_mail_destroy(struct outbox_mail *m)
{
	free(m);
}

void event_name(const char *prefix, const unsigned char key[BOOK_KEY], char out[EVENT_NAME])
{
	snprintf(out, EVENT_NAME, "%s%d", prefix, key[0]);
}

int compose(struct email *e, const struct draft *d, struct outbox_mail *m,
	    struct heard_error *error)
{
	(void)e, (void)m;
	return refuse && heard_str_is(d->file, refuse) ? heard_fail(error, ENOMEM, "no memory")
						       : 0;
}

int book_begun(struct book *b, int64_t now, int64_t *at_r, struct heard_error *error)
{
	(void)b, (void)now, (void)error;
	*at_r = 0;
	return 0;
}

int book_note(struct book *b, const struct book_mail *m, int64_t now, struct heard_error *error)
{
	(void)b, (void)now, (void)error;
	memcpy(sent[n_sent++], m->key, BOOK_KEY);
	return 0;
}

static enum heard_outcome fate_of(const struct outbox_mail *m)
{
	for (size_t i = 0; i < n_sent; i++)
		if (memcmp(sent[i], m->key, BOOK_KEY) == 0)
			return HEARD_DUPLICATE;
	if (answer == HEARD_DELIVERED)
		memcpy(sent[n_sent++], m->key, BOOK_KEY);
	return answer;
}

void outbox_send(struct outbox *b, struct outbox_mail *m)
{
	enum heard_outcome outcome = fate_of(m);
	void (*done)(void *, enum heard_outcome, int64_t, const char *) = m->done;
	void *arg = m->arg;
	(void)b;
	n_offered++;
	free(m);
	deepest = ++depth > deepest ? depth : deepest;
	done(arg, outcome, 0, "no");
	depth--;
}

/* ---- a folder */

static char folder[] = "/tmp/heard-reports-XXXXXX";
static const char *receivers[] = {"a@shop.test", "b@shop.test"}, *patterns[] = {"*.html"};
static const unsigned char secret[32] = {1};
static struct heard_host host = {.full_name = "mail/email", .secret = secret};
static struct email e;

static void put_file(const char *name, int64_t at_ms)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(name, f);
	fclose(f);
	const struct timespec at = {at_ms / 1000, at_ms % 1000 * 1000000};
	const struct timespec times[] = {at, at};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* As the timer and the loop would. */
static void round_of(struct reports *r)
{
	n_offered = 0;
	on_timer(r);
	while (posted) {
		void (*fn)(void *) = posted;
		posted = NULL;
		fn(posted_arg);
	}
}

static int setup(void **state)
{
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	now_ms = 1790000000000;
	n_sent = deepest = 0;
	answer = HEARD_DELIVERED;
	refuse = NULL;
	e = (struct email){.host = &host,
			   .report = {.folder = folder,
				      .to = {.at = receivers, .n = 2},
				      .names = {.at = patterns, .n = 1}}};
	*state = reports_create(&e);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];
	reports_destroy(*state);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void each_file_goes_to_each_once(void **state)
{
	put_file("a.html", now_ms - 10000);
	put_file("b.html", now_ms - 9000);
	put_file("c.csv", now_ms - 9000);
	put_file("d.html", now_ms - 100); /* somebody may be writing it */
	round_of(*state);
	assert_int_equal(n_sent, 4);
	round_of(*state);
	assert_int_equal(n_sent, 4);
	now_ms += 10000;
	round_of(*state);
	assert_int_equal(n_sent, 6);
}

static void what_cannot_go_now_goes_later(void **state)
{
	put_file("a.html", now_ms - 10000);
	answer = HEARD_RETRY;
	round_of(*state);
	assert_int_equal(n_offered, 1);
	answer = HEARD_REFUSED; /* for good: noted, and given up */
	round_of(*state);
	assert_int_equal(n_sent, 2);
	round_of(*state);
	assert_int_equal(n_sent, 2);
}

static void a_want_of_memory_is_no_end(void **state)
{
	put_file("a.html", now_ms - 10000);
	put_file("b.html", now_ms - 5000);
	refuse = "a.html";
	round_of(*state);
	assert_int_equal(n_sent, 2);
	refuse = NULL;
	round_of(*state);
	assert_int_equal(n_sent, 4);
}

/* At a start all that was ever sent is offered again, and known at once. */
static void a_full_folder_takes_no_stack(void **state)
{
	char name[32];
	for (int i = 0; i < FILES_MOST + 50; i++) {
		snprintf(name, sizeof(name), "%d.html", i);
		put_file(name, now_ms - 1000000 + i);
	}
	round_of(*state);
	assert_int_equal(n_sent, 2 * FILES_MOST); /* the oldest */
	round_of(*state);
	assert_int_equal(n_sent, 2 * (FILES_MOST + 50));
	reports_destroy(*state);
	*state = reports_create(&e);
	round_of(*state);
	assert_int_equal(n_offered, 2 * FILES_MOST);
	assert_int_equal(n_sent, 2 * (FILES_MOST + 50));
	assert_int_equal(deepest, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_file_goes_to_each_once),
		TEST(what_cannot_go_now_goes_later),
		TEST(a_want_of_memory_is_no_end),
		TEST(a_full_folder_takes_no_stack),
	};
	return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
