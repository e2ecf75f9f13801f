/*
 * xlsx.h - the rows of one sheet of a workbook (ECMA-376), a slice at a time.
 *
 * Memory is bounded: what the cells share (max_strings), one row (max_row), a slice.
 * Cells come as text: shared and inline strings, numbers as a person reads them,
 * dates by their style as 2026-01-02 03:04:05, booleans as true and false.
 * A workbook that is damaged, encrypted or a bomb is refused with one sentence.
 */
#ifndef TABLE_XLSX_H
#define TABLE_XLSX_H

#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

struct heard_error;
struct xlsx;

struct xlsx_row {
	int64_t number; /* as the sheet says it, from 1                 */
	const struct heard_str *cells;
	size_t n;
	const char *why; /* it cannot be taken: a sentence; cells are   */
			 /* incomplete then                             */
};

struct xlsx_options {
	const char *sheet; /* name; "": the first */
	size_t max_strings, max_row;
	void (*row)(void *arg, const struct xlsx_row *); /* empty ones are left out */
	void *arg;
};

/* Reads the directory of the archive; fd is duplicated.  NULL with a sentence. */
struct xlsx *xlsx_create(int fd, const struct xlsx_options *, struct heard_error *);
/* Of all parts' names, sizes and sums: another content has another. */
uint64_t xlsx_print(const struct xlsx *);
/* 1: there is more; 0: that was the last row; <0 with a sentence.  Adds the bytes
 * that were unpacked to *bytes. */
int xlsx_step(struct xlsx *, size_t *bytes, struct heard_error *);
void xlsx_destroy(struct xlsx *);

#endif
