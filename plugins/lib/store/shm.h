/*
 * shm.h - a full disk is an error of SQLite's, not the end of the process.
 */
#ifndef STORE_SHM_H
#define STORE_SHM_H

#include <sqlite3.h>

/* Before the connection's first statement.  An SQLite result. */
int shm_guard(sqlite3 *);

#endif
