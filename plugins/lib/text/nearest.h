/*
 * nearest.h - "did you mean": the known word nearest to a misspelt one.
 */
#ifndef TEXT_NEAREST_H
#define TEXT_NEAREST_H

/* The nearest of the NULL-terminated names, or NULL if none is near. */
const char *text_nearest(const char *word, const char *const *names);

#endif
