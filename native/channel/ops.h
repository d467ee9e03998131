/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops.h - the operations of pattern programs, in one table.
 *
 * OP(number, name, arg, x, y, may be last): what each operand is.  The verifier
 * (program.c) is this table and a loop; the machine (pattern.c) has a case for each
 * name.  What an operation does not use is NONE, and must be zero.
 */
#ifndef CI_OPS_H
#define CI_OPS_H

#define CI_OPS(OP)                                                                      \
	/* consume the byte arg, then go on at the next instruction */                  \
	OP(1, BYTE, BYTE_VALUE, NONE, NONE, false)                                      \
	/* consume any byte, then go on at the next */                                  \
	OP(2, ANY, NONE, NONE, NONE, false)                                             \
	/* consume a byte of class x, then go on at the next */                         \
	OP(3, CLASS, NONE, CLASS_INDEX, NONE, false)                                    \
	/* go on at x, consuming nothing */                                             \
	OP(4, JUMP, NONE, TARGET, NONE, true)                                           \
	/* go on at x and at y, consuming nothing */                                    \
	OP(5, SPLIT, NONE, TARGET, TARGET, true)                                        \
	/* go on at the next, consuming nothing, where condition arg holds */           \
	OP(6, ASSERT, CONDITION, NONE, NONE, false)                                     \
	/* the value matches */                                                         \
	OP(7, MATCH, NONE, NONE, NONE, true)

/* Where the operands of an instruction are, from its op; it is never taken apart. */
#define CI_INSN_SIZE 6u
#define CI_INSN_ARG 1u
#define CI_INSN_X 2u
#define CI_INSN_Y 4u

enum ci_op {
#define OP(number, name, arg, x, y, last) CI_OP_##name = (number),
	CI_OPS(OP)
#undef OP
};

enum ci_operand {
	CI_OPERAND_NONE = 0,            /* zero */
	CI_OPERAND_BYTE_VALUE = 1,      /* any byte */
	CI_OPERAND_CLASS_INDEX = 2,     /* a class of the file */
	CI_OPERAND_TARGET = 3,          /* an instruction of the program */
	CI_OPERAND_CONDITION = 4,       /* an enum ci_condition */
};

enum ci_condition {
	CI_AT_START = 1,
	CI_AT_END = 2,
	CI_AT_LINE_START = 3,           /* at the start or after \n */
	CI_AT_LINE_END = 4,             /* at the end or before \n */
	CI_AT_LAST_LINE_END = 5,        /* at the end or before a \n that is the last byte */
	CI_AT_WORD_BOUNDARY = 6,
	CI_NOT_AT_WORD_BOUNDARY = 7,
};

#endif /* CI_OPS_H */
