/*
 * fault.h - what can be wrong with a form, said so that a customer can mend it.
 *
 * decode() runs elsewhere and can hand back a sentence only, so a fault is known by its
 * English sentence: that is what a program gets, and a page finds the rest by it.
 */
#ifndef HTTP_FAULT_H
#define HTTP_FAULT_H

#include <page/page.h>

struct heard_error;

enum form_fault {
	FAULT_NONE,
	FAULT_EMPTY,
	FAULT_CONSENT,
	FAULT_EXPIRED,
	FAULT_SENT_BEFORE,
	FAULT_TOO_LONG,
	FAULT_FILE_TYPE,
	FAULT_FILE_SIZE,
	FAULT_FILE_COUNT,
	FAULT_NO_FILES,
	FAULT_MALFORMED,
	FAULT_BUSY,
	FAULTS
};

struct page_phrase fault_phrase(enum form_fault);
/* The status of the answer that says so. */
int fault_status(enum form_fault);
/* Of the sentence that fault_fail() made; FAULT_MALFORMED if it is another. */
enum form_fault fault_find(const char *sentence);
/* Fills err with it, for a program to read; -EFBIG, -EBADMSG or -EAGAIN. */
int fault_fail(struct heard_error *, enum form_fault);

#endif
