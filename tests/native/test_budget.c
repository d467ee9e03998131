/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Python's time is taken from: the allowance, which is there to judge some seeds with,
 * is charged only once nothing is left that this process or the campaign has saved.
 */
#include <assert.h>

#include "budget.h"
#include "stats.h"

#define MS INT64_C(1000000)

/* The campaign's books, which the driver keeps in shared memory. */
static int64_t balance;
static uint64_t charged;

void gs_allowance_spend(uint64_t ns)
{
	charged += ns;
}

bool gs_allowance_left(void)
{
	return false;
}

void gs_balance_add(int64_t ns)
{
	balance += ns;
}

int64_t gs_balance(void)
{
	return balance;
}

void gs_start_cost_set(int64_t ns)
{
	(void)ns;
}

int64_t gs_start_price(void)
{
	return 0;
}

/* A third is added for what a call costs beside its time. */
static int64_t cost(int64_t ns)
{
	return ns + ns / 3;
}

static void spend(int64_t ns, int64_t from_allowance)
{
	int64_t before = balance;

	charged = 0;
	gs_budget_spend((uint64_t)ns);
	assert((int64_t)charged == from_allowance);
	assert(balance == before - cost(ns));
}

int main(void)
{
	gs_budget_set_share(0.5);       /* earns what it takes */
	gs_budget_owe(0);
	spend(3 * MS, 3 * MS);          /* nothing was earned: in advance, and owed from now on */
	assert(!gs_budget_allows_new());

	gs_budget_earn(4 * MS);         /* pays that back, no more */
	assert(balance == 0);
	spend(3 * MS, 3 * MS);

	gs_budget_earn(10 * MS);        /* 6 ms are left */
	assert(gs_budget_allows_new());
	spend(3 * MS, 0);
	spend(3 * MS, 0);               /* takes more than there is, but there was something */
	spend(3 * MS, 3 * MS);

	balance = 100 * MS;             /* other processes saved it, this one has nothing */
	assert(gs_budget_allows_new());
	spend(3 * MS, 0);

	gs_budget_earn(20 * MS);
	balance = -100 * MS;            /* others owe it, this process has earned something */
	assert(gs_budget_allows_new());
	spend(3 * MS, 0);
	return 0;
}
