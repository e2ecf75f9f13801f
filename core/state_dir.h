/*
 * state_dir.h - the folder where one daemon keeps everything it must not lose.
 */
#ifndef CORE_STATE_DIR_H
#define CORE_STATE_DIR_H

struct heard_error;

/* Make the folder if it is absent, see that it is ours, and lock it.  `inherited`
 * is the lock held by the process before us, or -1.  The lock's descriptor, or
 * -errno with a sentence. */
int state_dir_lock(const char *folder, int inherited, struct heard_error *);

#endif
