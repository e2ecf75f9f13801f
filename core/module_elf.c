/*
 * module_elf.c - look at a shared object before the loader does.
 *
 * dlopen() maps what the headers promise: a file that was cut short kills the
 * process with SIGBUS, and a foreign library runs its constructors before
 * anybody can ask whether it is a plugin.  So the headers, the segments and the
 * table of dynamic symbols are checked first.  This finds damage and mistakes;
 * it is no defence against a plugin that means harm, which nothing in one
 * process could be.
 */
#include "module_elf.h"

#include <heard/error.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#elif defined(__riscv)
#define MACHINE EM_RISCV
#else
#define MACHINE EM_NONE /* unknown to us: left to the loader */
#endif

/* ElfW() of link.h names the types of the machine's own word size. */
#define OWN_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OWN_DATA  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

struct image {
	const unsigned char *bytes;
	size_t size;
};

static bool lies_within(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset;
}

static int check_header(const struct image *image, struct heard_error *err)
{
	const ElfW(Ehdr) *h = (const void *)image->bytes;
	if (image->size < SELFMAG || memcmp(image->bytes, ELFMAG, SELFMAG) != 0)
		return heard_fail(err, ENOEXEC, "is not a shared object (no ELF header)");
	if (image->size < sizeof *h)
		return heard_fail(err, ENOEXEC, "is cut short");
	if (h->e_ident[EI_CLASS] != OWN_CLASS || h->e_ident[EI_DATA] != OWN_DATA ||
	    (MACHINE != EM_NONE && h->e_machine != MACHINE))
		return heard_fail(err, ENOEXEC, "is built for another machine");
	if (h->e_type != ET_DYN)
		return heard_fail(err, ENOEXEC, "is not a shared object");
	return 0;
}

static int check_segments(const struct image *image, struct heard_error *err)
{
	const ElfW(Ehdr) *h = (const void *)image->bytes;
	if (h->e_phnum == 0 || h->e_phentsize != sizeof(ElfW(Phdr)))
		return heard_fail(err, ENOEXEC, "is damaged: it has no segments");
	bool has_dynamic = false;
	for (unsigned i = 0; i < h->e_phnum; i++) {
		ElfW(Phdr) p;
		uint64_t at = h->e_phoff + (uint64_t)i * sizeof p;
		if (h->e_phoff > image->size || !lies_within(image, at, sizeof p))
			return heard_fail(err, ENOEXEC, "is cut short");
		memcpy(&p, image->bytes + at, sizeof p);
		if (p.p_type != PT_NULL && p.p_type != PT_GNU_STACK &&
		    !lies_within(image, p.p_offset, p.p_filesz))
			return heard_fail(err, ENOEXEC, "is cut short");
		has_dynamic = has_dynamic || p.p_type == PT_DYNAMIC;
	}
	return has_dynamic ? 0 : heard_fail(err, ENOEXEC, "is not a shared object");
}

static bool get_section(const struct image *image, unsigned i, ElfW(Shdr) * section)
{
	const ElfW(Ehdr) *h = (const void *)image->bytes;
	uint64_t at = h->e_shoff + (uint64_t)i * sizeof *section;
	if (i >= h->e_shnum || h->e_shoff > image->size ||
	    !lies_within(image, at, sizeof *section))
		return false;
	memcpy(section, image->bytes + at, sizeof *section);
	return section->sh_type == SHT_NOBITS ||
	       lies_within(image, section->sh_offset, section->sh_size);
}

static bool is_defined(const struct image *image, const ElfW(Shdr) * symbols,
		       const ElfW(Shdr) * names, const char *name)
{
	size_t size = strlen(name) + 1;
	for (uint64_t at = 0; at + sizeof(ElfW(Sym)) <= symbols->sh_size;
	     at += sizeof(ElfW(Sym))) {
		ElfW(Sym) s;
		memcpy(&s, image->bytes + symbols->sh_offset + at, sizeof s);
		if (s.st_shndx != SHN_UNDEF && s.st_name < names->sh_size &&
		    size <= names->sh_size - s.st_name &&
		    memcmp(image->bytes + names->sh_offset + s.st_name, name, size) == 0)
			return true;
	}
	return false;
}

static int check_symbol(const struct image *image, const char *symbol, struct heard_error *err)
{
	const ElfW(Ehdr) *h = (const void *)image->bytes;
	if (h->e_shoff == 0 || h->e_shnum == 0)
		return 0; /* stripped of its sections: the loader will say */
	if (h->e_shentsize != sizeof(ElfW(Shdr)))
		return heard_fail(err, ENOEXEC, "is damaged: its sections have a strange size");
	for (unsigned i = 0; i < h->e_shnum; i++) {
		ElfW(Shdr) symbols, names;
		if (!get_section(image, i, &symbols))
			return heard_fail(err, ENOEXEC, "is cut short");
		if (symbols.sh_type != SHT_DYNSYM)
			continue;
		if (get_section(image, symbols.sh_link, &names) &&
		    names.sh_type == SHT_STRTAB && is_defined(image, &symbols, &names, symbol))
			return 0;
	}
	return heard_fail(err, ENOEXEC, "is not a plugin: it does not define \"%s\"", symbol);
}

static int check_image(const struct image *image, const char *symbol, struct heard_error *err)
{
	int rc = check_header(image, err);
	if (rc == 0)
		rc = check_segments(image, err);
	if (rc == 0)
		rc = check_symbol(image, symbol, err);
	return rc;
}

static int check_open_file(int fd, const char *symbol, struct heard_error *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return heard_fail(err, errno, "cannot be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return heard_fail(err, EINVAL, "is not a regular file");
	if (st.st_size == 0)
		return heard_fail(err, ENOEXEC, "is empty");
	size_t size = (size_t)st.st_size;
	void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return heard_fail(err, errno, "cannot be read: %s", strerror(errno));
	int rc = check_image(&(struct image){bytes, size}, symbol, err);
	munmap(bytes, size);
	return rc;
}

int module_elf_check(const char *path, const char *symbol, struct heard_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return heard_fail(err, errno, "cannot be opened: %s", strerror(errno));
	int rc = check_open_file(fd, symbol, err);
	close(fd);
	return rc;
}
