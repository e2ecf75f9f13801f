/*
 * describe.h - what a plugin is and takes, in words: `heard describe`.
 */
#ifndef CORE_DESCRIBE_H
#define CORE_DESCRIBE_H

#include "module.h"

#include <stdio.h>

/* For a terminal. */
void describe_plugin(const struct module *, FILE *out);
/* The section of a manual page. */
void describe_plugin_mdoc(const struct module *, FILE *out);

/* A table's options: for a terminal, each line behind so many blanks; and as an
 * mdoc list. */
void describe_options(const struct heard_option *table, FILE *out, int indent);
void describe_options_mdoc(const struct heard_option *table, FILE *out);

#endif
