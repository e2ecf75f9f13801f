/*
 * identity.h - which file this is, and how far it was read.
 *
 * A file is its inode and its time of birth: that stays when it grows or is
 * renamed, and an inode number used again has another birth.  No device number,
 * because those change from boot to boot; one instance reads one folder.
 *
 * A mark is the resume token.  It ends with a hash of the last bytes before the
 * offset: if they are not there any more, the file was rewritten in place (or its
 * file system keeps no births and the inode was used again), and a new life of it
 * begins at offset 0.  Lives are derived from each other and from the content, not
 * drawn at random, so that after a crash the lines get the same source ids again.
 */
#ifndef INPUT_FILE_IDENTITY_H
#define INPUT_FILE_IDENTITY_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { IDENTITY_SIZE = 40, MARK_SIZE = 160, CHECK_SIZE = 64 };

struct identity {
	uint64_t inode;
	int64_t birth_ns; /* 0: the file system does not say */
};

struct look {
	struct identity id;
	bool is_regular, is_folder;
	int64_t size, modified_ns, changed_ns;
};

struct mark {
	int64_t offset;	     /* everything before it was emitted               */
	int64_t line;	     /* number of the line at offset, from 1           */
	uint64_t life;	     /* 0: the first                                   */
	uint64_t folder;     /* inode of the folder it was seen in             */
	uint64_t check_size; /* so many bytes before offset ...                */
	uint64_t check;	     /* ... have this hash                             */
};

/* name "" and AT_EMPTY_PATH: the descriptor itself.  0 or -errno. */
int look_at(int dir_fd, const char *name, int flags, struct look *);
bool identity_eq(const struct identity *, const struct identity *);
void identity_format(const struct identity *, char out[IDENTITY_SIZE]);
bool identity_parse(struct heard_str, struct identity *);

void mark_format(const struct mark *, char out[MARK_SIZE]);
bool mark_parse(struct heard_str, struct mark *);
/* Take note of the bytes that end at the mark's offset. */
void mark_check(struct mark *, const char *bytes, size_t n);
/* Are they still there? */
bool mark_holds(const struct mark *, int fd);
/* Begin a new life at offset 0. */
void mark_restart(struct mark *, int fd);

#endif
