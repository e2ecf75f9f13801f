/*
 * input.h - one instance of the input, as its options say.
 */
#ifndef HTTP_INPUT_H
#define HTTP_INPUT_H

#include <heard/plugin.h>

struct http_consent { /* what a customer agrees to by sending the form */
	const char *text_zh, *text_en;
	const char *version; /* kept with each record; empty: nobody is asked */
};

struct http_attachments {
	int64_t max_count; /* 0: none are taken */
	int64_t max_size;  /* bytes of one */
	struct heard_list types;
};

struct http {
	const char *listener, *path, *channel;
	struct heard_list api_keys, cors;
	int64_t max_body;
	bool form;
	struct http_consent consent;
	struct http_attachments attachments;
	struct heard_host *host;
	bool has_form;	/* it is shown: wanted, and open to all                  */
	bool has_files; /* attachments are wanted, and there is a key to seal to */
};

#endif
