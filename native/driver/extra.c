/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "extra.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const char wanted[] = "__libfuzzer_extra_counters";

static bool read_at(int file, void *to, size_t size, uint64_t offset)
{
	return offset <= INT64_MAX && pread(file, to, size, (off_t)offset) == (ssize_t)size;
}

/* The file may be another one by now: what it says must lie in memory that is writable. */
static bool is_writable(const struct dl_phdr_info *module, uint64_t address, uint64_t size)
{
	unsigned int i;

	for (i = 0; i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &module->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && (part->p_flags & PF_W) != 0 &&
		    address >= part->p_vaddr && address - part->p_vaddr <= part->p_memsz &&
		    size <= part->p_memsz - (address - part->p_vaddr))
			return true;
	}
	return false;
}

static void look_into(int file, const struct dl_phdr_info *module,
                      void (*found)(uint8_t *start, uint8_t *stop))
{
	ElfW(Ehdr) header;
	ElfW(Shdr) names;
	ElfW(Shdr) section;
	char name[sizeof(wanted)];
	unsigned int i;

	if (!read_at(file, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_shentsize != sizeof(section) ||
	    header.e_shstrndx >= header.e_shnum ||
	    !read_at(file, &names, sizeof(names),
	             header.e_shoff + (uint64_t)header.e_shstrndx * sizeof(names)))
		return;
	for (i = 0; i < header.e_shnum; i++) {
		uint8_t *start;

		if (!read_at(file, &section, sizeof(section),
		             header.e_shoff + (uint64_t)i * sizeof(section)))
			return;
		if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_size == 0 ||
		    !read_at(file, name, sizeof(name), names.sh_offset + section.sh_name) ||
		    memcmp(name, wanted, sizeof(wanted)) != 0 ||
		    !is_writable(module, section.sh_addr, section.sh_size))
			continue;
		start = (uint8_t *)(uintptr_t)(module->dlpi_addr + section.sh_addr);
		found(start, start + section.sh_size);
	}
}

struct search {
	void (*found)(uint8_t *start, uint8_t *stop);
};

static int look(struct dl_phdr_info *module, size_t size, void *argument)
{
	const struct search *search = argument;
	int file;

	(void)size;
	/* The program itself, and what the kernel brings, have no path. */
	if (!module->dlpi_name || module->dlpi_name[0] != '/')
		return 0;
	file = open(module->dlpi_name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	look_into(file, module, search->found);
	close(file);
	return 0;
}

void gs_extra_find(void (*found)(uint8_t *start, uint8_t *stop))
{
	struct search search = { found };

	dl_iterate_phdr(look, &search);
}
