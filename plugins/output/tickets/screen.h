/*
 * screen.h - text for a terminal, by columns and not by bytes.
 *
 * What customers wrote is not trusted with a terminal: control characters and
 * marks that turn the direction of writing do not get through, and a sealed
 * contact is printed as the word "sealed".
 */
#ifndef TICKETS_SCREEN_H
#define TICKETS_SCREEN_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct heard_zone;

/* Columns that the text takes when screen_put prints all of it. */
int screen_width(struct heard_str);
/* At most `columns` of it, cut with an ellipsis; with `pad` exactly so many. */
void screen_put(FILE *, struct heard_str, int columns, bool pad);
/* Every line of it, indented. */
void screen_block(FILE *, struct heard_str, int indent);
/* How many columns the terminal behind the file has. */
int screen_columns(FILE *);

#define SCREEN_TIME 32
/* "2026-01-02 11:04" in the zone, "-" for none. */
void screen_time(char out[SCREEN_TIME], int64_t ms, struct heard_zone *);
/* "in 25m", "in 3h 10m", "overdue 2h 05m", "-". */
void screen_due(char out[SCREEN_TIME], int64_t due, int64_t now);

#endif
