/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - rules from their text. */
#ifndef GROUNDSTOP_YARA_TEXT_H
#define GROUNDSTOP_YARA_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <yara.h>

/* The first thing that is wrong with a text: its line, from 1, and libyara's words. */
struct text_error {
	int line;
	char message[256];
};

/*
 * Return the rules, or NULL and what is wrong with the text.  `externals` are
 * variables that whoever scans defines, each as `<type><name>=<value>` with a
 * type of b, i, f or s; NULL ends them.
 */
YR_RULES *text_compile(const uint8_t *text, size_t size, char *const *externals,
		       struct text_error *error);

#endif /* GROUNDSTOP_YARA_TEXT_H */
