/*
 * options.h - the table of the plugin's options.
 */
#ifndef SURVEY_OPTIONS_H
#define SURVEY_OPTIONS_H

#include <heard/plugin.h>

extern const struct heard_option survey_options[];

#endif
