/* The filter enrich: a SQLite database as a source. */
#include "../../plugins/filter/enrich/database.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "enrich_fixture.h"

#include <unistd.h>

static void make_database(char path[64])
{
	char command[512];
	snprintf(path, 64, "/tmp/test-enrich-%d.db", (int)getpid());
	unlink(path);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(command, sizeof(command),
		 "CREATE TABLE c(id TEXT, tier TEXT, orders INT, b BLOB);"
		 "INSERT INTO c VALUES('c1','gold',7,x'00'),('c2',NULL,2.5,NULL)");
	assert_int_equal(sqlite3_exec(db, command, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_database_is_asked_and_never_changed(void **state)
{
	char path[64];
	struct heard_str values[WANTED_MAX];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	wanted_add(&wanted, "n");
	struct database *d = database_open(
		path, "SELECT orders AS n, tier FROM c WHERE id = ?1", &wanted, 1000, &err);
	assert_non_null(d);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	is(values[1], "7");
	assert_int_equal(database_get(d, HEARD_STR_OF("c2"), batch, values, &err), 1);
	assert_int_equal(values[0].len, 0);
	is(values[1], "2.5");
	assert_int_equal(database_get(d, HEARD_STR_OF("' OR 1 --"), batch, values, &err), 0);
	database_close(d);
	unlink(path);
}

static void a_query_must_read_and_have_one_parameter(void **state)
{
	static const struct {
		const char *query, *says;
	} bad[] = {
		{"SELECT tier FROM c", "one parameter"},
		{"SELECT tier FROM c WHERE id = ? OR id = ?", "one parameter"},
		{"DELETE FROM c WHERE id = ?", "SELECT"},
		{"ATTACH ? AS x", "SELECT"},
		{"SELECT tier FROM c WHERE id = ?; DROP TABLE c", "one statement"},
		{"SELECT orders FROM c WHERE id = ?", "\"tier\"; name it with AS"},
		{"SELECT tier FROM missing WHERE id = ?", "no such table"},
		{"", "one statement"},
	};
	char path[64];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(database_open(path, bad[i].query, &wanted, 1000, &err));
		if (strstr(err.text, bad[i].says) == NULL)
			print_error("%zu: %s\n", i, err.text);
		assert_non_null(strstr(err.text, bad[i].says));
	}
	assert_null(database_open("/nowhere/x.db", "SELECT 1", &wanted, 1000, &err));
	unlink(path);
}

static void a_query_that_takes_too_long_is_interrupted(void **state)
{
	char path[64];
	struct heard_str values[WANTED_MAX];
	(void)state;
	make_database(path);
	wanted_add(&wanted, "n");
	struct database *d = database_open(
		path,
		"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < "
		"4000000000) SELECT count(*) AS n FROM s WHERE ?1 <> ''",
		&wanted, 30, &err);
	assert_non_null(d);
	assert_int_equal(database_get(d, HEARD_STR_OF("x"), batch, values, &err), -ETIMEDOUT);
	assert_int_equal(database_get(d, HEARD_STR_OF("x"), batch, values, &err), -ETIMEDOUT);
	database_close(d);
	unlink(path);
}

/* As a nightly export does: a new file, renamed to where the old one was. */
static void another_file_in_its_place_is_read(void **state)
{
	char path[64], fresh[80];
	struct heard_str values[WANTED_MAX];
	sqlite3 *db;
	(void)state;
	make_database(path);
	wanted_add(&wanted, "tier");
	struct database *d = database_open(path, "SELECT tier FROM c WHERE id = ?", &wanted,
					   1000, &err);
	assert_non_null(d);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	assert_int_equal(rename(path, fresh), 0); /* gone for a moment */
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	make_database(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "UPDATE c SET tier = 'silver'", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "silver");

	/* One that does not fit is told, and looked at again. */
	FILE *f = fopen(fresh, "w");
	fputs("no database at all, and long enough to be taken for one", f);
	fclose(f);
	assert_int_equal(rename(fresh, path), 0);
	assert_true(database_follow(d, &err) < 0);
	assert_true(database_follow(d, &err) < 0);
	unlink(path);
	make_database(path);
	assert_int_equal(database_follow(d, &err), 0);
	assert_int_equal(database_get(d, HEARD_STR_OF("c1"), batch, values, &err), 1);
	is(values[0], "gold");
	database_close(d);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_database_is_asked_and_never_changed),
		TEST(a_query_must_read_and_have_one_parameter),
		TEST(a_query_that_takes_too_long_is_interrupted),
		TEST(another_file_in_its_place_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
