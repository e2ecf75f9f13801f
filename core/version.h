/*
 * version.h - which heard this is.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define HEARD_VERSION "0.1.0"

#endif
