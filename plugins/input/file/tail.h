/*
 * tail.h - one file being read.
 *
 * tail_step() reads one piece and emits it, as whole lines.  What a receipt
 * refused is read again from there, when every later piece has its receipt too.
 */
#ifndef INPUT_FILE_TAIL_H
#define INPUT_FILE_TAIL_H

#include "chunk.h"
#include "identity.h"
#include "lines.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct heard_host;
struct reader;
struct table;

/* What is in the file. */
enum kind {
	KIND_UNKNOWN,
	KIND_LINES,
	KIND_CSV,
	KIND_XLSX,
};

enum step {
	STEP_EMITTED, /* a piece is on its way, or a piece of a giant line skipped */
	STEP_END,     /* nothing more to read now                                 */
	STEP_HOLD,    /* wait for receipts                                        */
	STEP_FAILED,  /* it cannot be read: said in the log                       */
	STEP_REFUSED, /* it is not what we read: said, and left until it changes  */
};

struct tail {
	struct tail *next;	 /* in the reader's table                         */
	struct tail *next_ready; /* in the reader's queue                         */
	struct reader *reader;
	struct identity id;
	char *name; /* in the folder                                 */
	int fd;	    /* -1: closed                                    */
	struct mark at;
	enum kind kind;
	struct table *table; /* of an open table: its header and how to go on   */
	int64_t skipped;     /* > at.offset: so far into a line too long      */
	size_t want;	     /* bytes to read at once: grows for long lines   */

	/* Positions are offsets; of a workbook, the numbers of rows. */
	unsigned in_flight;		/* pieces without receipt                        */
	int64_t back_to;		/* -1: none was refused                          */
	int64_t back_offset, back_line; /* of it */
	unsigned refusals;		/* of the piece at back_to, in a row             */
	int64_t careful_until;		/* up to this position, only ...                 */
	int64_t careful_lines;		/* ... so many lines or rows at once             */
	int64_t conflict_at;		/* the line here goes to the dead letters, or -1 */

	int64_t ended_size, ended_change; /* as it was when read to its end       */
	uint64_t scan;			  /* the last one that saw it                      */
	bool is_ready;			  /* in the queue                                  */
	bool is_closed;			  /* its writer is done                            */
	bool is_retired;		  /* another file has its name now                 */
	bool is_refused;		  /* no regular file, or a format we do not read   */
	bool is_ended;			  /* read to its end, ended_* are set              */
	bool is_settled;		  /* what was to be done after its commit, was     */
	bool must_settle;		  /* it can be read only when its writer is done   */
};

/* A piece that was read: `n` bytes, the first `header` of which are not at this place
 * in the file. */
struct piece {
	struct chunk *chunk;
	size_t header, n;
	int64_t lines; /* line ends in it; of a workbook: to the next row to read */
	int64_t rows;  /* how often it could be cut                               */
};

struct tail *tail_create(struct reader *, const struct identity *, const char *name);
void tail_destroy(struct tail *);
void tail_close(struct tail *);
/* may_end: no more will be written, so a last line needs no newline.  Adds the
 * bytes read to *bytes.  [home] */
enum step tail_step(struct tail *, bool may_end, size_t *bytes);
/* Said in the log once; the file is left as it is until it changes. */
enum step tail_refuse(struct tail *, const char *why);

/* ---- for csv.c and workbook.c */

int64_t tail_position(const struct tail *);
ssize_t tail_read(struct tail *, void *to, size_t n, int64_t offset);
int64_t tail_lines_at_once(const struct tail *);
/* Begin anew: it is not the file that it was. */
void tail_restart(struct tail *);
/* Emit the piece, of which `length` bytes of the file are used up. */
enum step tail_emit(struct tail *, struct piece *take, enum place_kind, int64_t length);
/* On in a line that is too long: n bytes at t->skipped were read into take->chunk; the
 * line ends after `line` of them, 0: later.  At its end its beginning is emitted. */
enum step tail_skip(struct tail *, struct piece *take, ssize_t n, size_t line, bool may_end,
		    size_t *bytes);

/* Size and times of the open file; false if it is not open. */
bool tail_look(const struct tail *, struct look *);

#endif
