/*
 * http_route.c - which handler owns a path.
 *
 * There are few routes, so a look-up is a walk.  An exact path wins over a
 * prefix ("/desk/" followed by "*"), a longer prefix over a shorter one.
 *
 * A shared path has several routes, which stand in the table in the order of the
 * config.  They agree in what is decided before a handler is asked (methods, length
 * of the body, no keys), so that it does not matter whom the request is for.
 */
#include "http_parts.h"

#include "daemon.h"
#include "host.h"
#include "option.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>

static struct http_listener *listener_find(struct http *h, const char *name)
{
	for (size_t i = 0; i < h->n_listeners; i++)
		if (strcmp(h->listeners[i].conf->name, name) == 0)
			return &h->listeners[i];
	return NULL;
}

static int unknown_listener(const struct http *h, const char *name, struct heard_error *err)
{
	const char **names = calloc(h->n_listeners + 1, sizeof(*names));
	for (size_t i = 0; names && i < h->n_listeners; i++)
		names[i] = h->listeners[i].conf->name;
	const char *near = names ? suggest(name, names) : NULL;
	if (near)
		heard_fail(err, ENOENT, "no listener is named \"%s\"; did you mean \"%s\"?",
			   name, near);
	else
		heard_fail(err, ENOENT, "no listener is named \"%s\"; add one to `listeners`",
			   name);
	free(names);
	return -ENOENT;
}

static const char *owner(const struct http_route *r)
{
	return r->host ? r->host->full_name : "the daemon itself";
}

static bool same_path(const struct http_route *r, const struct http_listener *l,
		      const char *path)
{
	return r->listener == l && strcmp(r->route.path, path) == 0;
}

static int check_sharing(const struct http_route *theirs, const struct heard_route *ours,
			 struct heard_error *err)
{
	if (!theirs->route.is_shared || !ours->is_shared)
		return heard_fail(err, EEXIST,
				  "path \"%s\" on listener \"%s\" is already taken by %s",
				  ours->path, ours->listener, owner(theirs));
	if (theirs->route.methods != ours->methods || theirs->route.max_body != ours->max_body)
		return heard_fail(
			err, EEXIST,
			"path \"%s\" on listener \"%s\" is shared with %s, which takes "
			"other methods or another length of the body",
			ours->path, ours->listener, owner(theirs));
	return 0;
}

static int check_free(const struct http *h, const struct http_listener *l,
		      const struct heard_route *route, struct heard_error *err)
{
	int result = 0;
	if (route->is_shared && route->api_keys && route->api_keys->n)
		return heard_fail(err, EINVAL,
				  "path \"%s\" is shared, so it cannot ask for keys",
				  route->path);
	for (size_t i = 0; i < h->n_routes && result == 0; i++)
		if (same_path(h->routes[i], l, route->path))
			result = check_sharing(h->routes[i], route, err);
	return result;
}

static int check_path(const char *path, struct heard_error *err)
{
	const char *star = strchr(path, '*');
	if (path[0] != '/' || strpbrk(path, "?#% \t\r\n") || (star && star[1] != '\0'))
		return heard_fail(
			err, EINVAL,
			"path \"%s\" must begin with \"/\", without blanks, \"?\", \"#\" "
			"and \"%%\"; \"*\" may only stand at its end",
			path);
	return 0;
}

static void route_destroy(struct http_route *r)
{
	if (r == NULL)
		return;
	free((char *)(uintptr_t)r->route.path);
	apikeys_release(&r->keys);
	free(r);
}

