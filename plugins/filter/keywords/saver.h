/*
 * saver.h - the background on disk, written by a thread of its own, once a minute and at
 * the end: no worker and no loop waits for the disk.  kill -9 loses a minute of counts.
 */
#ifndef KEYWORDS_SAVER_H
#define KEYWORDS_SAVER_H

#include <stdint.h>

struct ground;
struct heard_host;
struct saver;

/* Begins; the path is copied.  NULL: no memory or no thread. */
struct saver *saver_begin(struct heard_host *, const struct ground *, const char *path,
			  uint64_t key);
void saver_end(struct saver *); /* writes what is left; NULL is fine */

#endif
