/* SPDX-License-Identifier: Apache-2.0 */
#include "ci.h"

const char *ci_status_name(enum ci_status status)
{
	/* No default: the compiler names a status that is missing here. */
	switch (status) {
	case CI_OK: return "ok";
	case CI_NO_MEMORY: return "no memory";
	case CI_TRUNCATED: return "truncated";
	case CI_BAD_MAGIC: return "bad magic";
	case CI_BAD_VERSION: return "bad version";
	case CI_BAD_SIZE: return "bad size";
	case CI_BAD_CHECKSUM: return "bad checksum";
	case CI_BAD_COUNT: return "bad count";
	case CI_BAD_OFFSET: return "bad offset";
	case CI_BAD_VALUE: return "bad value";
	case CI_BAD_REFERENCE: return "bad reference";
	case CI_BAD_ORDER: return "bad order";
	case CI_KIND_MISMATCH: return "kind mismatch";
	case CI_COUNT_MISMATCH: return "count mismatch";
	case CI_NAME_MISMATCH: return "name mismatch";
	case CI_BAD_PROGRAM: return "bad program";
	case CI_TRAILING: return "trailing bytes";
	case CI_NO_CONTENT: return "no content";
	case CI_UNKNOWN_TYPE: return "unknown type";
	case CI_BAD_EVENT: return "bad event";
	case CI_OUT_OF_FUEL: return "out of fuel";
	case CI_BAD_ARGUMENT: return "bad argument";
	}
	return "unknown status";
}
