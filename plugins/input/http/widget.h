/*
 * widget.h - the form inside somebody else's page, by one line of HTML.
 */
#ifndef HTTP_WIDGET_H
#define HTTP_WIDGET_H

struct heard_http;
struct http;

/* GET <path>/widget.js */
void widget_handle(void *http, struct heard_http *take);

#endif
