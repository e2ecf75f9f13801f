/*
 * zipend.h - how many entries does this archive say it has?
 *
 * libzip reads the whole directory of an archive into memory when it opens it, once
 * for each place that looks like the directory's end.  So whoever opens a file from
 * outside looks first.
 */
#ifndef TABLE_ZIPEND_H
#define TABLE_ZIPEND_H

struct heard_error;

enum { ZIPEND_ENTRIES_MAX = 10000, ZIPEND_ENDS_MAX = 8 };

/* 0: fit to be opened; -EINVAL with a sentence. */
int zipend_check(int fd, struct heard_error *);

#endif
