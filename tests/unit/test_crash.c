/*
 * test_crash.c - who is accused, who is condemned, who goes free.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crash.h"

#include <heard/error.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_make_fresh, folder_remove)

static char folder[64];

static int folder_make_fresh(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/heard-crash-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int folder_remove(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static struct crash_guard *guard_open(void)
{
	struct crash_guard *g = NULL;
	struct heard_error err = {0};
	if (crash_open(&g, folder, 2, &err) != 0)
		fail_msg("%s", err.text);
	return g;
}

static void *thread_aborts(void *arg)
{
	(void)arg;
	abort();
}

/* Until the stack is gone. */
static uint64_t deeper(volatile uint64_t *above)
{
	volatile uint64_t room[512] = {*above + 1};
	return room[0] == 0 ? 0 : deeper(room) + room[0];
}

static void die_by_abort(void)
{
	abort();
}

static void die_by_trap(void)
{
	__builtin_trap();
}

static void die_by_kill(void)
{
	raise(SIGKILL);
}

static void die_of_depth(void)
{
	volatile uint64_t first = 0;
	deeper(&first);
}

static void die_elsewhere(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, thread_aborts, NULL);
	pthread_join(thread, NULL);
}

static void die_from_outside(void)
{
	pid_t me = getpid(), child = fork();
	if (child == 0) {
		kill(me, SIGABRT);
		_exit(0);
	}
	for (;;)
		pause();
}

/* A page of a mapped file that has no bytes, as on a full disk. */
static void die_of_a_file(void)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/empty", folder);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	volatile char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	at[0] = 1;
}

/* A process that holds the digests in slot 0 and one more in slot 1, and dies. */
static int dies(void (*how)(void), const uint64_t *digests, size_t n)
{
	const uint64_t other = 4242;
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY); /* a sanitizer's report */
		dup2(null, 2);
		struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		const int theirs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
		for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
			signal(theirs[i], SIG_DFL); /* cmocka's would go on with the tests */
		struct crash_guard *g = guard_open();
		crash_note(crash_slot(g, 1), &other, 1);
		crash_note(crash_slot(g, 0), digests, n);
		how();
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static enum crash_verdict verdict_now(uint64_t digest)
{
	struct crash_guard *g = guard_open();
	enum crash_verdict v = crash_verdict(g, digest);
	crash_close(g);
	return v;
}

static void what_crashed_twice_is_condemned(void **state)
{
	const uint64_t d[] = {7, 7, 9};
	(void)state;
	int status = dies(die_by_abort, d, 3);
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT : WEXITSTATUS(status));
	assert_int_equal(verdict_now(7), CRASH_SUSPECT);
	assert_int_equal(verdict_now(9), CRASH_SUSPECT);
	assert_int_equal(verdict_now(8), CRASH_UNKNOWN);
	dies(die_by_trap, d, 1);
	assert_int_equal(verdict_now(7), CRASH_CONDEMNED);
	assert_int_equal(verdict_now(9), CRASH_SUSPECT);
}

static void the_note_of_another_thread_is_not_accused(void **state)
{
	const uint64_t d = 7;
	(void)state;
	dies(die_by_abort, &d, 1);
	assert_int_equal(verdict_now(4242), CRASH_UNKNOWN);
}

static void who_is_killed_from_outside_accuses_nobody(void **state)
{
	const uint64_t d = 7;
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(WIFSIGNALED(dies(die_by_kill, &d, 1)));
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
	dies(die_from_outside, &d, 1);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
}

static void a_disk_that_fails_under_a_mapped_file_accuses_nobody(void **state)
{
	const uint64_t d = 7;
	(void)state;
	int status = dies(die_of_a_file, &d, 1);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
}

static void a_stack_that_ran_out_accuses(void **state)
{
	const uint64_t d = 7;
	(void)state;
	int status = dies(die_of_depth, &d, 1);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
	assert_int_equal(verdict_now(7), CRASH_SUSPECT);
}

static void a_crash_without_a_note_makes_suspects_but_condemns_nobody(void **state)
{
	const uint64_t d = 7;
	(void)state;
	for (int i = 0; i < 3; i++)
		dies(die_elsewhere, &d, 1);
	assert_int_equal(verdict_now(7), CRASH_SUSPECT);
	assert_int_equal(verdict_now(4242), CRASH_SUSPECT);
	dies(die_by_abort, &d, 1);
	assert_int_equal(verdict_now(7), CRASH_CONDEMNED);
}

static void the_acquitted_stay_acquitted_even_if_we_are_killed(void **state)
{
	const uint64_t d[] = {7, 9};
	(void)state;
	dies(die_by_abort, d, 2);
	struct crash_guard *g = guard_open();
	crash_acquit(g, 7);
	crash_acquit(g, 7);
	crash_acquit(g, 1000);
	assert_int_equal(crash_verdict(g, 7), CRASH_UNKNOWN);
	assert_true(crash_has_suspects(g));
	crash_acquit(g, 9);
	assert_false(crash_has_suspects(g));
	crash_close(g);
	dies(die_by_kill, d, 2);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
	dies(die_by_abort, d, 1);
	assert_int_equal(verdict_now(7), CRASH_SUSPECT);
}

