/* SPDX-License-Identifier: Apache-2.0 */
/*
 * afl.c - AFL++'s custom mutator interface over the same mutator: set
 * AFL_CUSTOM_MUTATOR_LIBRARY to this library and GROUNDSTOP_FORMAT_TABLE as for libFuzzer.
 */
#include <stdlib.h>
#include <string.h>

#include "hook.h"

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t buf_size, uint8_t **out_buf,
                       uint8_t *add_buf, size_t add_buf_size, size_t max_size);

struct afl_state {
	uint32_t seed;
	uint8_t *out;
	size_t capacity;
};

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_state *state = calloc(1, sizeof(*state));

	(void)afl;
	if (state)
		state->seed = seed;
	return state;
}

void afl_custom_deinit(void *data)
{
	struct afl_state *state = data;

	if (state)
		free(state->out);
	free(state);
}

size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t buf_size, uint8_t **out_buf,
                       uint8_t *add_buf, size_t add_buf_size, size_t max_size)
{
	struct afl_state *state = data;
	struct groundstop_mutator *mutator = gsm_hook_mutator(max_size);

	if (state->capacity < max_size) {
		uint8_t *out = realloc(state->out, max_size);

		if (out) {
			state->out = out;
			state->capacity = max_size;
		}
	}
	*out_buf = state->out;
	if (!mutator || state->capacity < max_size || buf_size > max_size)
		return 0; /* AFL++ skips it */
	state->seed++;
	if (add_buf && (state->seed & 1))
		return gsm_hook_done(groundstop_mutator_cross(mutator, buf, buf_size, add_buf,
		                                              add_buf_size, state->out, max_size,
		                                              state->seed));
	memcpy(state->out, buf, buf_size);
	return gsm_hook_done(groundstop_mutator_mutate(mutator, state->out, buf_size, max_size,
	                                               state->seed));
}
