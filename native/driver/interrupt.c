/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupt.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

volatile sig_atomic_t gs_interrupt_waiting;

static struct sigaction behind_int;
static struct sigaction behind_term;

static bool is_handled(const struct sigaction *action)
{
	if (action->sa_flags & SA_SIGINFO)
		return action->sa_sigaction != NULL;
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

static void call(int number, siginfo_t *info, void *context)
{
	const struct sigaction *action = number == SIGINT ? &behind_int : &behind_term;

	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(number, info, context);
	else
		action->sa_handler(number);
}

static void note(int number, siginfo_t *info, void *context)
{
	if (gs_interrupt_waiting)
		call(number, info, context);
	else
		gs_interrupt_waiting = number;
}

static void defer(int number, struct sigaction *behind)
{
	struct sigaction ours;

	/* Where nothing is done about the signal, there is nothing to wait for. */
	if (sigaction(number, NULL, behind) != 0 || !is_handled(behind))
		return;
	memset(&ours, 0, sizeof(ours));
	ours.sa_sigaction = note;
	ours.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(number, &ours, NULL);
}

void gs_interrupt_defer(void)
{
	defer(SIGINT, &behind_int);
	defer(SIGTERM, &behind_term);
}

void gs_interrupt_deliver(void)
{
	siginfo_t info;
	int number = gs_interrupt_waiting;

	memset(&info, 0, sizeof(info));
	info.si_signo = number;
	gs_interrupt_waiting = 0;
	call(number, &info, NULL);
}
