/*
 * test_store_shm.c - shared memory of SQLite's that the disk has no room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <store/shm.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Beneath the guard: what is mapped has no bytes, as pages of a full disk have none. */
static sqlite3_io_methods full;
static const sqlite3_io_methods *real;
static bool is_full;
static char folder[64], shm[96];

static int map_nothing(sqlite3_file *file, int region, int size, int may_extend,
		       volatile void **at)
{
	int rc = real->xShmMap(file, region, size, may_extend, at);
	if (rc == SQLITE_OK && truncate(shm, is_full ? 0 : size) != 0)
		return SQLITE_IOERR;
	return rc;
}

static int map_refused(sqlite3_file *file, int region, int size, int may_extend,
		       volatile void **at)
{
	return is_full ? SQLITE_IOERR_SHMSIZE
		       : real->xShmMap(file, region, size, may_extend, at);
}

static sqlite3 *open_on(int (*map)(sqlite3_file *, int, int, int, volatile void **))
{
	sqlite3 *db = NULL;
	sqlite3_file *file = NULL;
	char path[96];
	strcpy(folder, "/tmp/heard-shm-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
	snprintf(shm, sizeof(shm), "%s/a.db-shm", folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	real = file->pMethods;
	full = *real;
	full.xShmMap = map;
	file->pMethods = &full;
	assert_int_equal(shm_guard(db), SQLITE_OK);
	return db;
}

static int run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void close_it(sqlite3 *db)
{
	char command[96];
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

static void is_told_and_heals(int (*map)(sqlite3_file *, int, int, int, volatile void **))
{
	sqlite3 *db = open_on(map);
	is_full = true;
	assert_int_equal(run(db, "PRAGMA journal_mode=WAL; CREATE TABLE t(a)"), SQLITE_FULL);
	assert_int_equal(run(db, "CREATE TABLE t(a)"), SQLITE_FULL);
	is_full = false;
	assert_int_equal(run(db, "PRAGMA journal_mode=WAL; CREATE TABLE t(a)"), SQLITE_OK);
	assert_int_equal(run(db, "INSERT INTO t VALUES(1)"), SQLITE_OK);
	close_it(db);
}

static void pages_that_are_not_there_are_an_error(void **state)
{
	(void)state;
	is_told_and_heals(map_nothing);
}

static void a_file_that_cannot_grow_is_a_full_disk(void **state)
{
	(void)state;
	is_told_and_heals(map_refused);
}

static void a_database_in_memory_has_none(void **state)
{
	sqlite3 *db = NULL;
	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(shm_guard(db), SQLITE_OK);
	assert_int_equal(run(db, "CREATE TABLE t(a)"), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_are_not_there_are_an_error),
		cmocka_unit_test(a_file_that_cannot_grow_is_a_full_disk),
		cmocka_unit_test(a_database_in_memory_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
