/*
 * media.h - the picture or voice of a message, fetched before the message is taken.
 *
 *	GET cgi-bin/media/get?access_token=&media_id=
 *
 * The platform gives up after 5 s and sends the message again, so the file has TIME_MS to
 * come; what is not there then, too large, of another type or refused is left out, and
 * never in an error: a message is worth more than its picture.  The media id stands in the
 * record in any case.  A video is none, as the interface gives a link for it.
 *
 * What was kept goes to decode() as the context of the message: "SHA256 TYPE SIZE", of at
 * most MEDIA_CONTEXT bytes.
 */
#ifndef WECHAT_MEDIA_H
#define WECHAT_MEDIA_H

#include <heard/plugin.h>
#include <heard/str.h>

struct heard_error;
struct wechat;

enum media_policy { MEDIA_LINK, MEDIA_FETCH, MEDIA_NONE };

enum { MEDIA_CONTEXT = 160 };

struct media_options {
	int policy;
	struct heard_list types; /* that are kept */
	int64_t max_size;	 /* bytes of one  */
};

struct media; /* one that is under way */

/* For open(). */
int media_check(const struct wechat *, struct heard_error *);
/* done(arg, context) once, later; the context is empty if there is no file.  False: nothing
 * is fetched, and `done` is not called.  [home] */
bool media_fetch(struct wechat *, struct heard_str id,
		 void (*done)(void *arg, struct heard_str context), void *arg);
/* What is under way is given up: done() without a file.  [home] */
void media_stop(struct wechat *);

#endif
