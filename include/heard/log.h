/*
 * heard/log.h - five levels, one line each, never a customer's text.
 *
 * Plugins log through heard_log(host, ...) in heard/host.h, which puts the
 * instance's name first and limits repeats.
 */
#ifndef HEARD_LOG_H
#define HEARD_LOG_H

enum heard_level {
	HEARD_ERROR = 0, /* someone must act                                 */
	HEARD_WARN,	 /* we coped, and how                                */
	HEARD_NOTICE,	 /* state changed                                    */
	HEARD_INFO,	 /* per run                                          */
	HEARD_DEBUG,	 /* per batch                                        */
};

#endif
