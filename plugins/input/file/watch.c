/*
 * watch.c - inotify on the folder, so that new files are seen at once.
 *
 * It only makes things quick: what it misses, because its queue was full or the
 * file system is a remote one, the next scan finds.
 */
#include "reader.h"

#include <errno.h>
#include <event2/event.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <heard/host.h>

enum { EVENTS_SIZE = 16 * 1024 };

static void saw(struct reader *r, const struct inotify_event *e)
{
	if (e->mask & (IN_Q_OVERFLOW | IN_IGNORED))
		folder_scan_begin(r);
	else if (e->len > 0)
		folder_saw(r, e->name, (e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0);
}

/* One buffer a turn: what is left wakes us again. */
static void readable(evutil_socket_t fd, short what, void *arg)
{
	_Alignas(struct inotify_event) char bytes[EVENTS_SIZE];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)what;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e = (const void *)(bytes + at);

		saw(arg, e);
		at += (ssize_t)(sizeof(*e) + e->len);
	}
}

static int add(struct reader *r)
{
	uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;

	if (!r->is_folder)
		mask |= IN_MODIFY | IN_CREATE;
	return inotify_add_watch(r->watch_fd, r->folder, mask) < 0 ? -errno : 0;
}

int watch_start(struct reader *r)
{
	int result;

	r->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (r->watch_fd < 0)
		return -errno;
	result = add(r);
	if (result == 0) {
		r->watch = event_new(heard_loop(r->host), r->watch_fd, EV_READ | EV_PERSIST,
				     readable, r);
		if (r->watch == NULL || event_add(r->watch, NULL) != 0)
			result = -ENOMEM;
	}
	if (result != 0)
		watch_stop(r);
	return result;
}

void watch_refresh(struct reader *r)
{
	if (r->watch_fd >= 0)
		(void)add(r); /* if that fails, the scans remain */
}

void watch_stop(struct reader *r)
{
	if (r->watch)
		event_free(r->watch);
	r->watch = NULL;
	if (r->watch_fd >= 0)
		close(r->watch_fd);
	r->watch_fd = -1;
}
