/*
 * module_elf.h - look at a shared object before the loader does.
 */
#ifndef CORE_MODULE_ELF_H
#define CORE_MODULE_ELF_H

struct heard_error;

/* Is it a whole ELF shared object for this machine that defines the symbol? */
int module_elf_check(const char *path, const char *symbol, struct heard_error *);

#endif
