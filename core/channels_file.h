/*
 * channels_file.h - state_dir/channels: who was heard, over a restart.
 */
#ifndef CORE_CHANNELS_FILE_H
#define CORE_CHANNELS_FILE_H

#include <stdint.h>

struct channels;
struct heard_error;

/* Writes all of it or nothing.  0 or -errno with a sentence.  [any, it blocks] */
int channels_save(struct channels *, const char *state_dir, struct heard_error *);
/* Adds what the file has.  -ENOENT: there is none; -EBADMSG: it is damaged, and nothing
 * was added; in each case with a sentence. */
int channels_load(struct channels *, const char *state_dir, int64_t now, struct heard_error *);

#endif
