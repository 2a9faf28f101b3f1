/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.c - lwIP's periodic functions, called only when they have work
 *
 * Theory of operation
 *
 * lwIP's own timers (sys_timeouts_init) call eight functions for ever, two of
 * them ten times a second. An idle stack must not use the CPU; so they are not
 * started: sys_timeouts_init and tcp_timer_needed are replaced, which works
 * since liblwip.so calls its own exported functions through the PLT.
 *
 * Each function counts calls as time. It has a row below that tells how soon it
 * has something to do: within one interval (somebody waits for an answer), some
 * time later (a lifetime), or never (nothing there, or only ages that matter
 * when they are looked at). The calls that were left out are made up for in one
 * go, before frames are received, as many as the ages of its entries can need.
 *
 * Rows look at lwIP's tables where these are visible. Those of ARP and of
 * reassembly are not: what goes over the wire tells when they are in use.
 */
#include "clock.h"
#include "stack.h"

#include <lwip/etharp.h>
#include <lwip/igmp.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/mld6.h>
#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>

#include <stddef.h>

#define MS(n)	   ((uint64_t)(n)*1000000)
#define SECOND	   MS(1000)
#define SLOW	   (60 * SECOND)
#define ARP_WAIT   (7 * SECOND)	 /* ARP_MAXPENDING is 5 */
#define REASS_WAIT (62 * SECOND) /* IPV6_REASS_MAXAGE is 60 */

static bool was_called_by_lwip;

bool clock_is_in_place(void)
{
	return was_called_by_lwip;
}

/* What we define in lwIP's place has to be seen by it. */
#pragma GCC visibility push(default)
void sys_timeouts_init(void)
{
	was_called_by_lwip = true;
}

void tcp_timer_needed(void)
{
	struct stack *stack = stack_current();

	if (stack)
		clock_touch(&stack->clock);
}
#pragma GCC visibility pop

static uint64_t tcp_need(const struct clock *clock)
{
	(void)clock;
	return tcp_active_pcbs || tcp_tw_pcbs ? MS(TCP_TMR_INTERVAL) : 0;
}

static uint64_t arp_need(const struct clock *clock)
{
	return loop_now(clock->loop) < clock->arp_until_ns ? SECOND : 0;
}

static bool netif_is_busy(const struct netif *netif)
{
	if (!netif_is_up(netif) || !netif_is_link_up(netif))
		return false;
	if (netif->rs_count > 0 &&
		!ip6_addr_isinvalid(netif_ip6_addr_state(netif, 0)) &&
		!ip6_addr_isduplicated(netif_ip6_addr_state(netif, 0)))
		return true;
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
			return true;
	return false;
}

static bool netif_has_lifetimes(const struct netif *netif)
{
	for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
		if (!ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)) &&
			netif_ip6_addr_valid_life(netif, i))
			return true;
	return false;
}

static bool neighbours_are_busy(void)
{
	for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++)
		if (neighbor_cache[i].state != ND6_NO_ENTRY &&
			neighbor_cache[i].state != ND6_REACHABLE &&
			neighbor_cache[i].state != ND6_STALE)
			return true;
	return false;
}

static bool routers_are_known(void)
{
	for (int i = 0; i < LWIP_ND6_NUM_ROUTERS; i++)
		if (default_router_list[i].neighbor_entry)
			return true;
	for (int i = 0; i < LWIP_ND6_NUM_PREFIXES; i++)
		if (prefix_list[i].netif)
			return true;
	return false;
}

static uint64_t nd6_need(const struct clock *clock)
{
	const struct netif *netif;
	bool lifetimes = routers_are_known();

	(void)clock;
	if (neighbours_are_busy())
		return SECOND;
	NETIF_FOREACH(netif)
	{
		if (netif_is_busy(netif))
			return SECOND;
		lifetimes = lifetimes || netif_has_lifetimes(netif);
	}
	return lifetimes ? SLOW : 0;
}

static uint64_t igmp_need(const struct clock *clock)
{
	const struct igmp_group *group;
	struct netif *netif;

	(void)clock;
	NETIF_FOREACH(netif)
	for (group = netif_igmp_data(netif); group; group = group->next)
		if (group->timer > 0)
			return MS(IGMP_TMR_INTERVAL);
	return 0;
}

