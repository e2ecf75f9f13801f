/*
 * self.h - by what names this process and its files were called.
 */
#ifndef CORE_SELF_H
#define CORE_SELF_H

/* Absolute, links unresolved; to free().  NULL: no memory, no such folder. */
char *self_absolute(const char *name);
/* The name the binary was called by, so; one without a slash came from PATH.  NULL if
 * that name does not lead to us. */
char *self_link(void);

#endif
