/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier of pattern programs: the table of ops.h, and a loop. */
#include "internal.h"
#include "ops.h"

struct rule {
	bool known;             /* what the table does not name is all zero */
	bool may_be_last;       /* never goes on at the next instruction */
	uint8_t arg, x, y;      /* enum ci_operand */
};

static const struct rule rules[] = {
#define OP(number, name, arg, x, y, last) \
	[number] = { true, last, CI_OPERAND_##arg, CI_OPERAND_##x, CI_OPERAND_##y },
	CI_OPS(OP)
#undef OP
};

static enum ci_status check_operand(uint8_t operand, uint32_t value, uint32_t insn_count,
                                    uint32_t class_count)
{
	bool good = false;

	switch ((enum ci_operand)operand) {
	case CI_OPERAND_NONE:
		good = value == 0;
		break;
	case CI_OPERAND_BYTE_VALUE:
		good = value <= UINT8_MAX;
		break;
	case CI_OPERAND_CLASS_INDEX:
		return value < class_count ? CI_OK : CI_BAD_REFERENCE;
	case CI_OPERAND_TARGET:
		good = value < insn_count;
		break;
	case CI_OPERAND_CONDITION:
		good = value >= CI_AT_START && value <= CI_NOT_AT_WORD_BOUNDARY;
		break;
	}
	return good ? CI_OK : CI_BAD_PROGRAM;
}

enum ci_status ci_program_check(struct ci_cursor *cursor, uint32_t insn_count,
                                uint32_t class_count)
{
	for (uint32_t i = 0; i < insn_count; i++) {
		const struct rule *rule;
		uint8_t op, arg;
		uint16_t x, y;

		CI_TAKE(u8, cursor, &op);
		CI_REQUIRE(op < sizeof(rules) / sizeof(rules[0]), CI_BAD_PROGRAM);
		rule = &rules[op];
		CI_REQUIRE(rule->known, CI_BAD_PROGRAM);
		/* So that the machine never runs off the end, and need not check. */
		CI_REQUIRE(rule->may_be_last || i + 1 < insn_count, CI_BAD_PROGRAM);
		CI_TAKE(u8, cursor, &arg);
		CI_TRY(check_operand(rule->arg, arg, insn_count, class_count));
		CI_TAKE(u16, cursor, &x);
		CI_TRY(check_operand(rule->x, x, insn_count, class_count));
		CI_TAKE(u16, cursor, &y);
		CI_TRY(check_operand(rule->y, y, insn_count, class_count));
	}
	return CI_OK;
}