static uint64_t mld6_need(const struct clock *clock)
{
	const struct mld_group *group;
	struct netif *netif;

	(void)clock;
	NETIF_FOREACH(netif)
	for (group = netif_mld6_data(netif); group; group = group->next)
		if (group->timer > 0)
			return MS(MLD6_TMR_INTERVAL);
	return 0;
}

static uint64_t reass_need(const struct clock *clock)
{
	return loop_now(clock->loop) < clock->reass_until_ns ? SECOND : 0;
}

static void reass_tick(void)
{
	ip_reass_tmr();
	ip6_reass_tmr();
}

static const struct {
	void (*call)(void);
	uint64_t interval_ns;
	uint64_t (*need)(const struct clock *clock);
	unsigned catch_up; /* so many calls age everything */
} ticks[CLOCK_TICKS] = {
	[CLOCK_TCP] = { tcp_tmr, MS(TCP_TMR_INTERVAL), tcp_need, 1 },
	[CLOCK_ARP] = { etharp_tmr, SECOND, arp_need, 302 },
	[CLOCK_ND6] = { nd6_tmr, SECOND, nd6_need, 3600 },
	[CLOCK_IGMP] = { igmp_tmr, MS(IGMP_TMR_INTERVAL), igmp_need, 1 },
	[CLOCK_MLD6] = { mld6_tmr, MS(MLD6_TMR_INTERVAL), mld6_need, 1 },
	[CLOCK_REASS] = { reass_tick, SECOND, reass_need, 61 },
};

static void catch_up(struct clock *clock, enum clock_tick i, uint64_t now)
{
	uint64_t owed = (now - clock->last_ns[i]) / ticks[i].interval_ns;

	clock->last_ns[i] += owed * ticks[i].interval_ns;
	if (owed > ticks[i].catch_up)
		owed = ticks[i].catch_up;
	while (owed--)
		ticks[i].call();
}

void clock_catch_up(struct clock *clock)
{
	uint64_t now = loop_now(clock->loop);

	for (int i = 0; i < CLOCK_TICKS; i++)
		if (now - clock->last_ns[i] >= ticks[i].interval_ns)
			catch_up(clock, (enum clock_tick)i, now);
}

static void arm(struct clock *clock)
{
	uint64_t due = LOOP_NEVER;

	for (int i = 0; i < CLOCK_TICKS; i++) {
		uint64_t need = ticks[i].need(clock);

		if (need && clock->last_ns[i] + need < due)
			due = clock->last_ns[i] + need;
	}
	if (due == LOOP_NEVER)
		loop_timer_cancel(clock->loop, &clock->timer);
	else if (!clock->timer.armed || clock->timer.due_ns != due)
		loop_timer_set(clock->loop, &clock->timer, due);
}

static void run_task(struct loop_task *task)
{
	struct clock *clock =
		(struct clock *)((char *)task - offsetof(struct clock, task));

	clock_catch_up(clock);
	arm(clock);
}

static void fired(struct loop_timer *timer)
{
	struct clock *clock =
		(struct clock *)((char *)timer - offsetof(struct clock, timer));
	struct stack *stack = stack_current();

	clock_touch(clock);
	loop_defer(clock->loop, &stack->autoconf);
}

void clock_init(struct clock *clock, struct loop *loop)
{
	clock->loop = loop;
	clock->timer.fired = fired;
	clock->task.run = run_task;
	for (int i = 0; i < CLOCK_TICKS; i++)
		clock->last_ns[i] = loop_now(loop);
}

void clock_fini(struct clock *clock)
{
	loop_timer_cancel(clock->loop, &clock->timer);
	loop_forget(clock->loop, &clock->task);
	/* what waits in lwIP's tables of fragments */
	for (unsigned i = 0; i < ticks[CLOCK_REASS].catch_up; i++)
		reass_tick();
}

void clock_touch(struct clock *clock)
{
	loop_defer(clock->loop, &clock->task);
}

void clock_note_arp(struct clock *clock)
{
	clock->arp_until_ns = loop_now(clock->loop) + ARP_WAIT;
	clock_touch(clock);
}

void clock_note_fragment(struct clock *clock)
{
	clock->reass_until_ns = loop_now(clock->loop) + REASS_WAIT;
	clock_touch(clock);
}
