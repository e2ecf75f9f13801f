/*
 * reader.h - all files of one instance: found, read in turn, finished.
 */
#ifndef INPUT_FILE_READER_H
#define INPUT_FILE_READER_H

#include "chunk.h"
#include "tail.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

struct event;
struct heard_error;
struct heard_host;
struct heard_receipt;
struct heard_timer;

enum done { DONE_MARK, DONE_MOVE, DONE_DELETE };
enum format { FORMAT_AUTO, FORMAT_NDJSON, FORMAT_CSV, FORMAT_XLSX };
enum { BUCKETS = 1024 };

struct reader {
	/* set before reader_start() */
	struct heard_host *host;
	const char *path; /* a folder, or a file                            */
	bool is_folder;
	bool follow;
	enum done done;
	enum format format;
	int64_t max_line;
	const struct map *map; /* of columns */
	enum charset charset;
	const char *sheet;
	int64_t max_strings;

	char *folder;	  /* the path, or the folder the file is in         */
	const char *only; /* the file's name, NULL for a folder             */
	int folder_fd;
	uint64_t folder_inode;

	struct tail *table[BUCKETS];	 /* by inode                                 */
	struct tail *current;		 /* the file that has the path now                 */
	struct tail *ready, **ready_end; /* to be read, first come first         */
	struct chunk_pool chunks;

	DIR *scanning;	  /* a scan is under way                            */
	uint64_t scan;	  /* its number                                     */
	bool scan_again;  /* something changed meanwhile                    */
	bool must_settle; /* a file waits for its writer to be done         */
	bool path_failed; /* said in the log                                */

	unsigned in_flight; /* pieces without receipt                         */
	size_t bytes_in_flight;
	bool is_posted; /* a turn is on its way to us                     */
	bool is_held;	/* until the hold timer: the core said "not now"  */
	bool is_stopped;
	struct heard_timer *hold, *rescan;
	int watch_fd;
	struct event *watch;
};

int reader_init(struct reader *, struct heard_error *);
int reader_start(struct reader *, struct heard_error *);
/* Go on, soon: after resume, or when something is ready. */
void reader_wake(struct reader *);
void reader_stop(struct reader *);
void reader_release(struct reader *);

/* ---- for tail.c */
void reader_emitted(struct reader *, size_t bytes);
/* refusal: NULL if there is no reason to wait. */
void reader_receipt(struct reader *, struct tail *, size_t bytes, const struct heard_receipt *);
/* Has its writer closed it, or left it alone for a while? */
bool reader_has_settled(const struct tail *);
/* One warning: 'name': what. */
void reader_tell(struct reader *, const char *name, const char *what);

/* ---- between reader.c and folder.c */
void reader_ready(struct reader *, struct tail *);
/* The file with this identity, made if it is not known: with its resume token. */
struct tail *reader_file(struct reader *, const struct identity *, const char *name);

/* Look through the folder, or at the path; a slice at a time. */
void folder_scan_begin(struct reader *);
void folder_scan_slice(struct reader *);
/* A name of which inotify spoke. */
void folder_saw(struct reader *, const char *name, bool is_closed);
/* Mark, move or delete: after the commit of the last byte. */
void folder_finish(struct reader *, struct tail *);

int watch_start(struct reader *);
/* The path may lead to another folder by now. */
void watch_refresh(struct reader *);
void watch_stop(struct reader *);

#endif
