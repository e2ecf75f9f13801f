/*
 * cors.h - which other sites' pages may post here.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

struct heard_http;
struct http;

/* The headers of an answer, if the request comes from an origin of the option `cors`. */
void cors_set(const struct http *, struct heard_http *);
/* To a browser that asks by OPTIONS. */
void cors_answer(struct heard_http *take);

#endif
