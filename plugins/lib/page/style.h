/*
 * style.h - the rules every page shares.
 */
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

extern const char page_style[];

#endif
