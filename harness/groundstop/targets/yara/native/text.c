/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <groundstop.h>

#include "scan.h"
#include "text.h"

int yara_check_text(const uint8_t *data, size_t size);

static void on_message(int level, const char *file_name, int line, const YR_RULE *rule,
		       const char *message, void *user_data)
{
	struct text_error *error = user_data;

	(void)file_name;
	(void)rule;
	if (level != YARA_ERROR_LEVEL_ERROR || error->line)
		return;
	error->line = line;
	snprintf(error->message, sizeof(error->message), "%s", message);
}

/* Return 0, or -1 for a word that is no variable. */
static int define(YR_COMPILER *compiler, const char *word)
{
	const char *equals = strchr(word, '=');
	char name[256];
	int result = -1;

	if (!word[0] || !equals || (size_t)(equals - word) > sizeof(name))
		return -1;
	memcpy(name, word + 1, (size_t)(equals - word) - 1);
	name[equals - word - 1] = '\0';
	switch (word[0]) {
	case 'b':
		result = yr_compiler_define_boolean_variable(compiler, name, equals[1] == '1');
		break;
	case 'i':
		result = yr_compiler_define_integer_variable(compiler, name,
							     strtoll(equals + 1, NULL, 10));
		break;
	case 'f':
		result = yr_compiler_define_float_variable(compiler, name,
							   strtod(equals + 1, NULL));
		break;
	case 's':
		result = yr_compiler_define_string_variable(compiler, name, equals + 1);
		break;
	default:
		break;
	}
	return result == ERROR_SUCCESS ? 0 : -1;
}

/*
 * libyara takes a text up to its first NUL byte.  What is behind it would not
 * be compiled, without a word.  Return the line of that byte, or 0.
 */
static int line_of_nul(const uint8_t *text, size_t size)
{
	const uint8_t *nul = memchr(text, '\0', size);
	int line = 1;

	if (!nul)
		return 0;
	for (const uint8_t *at = text; at < nul; at++)
		line += *at == '\n';
	return line;
}

YR_RULES *text_compile(const uint8_t *text, size_t size, char *const *externals,
		       struct text_error *error)
{
	YR_COMPILER *compiler;
	YR_RULES *rules = NULL;
	char *ended;

	*error = (struct text_error){.line = line_of_nul(text, size)};
	if (error->line) {
		snprintf(error->message, sizeof(error->message),
			 "a NUL byte: libyara would not compile what is behind it");
		return NULL;
	}
	if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
		return NULL;
	yr_compiler_set_callback(compiler, on_message, error);
	/* A testcase has no other files. */
	yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
	while (externals && *externals) {
		if (define(compiler, *externals)) {
			snprintf(error->message, sizeof(error->message),
				 "external variable %.100s cannot be defined", *externals + 1);
			yr_compiler_destroy(compiler);
			return NULL;
		}
		externals++;
	}
	ended = malloc(size + 1);
	if (ended) {
		memcpy(ended, text, size);
		ended[size] = '\0';
		if (yr_compiler_add_string(compiler, ended, NULL) == 0 &&
		    yr_compiler_get_rules(compiler, &rules) != ERROR_SUCCESS)
			rules = NULL;
		free(ended);
	}
	yr_compiler_destroy(compiler);
	return rules;
}

/* Return what is different after saving and loading, or NULL. */
static const char *after_loading(YR_RULES *rules, const struct bundle *bundle,
				 const struct scan_result *direct)
{
	struct scan_bytes file = {0};
	struct scan_result loaded;
	const char *difference = NULL;
	YR_RULES *again;

	if (scan_save(rules, &file) != ERROR_SUCCESS) {
		free(file.to);
		return "rules that were compiled cannot be saved";
	}
	file.from = file.to;
	if (scan_load(&file, &again) != ERROR_SUCCESS) {
		free(file.to);
		return "rules that were saved cannot be loaded";
	}
	free(file.to);
	scan_data(again, bundle, 0, &loaded);
	yr_rules_destroy(again);
	if (loaded.error != direct->error)
		difference = "saved and loaded, the rules scan with another error";
	else if (loaded.matches != direct->matches || loaded.hash != direct->hash)
		difference = "saved and loaded, other rules match";
	return difference;
}

/*
 * Rules scan the same before and after they were saved and loaded.  Takes a
 * bundle with the rules' text; returns -1 for text that does not compile.
 */
int yara_check_text(const uint8_t *data, size_t size)
{
	struct scan_result direct;
	struct text_error error;
	struct bundle bundle;
	const char *difference;
	YR_RULES *rules = NULL;

	scan_prepare();
	if (bundle_split(&bundle, data, size) == 0)
		rules = text_compile(bundle.rules, bundle.rules_size, NULL, &error);
	if (!rules) {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	scan_data(rules, &bundle, 1, &direct);
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	difference = after_loading(rules, &bundle, &direct);
	if (difference)
		groundstop_finding(difference);
	yr_rules_destroy(rules);
	return 0;
}
