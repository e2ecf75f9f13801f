/*
 * cell.h - numbers of a spreadsheet as people read them.
 */
#ifndef TABLE_CELL_H
#define TABLE_CELL_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>

struct heard_buf;

/* Does a format code show a date or a time? "yyyy\-mm\-dd" does, "[Red]0.00" not. */
bool cell_is_date_format(const char *code);
/* Of the formats that every spreadsheet knows by number (ECMA-376 18.8.30). */
bool cell_is_date_id(unsigned long id);

/* "45658.5" as 2025-01-01 12:00:00; false if it is no day that Excel knows. */
bool cell_put_date(struct heard_buf *, struct heard_str number, bool is_1904);
/* "2.0250101E+17" as the digits it stands for, 0.30000000000000004 as 0.3. */
void cell_put_number(struct heard_buf *, struct heard_str number);
/* Without the _x000D_ escapes of ECMA-376 22.9.2.19. */
void cell_put_text(struct heard_buf *, struct heard_str text);

#endif
