/*
 * option_value.h - one value of the config, from libconfig's tree into the field.
 */
#ifndef CORE_OPTION_VALUE_H
#define CORE_OPTION_VALUE_H

#include "option.h"

/* Check the setting and store it at `field`.  False: faults were added, and the
 * field keeps what it was. */
bool option_value_set(const struct option_context *, const struct heard_option *,
		      const config_setting_t *, void *field);
/* Store the option's default at `field`.  GROUPs fill their inner options. */
bool option_value_default(const struct option_context *, const struct heard_option *,
			  void *field);
/* The context for what stands inside `name`: the same, but where. */
struct option_context option_inside(const struct option_context *, const char *name, int row);
/* A number of the option's type as one writes it, without quotes. */
void option_value_format(const struct heard_option *, double number, char *out, size_t size);

#endif
