/*
 * ports.h - the file state_dir/listeners: "name 127.0.0.1:8080" a line, with the ports
 * really bound.
 */
#ifndef CORE_PORTS_H
#define CORE_PORTS_H

struct daemon;
struct ports;

/* Writes it; NULL if there is nothing to try again.  [main] */
struct ports *ports_create(struct daemon *);
void ports_destroy(struct ports *); /* the file stays */

#endif
