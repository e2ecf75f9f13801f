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

#include <stdbool.h>
#include <stdint.h>

struct heard_host;
struct reader;

enum step {
	STEP_EMITTED, /* a piece is on its way, or a piece of a giant line skipped */
	STEP_END,     /* nothing more to read now                                 */
	STEP_HOLD,    /* wait for receipts                                        */
	STEP_FAILED,  /* it cannot be read: said in the log                       */
};

struct tail {
	struct tail *next;	 /* in the reader's table                         */
	struct tail *next_ready; /* in the reader's queue                         */
	struct reader *reader;
	struct identity id;
	char *name; /* in the folder                                 */
	int fd;	    /* -1: closed                                    */
	struct mark at;
	int64_t skipped; /* > at.offset: so far into a line too long      */
	size_t want;	 /* bytes to read at once: grows for long lines   */

	unsigned in_flight;	    /* pieces without receipt                        */
	int64_t back_to, back_line; /* -1: none was refused                       */
	unsigned refusals;	    /* of the piece at back_to, in a row             */
	int64_t careful_until;	    /* up to this offset, only ...                   */
	int64_t careful_lines;	    /* ... so many lines at once                     */
	int64_t conflict_at;	    /* the line here goes to the dead letters, or -1 */

	int64_t ended_size, ended_change; /* as it was when read to its end       */
	uint64_t scan;			  /* the last one that saw it                      */
	bool is_ready;			  /* in the queue                                  */
	bool is_closed;			  /* its writer is done                            */
	bool is_retired;		  /* another file has its name now                 */
	bool is_refused;		  /* no regular file, or a format we do not read   */
	bool is_ended;			  /* read to its end, ended_* are set              */
	bool is_settled;		  /* what was to be done after its commit, was     */
};

struct tail *tail_create(struct reader *, const struct identity *, const char *name);
void tail_destroy(struct tail *);
void tail_close(struct tail *);
/* may_end: no more will be written, so a last line needs no newline.  Adds the
 * bytes read to *bytes.  [home] */
enum step tail_step(struct tail *, bool may_end, size_t *bytes);
/* Size and times of the open file; false if it is not open. */
bool tail_look(const struct tail *, struct look *);

#endif
