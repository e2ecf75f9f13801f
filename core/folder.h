/*
 * folder.h - folders that are still there after a power loss.
 */
#ifndef CORE_FOLDER_H
#define CORE_FOLDER_H

struct heard_error;

/* mkdir 0700, then fsync of the parent: a name is durable only with its folder.
 * One that is there already is fine.  0 or -errno with a sentence. */
int folder_make(const char *path, struct heard_error *);
/* The same for each part of the path behind root, which must exist. */
int folder_make_below(const char *root, const char *path, struct heard_error *);
/* fsync of the folder that the path is in.  0 or -errno. */
int folder_sync_parent(const char *path);

#endif
