/*
 * target.h - the file that lines go to: appended, synced, rotated.
 *
 * Every function that fails leaves the file closed; target_open() then makes it
 * again what the position says: whole lines (or whole zstd frames) and nothing
 * behind them.
 */
#ifndef OUTPUT_FILE_TARGET_H
#define OUTPUT_FILE_TARGET_H

#include "position.h"

#include <heard/str.h>

struct heard_error;
struct ZSTD_CCtx_s;

/* What target_open() found, for the log. */
enum target_found {
	TARGET_AS_LEFT,	   /* or new, as expected                                 */
	TARGET_CUT_BACK,   /* the rest of an unfinished write was removed         */
	TARGET_BEGUN_NEW,  /* it was moved away or emptied: begun anew            */
	TARGET_TAKEN_OVER, /* it was there before us: goes on at its end         */
};

struct target {
	const char *path;
	char *folder;		  /* the path's                                  */
	int fd;			  /* -1: closed                                  */
	uint64_t length;	  /* bytes in it, synced or not                  */
	struct ZSTD_CCtx_s *zstd; /* NULL: not compressed                        */
	char *packed;		  /* zstd's output                               */
	bool in_frame;
};

int target_init(struct target *, const char *path, bool compress, struct heard_error *);
void target_release(struct target *);

/* Make the file what *p says; *p is changed when it cannot be (see found). */
int target_open(struct target *, struct position *p, bool is_new, enum target_found *found_r,
		struct heard_error *);
void target_close(struct target *);
/* False if somebody moved, cut or lengthened it behind our back. */
bool target_is_ours(const struct target *);

int target_append(struct target *, struct heard_str lines, struct heard_error *);
/* Ends the frame and syncs; fills in p's length and tail. */
int target_sync(struct target *, struct position *p, struct heard_error *);
/* Remove what was appended since, if that is still possible. */
void target_cut_back(struct target *, const struct position *p);

/* Rotation, in three steps with a save after the first and the last:
 * _plan picks the name and marks the position; _rename renames, unless that
 * was done before a crash; then the position speaks of an empty file. */
int target_plan_rotation(const struct target *, struct position *p, struct heard_error *);
int target_rename(struct target *, struct position *p, struct heard_error *);

#endif
