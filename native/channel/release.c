/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The release's table of supplied inputs.
 *
 * release_table.inc is generated from releases/<name>.toml and holds data only:
 *
 *   CI_RELEASE_NAME            "7.11"
 *   CI_RELEASE_TYPES(TYPE)     TYPE(type_id, name, declared input count) ...
 *   CI_INPUTS_<type_id>(INPUT) INPUT(kind, name) ... what the sensor's code supplies
 *
 * Whether the data is right is checked here, where people read it, and while
 * compiling: finding 1 of July 2024 was that nobody had.
 */
#include "ci.h"
#include "release_table.inc"

#define INPUT(kind, name) { CI_KIND_##kind, sizeof(name) - 1, (name) },
#define TYPE(id, name, declared) \
	static const struct ci_supplied_input inputs_##id[] = { CI_INPUTS_##id(INPUT) };
CI_RELEASE_TYPES(TYPE)
#undef TYPE
#undef INPUT

#define SUPPLIED(id) (sizeof(inputs_##id) / sizeof(inputs_##id[0]))

#define TYPE(id, name, declared) \
	_Static_assert(SUPPLIED(id) == (declared), name ": declared and supplied inputs differ");
CI_RELEASE_TYPES(TYPE)
#undef TYPE

#define TYPE(id, name, declared) \
	_Static_assert(SUPPLIED(id) <= CI_MAX_INPUTS, name ": too many inputs");
CI_RELEASE_TYPES(TYPE)
#undef TYPE

/*
 * An enumerator without a value is one more than the one before: the least id that ascends.
 * Half of all ids fit no enumerator: each stands for the id less 2^31, in the same order.
 */
#define ORDER(id) ((id) - INT64_C(2147483648))
enum type_order {
	at_start = ORDER(0),
#define TYPE(id, name, declared) least_##id, at_##id = ORDER(id),
	CI_RELEASE_TYPES(TYPE)
#undef TYPE
};
#undef ORDER

#define TYPE(id, name, declared) \
	_Static_assert((int)at_##id >= (int)least_##id, name ": type ids must ascend from 1");
CI_RELEASE_TYPES(TYPE)
#undef TYPE

static const struct ci_supplied_type types[] = {
#define TYPE(id, name, declared) { (id), SUPPLIED(id), (name), inputs_##id },
	CI_RELEASE_TYPES(TYPE)
#undef TYPE
};

_Static_assert(sizeof(types) / sizeof(types[0]) <= CI_MAX_TYPES, "too many types");

static const struct ci_release release = {
	.name = CI_RELEASE_NAME,
	.type_count = sizeof(types) / sizeof(types[0]),
	.types = types,
};

const struct ci_release *ci_release(void)
{
	return &release;
}

const struct ci_supplied_type *ci_find_supplied(uint32_t type_id)
{
	for (uint32_t i = 0; i < release.type_count; i++) {
		if (types[i].type_id == type_id)
			return &types[i];
	}
	return NULL;
}
