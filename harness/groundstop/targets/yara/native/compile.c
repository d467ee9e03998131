/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content compiler: rules as text on standard input, the file of compiled
 * rules on standard output.  Exit status 1 and `line message` on standard error
 * for text that is wrong, 2 for everything else.  Arguments are external
 * variables, as text.h has them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "scan.h"
#include "text.h"

#define MAX_TEXT (1u << 20)

static int fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return 2;
}

int main(int argc, char **argv)
{
	static uint8_t text[MAX_TEXT];
	struct scan_bytes file = {0};
	struct text_error error;
	size_t size = fread(text, 1, sizeof(text), stdin);
	YR_RULES *rules;

	if (ferror(stdin) || size == sizeof(text))
		return fail("the text cannot be read, or is 1 MiB or more");
	scan_prepare();
	(void)argc;
	rules = text_compile(text, size, argv + 1, &error);
	if (!rules) {
		fprintf(stderr, "%d %s\n", error.line, error.message);
		return 1;
	}
	if (scan_save(rules, &file) != ERROR_SUCCESS)
		return fail("the compiled rules cannot be saved");
	if (fwrite(file.to, 1, file.size, stdout) != file.size || fflush(stdout) != 0)
		return fail("the compiled rules cannot be written");
	return 0;
}
