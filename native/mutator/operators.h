/* SPDX-License-Identifier: Apache-2.0 */
/* operators.h - the operators, one function each: false when nothing was changed. */
#ifndef GSM_OPERATORS_H
#define GSM_OPERATORS_H

#include "tree.h"

#pragma GCC visibility push(hidden)

/* operators_integer.c */
bool gsm_op_boundary(struct groundstop_mutator *m);
bool gsm_op_tweak(struct groundstop_mutator *m);
bool gsm_op_enum(struct groundstop_mutator *m);
bool gsm_op_break(struct groundstop_mutator *m);

/* operators_array.c */
bool gsm_op_insert(struct groundstop_mutator *m);
bool gsm_op_remove(struct groundstop_mutator *m);
bool gsm_op_duplicate(struct groundstop_mutator *m);
bool gsm_op_swap(struct groundstop_mutator *m);
bool gsm_op_move(struct groundstop_mutator *m);
bool gsm_op_splice(struct groundstop_mutator *m);

/* operators_shape.c */
bool gsm_op_retag(struct groundstop_mutator *m);
bool gsm_op_truncate(struct groundstop_mutator *m);
bool gsm_op_zero(struct groundstop_mutator *m);

/* operators_leaf.c */
bool gsm_op_leaf(struct groundstop_mutator *m);
bool gsm_op_copy(struct groundstop_mutator *m);

/* operators_reference.c */
bool gsm_op_agree(struct groundstop_mutator *m);
bool gsm_op_disagree(struct groundstop_mutator *m);

/* What more than one of them needs. */
bool gsm_is_leaf(struct groundstop_mutator *m, uint32_t node);
bool gsm_is_octets_leaf(struct groundstop_mutator *m, uint32_t node);
bool gsm_can_grow(struct groundstop_mutator *m, uint32_t array);
bool gsm_can_shrink(struct groundstop_mutator *m, uint32_t array);
uint32_t gsm_random_element(struct groundstop_mutator *m, uint32_t array);
bool gsm_echo(struct groundstop_mutator *m, uint32_t to);

#pragma GCC visibility pop

#endif /* GSM_OPERATORS_H */