static void the_condemned_are_not_acquitted(void **state)
{
	const uint64_t d = 7;
	(void)state;
	dies(die_by_abort, &d, 1);
	dies(die_by_abort, &d, 1);
	struct crash_guard *g = guard_open();
	crash_acquit(g, 7);
	assert_int_equal(crash_verdict(g, 7), CRASH_CONDEMNED);
	crash_close(g);
}

/* As if the list were so many days older. */
static void age(unsigned days)
{
	struct {
		uint64_t digest;
		uint32_t times, day;
	} entry;
	char path[96];
	snprintf(path, sizeof(path), "%s/crash/suspects", folder);
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	assert_int_equal(fread(&entry, sizeof(entry), 1, f), 1);
	entry.day -= days;
	rewind(f);
	assert_int_equal(fwrite(&entry, sizeof(entry), 1, f), 1);
	fclose(f);
}

static void after_thirty_days_all_is_forgotten(void **state)
{
	const uint64_t d = 7;
	(void)state;
	dies(die_by_abort, &d, 1);
	dies(die_by_abort, &d, 1);
	assert_int_equal(verdict_now(7), CRASH_CONDEMNED);
	age(29);
	assert_int_equal(verdict_now(7), CRASH_CONDEMNED);
	age(1);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
}

static void many_are_found_again(void **state)
{
	static uint64_t d[CRASH_NOTES];
	(void)state;
	for (size_t i = 0; i < CRASH_NOTES; i++)
		d[i] = (uint64_t)i * 0x9e3779b97f4a7c15u;
	dies(die_by_abort, d, CRASH_NOTES);
	struct crash_guard *g = guard_open();
	for (size_t i = 0; i < CRASH_NOTES; i++)
		assert_int_equal(crash_verdict(g, d[i]), CRASH_SUSPECT);
	assert_int_equal(crash_verdict(g, 5), CRASH_UNKNOWN);
	crash_close(g);
}

static void a_clean_end_and_an_absolved_one_leave_nothing(void **state)
{
	const uint64_t d = 7;
	(void)state;
	struct crash_guard *g = guard_open();
	crash_note(crash_slot(g, 0), &d, 1);
	crash_close(g);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
	g = guard_open();
	crash_note(crash_slot(g, 0), &d, 1);
	crash_slot(g, 0)->fatal = SIGSEGV;
	crash_absolve(g);
	crash_close(g);
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
}

static void in_folder(const char *command)
{
	char line[256];
	snprintf(line, sizeof(line), "cd '%s/crash' && %s", folder, command);
	assert_int_equal(system(line), 0);
}

/* As when the disk failed after the list was written and before the notes were emptied. */
static void notes_that_could_not_be_emptied_count_once(void **state)
{
	const uint64_t d = 7;
	(void)state;
	dies(die_by_abort, &d, 1);
	in_folder("cp notes kept");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(verdict_now(7), CRASH_SUSPECT);
		in_folder("cp kept notes");
	}
	dies(die_by_abort, &d, 1); /* the same again is another crash */
	in_folder("cp notes kept");
	assert_int_equal(verdict_now(7), CRASH_CONDEMNED);
	in_folder("cp kept notes");
	struct crash_guard *g = guard_open();
	assert_true(crash_has_suspects(g));
	assert_int_equal(crash_verdict(g, 7), CRASH_CONDEMNED);
	assert_int_equal(crash_verdict(g, 0), CRASH_UNKNOWN);
	crash_close(g);
}

/* One that came through in between is not accused anew. */
static void the_acquitted_are_not_accused_by_old_notes(void **state)
{
	const uint64_t d[] = {7, 9};
	(void)state;
	dies(die_by_abort, d, 2);
	in_folder("cp notes kept");
	struct crash_guard *g = guard_open();
	crash_acquit(g, 7);
	crash_close(g);
	in_folder("cp kept notes");
	assert_int_equal(verdict_now(7), CRASH_UNKNOWN);
	assert_int_equal(verdict_now(9), CRASH_SUSPECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_crashed_twice_is_condemned),
		TEST(the_note_of_another_thread_is_not_accused),
		TEST(who_is_killed_from_outside_accuses_nobody),
		TEST(a_disk_that_fails_under_a_mapped_file_accuses_nobody),
		TEST(a_stack_that_ran_out_accuses),
		TEST(a_crash_without_a_note_makes_suspects_but_condemns_nobody),
		TEST(the_acquitted_stay_acquitted_even_if_we_are_killed),
		TEST(the_condemned_are_not_acquitted),
		TEST(after_thirty_days_all_is_forgotten),
		TEST(many_are_found_again),
		TEST(a_clean_end_and_an_absolved_one_leave_nothing),
		TEST(notes_that_could_not_be_emptied_count_once),
		TEST(the_acquitted_are_not_accused_by_old_notes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