static struct http_route *route_create(const struct heard_route *route, struct http_listener *l,
				       struct heard_host *host, struct heard_error *err)
{
	struct http_route *r = calloc(1, sizeof(*r));
	if (r == NULL || (r->route = *route, r->route.path = strdup(route->path)) == NULL) {
		free(r);
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	r->path_len = strlen(route->path);
	r->is_prefix = r->path_len && route->path[r->path_len - 1] == '*';
	r->path_len -= r->is_prefix;
	r->route.listener = l->conf->name;
	r->route.api_keys = NULL;
	r->listener = l;
	r->host = host;
	r->is_ready = host == NULL;
	if (apikeys_init(&r->keys, route->api_keys, err) < 0) {
		route_destroy(r);
		return NULL;
	}
	return r;
}

int http_mount(struct http *h, struct heard_host *host, const struct heard_route *route,
	       struct heard_error *err)
{
	struct http_listener *l = listener_find(h, route->listener);
	if (l == NULL)
		return unknown_listener(h, route->listener, err);
	int result = check_path(route->path, err);
	if (result == 0)
		result = check_free(h, l, route, err);
	if (result < 0)
		return result;
	struct http_route **grown = realloc(h->routes,
					    (h->n_routes + 1) * sizeof(struct http_route *));
	if (grown == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	h->routes = grown;
	struct http_route *r = route_create(route, l, host, err);
	if (r == NULL)
		return err ? -err->code : -EINVAL;
	h->routes[h->n_routes++] = r;
	return 0;
}

int heard_http_mount(struct heard_host *host, const struct heard_route *route,
		     struct heard_error *err)
{
	if (host->daemon == NULL || host->daemon->http == NULL)
		return heard_fail(err, ENOTSUP, "there are no HTTP listeners in this process");
	return http_mount(host->daemon->http, host, route, err);
}

bool heard_http_has_listener(const struct heard_host *host, const char *name)
{
	return host->daemon != NULL && host->daemon->http != NULL &&
	       listener_find(host->daemon->http, name) != NULL;
}

void http_unused(struct http *h, struct faults *faults)
{
	for (size_t i = 0; i < h->n_listeners; i++) {
		const struct conf_listener *conf = h->listeners[i].conf;
		bool is_used = conf->is_named; /* its mount has failed, which is told */
		for (size_t k = 0; k < h->n_routes; k++)
			is_used |= h->routes[k]->listener == &h->listeners[i];
		if (!is_used)
			faults_add(faults, conf->file, conf->line,
				   "listener \"%s\" is used by no route: remove it, or name it "
				   "in an input",
				   conf->name);
	}
}

void http_set_ready(struct http *h, struct heard_host *host, bool ready)
{
	for (size_t i = 0; i < h->n_routes; i++)
		if (h->routes[i]->host == host)
			h->routes[i]->is_ready = ready;
}

/* The first of those that share its path and is ready; itself if none is. */
static struct http_route *first_ready(const struct http *h, struct http_route *r)
{
	if (r == NULL || r->is_ready || !r->route.is_shared)
		return r;
	struct http_route *ready = http_route_next(h, r);
	return ready ? ready : r;
}

struct http_route *http_route_find(struct http *h, const struct http_listener *l,
				   struct heard_str path)
{
	struct http_route *best = NULL;
	for (size_t i = 0; i < h->n_routes; i++) {
		struct http_route *r = h->routes[i];
		if (r->listener != l || path.len < r->path_len ||
		    memcmp(path.ptr, r->route.path, r->path_len) != 0)
			continue;
		if (!r->is_prefix && path.len == r->path_len)
			return first_ready(h, r);
		if (r->is_prefix && (best == NULL || r->path_len > best->path_len))
			best = r;
	}
	return first_ready(h, best);
}

struct http_route *http_route_next(const struct http *h, const struct http_route *after)
{
	bool is_behind = false;
	for (size_t i = 0; i < h->n_routes; i++) {
		struct http_route *r = h->routes[i];
		if (is_behind && r->is_ready &&
		    same_path(r, after->listener, after->route.path))
			return r;
		is_behind |= r == after;
	}
	return NULL;
}

bool http_route_all_ready(const struct http *h, const struct http_route *of)
{
	for (size_t i = 0; i < h->n_routes; i++)
		if (!h->routes[i]->is_ready &&
		    same_path(h->routes[i], of->listener, of->route.path))
			return false;
	return true;
}

void http_routes_release(struct http *h)
{
	for (size_t i = 0; i < h->n_routes; i++)
		route_destroy(h->routes[i]);
	free(h->routes);
	h->routes = NULL;
	h->n_routes = 0;
}
