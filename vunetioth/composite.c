/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "composite.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "families.h"
#include "module.h"
#include "stack.h"

#define TYPE_MASK 0xf
#define FAMILIES  64

/* What the protocols of the internet families are sorted into; every socket of
 * another family is OTHER. */
enum slot { SLOT_TCP, SLOT_UDP, SLOT_ICMP, SLOT_RAW, SLOT_OTHER, SLOTS };

static const char *const slot_words[SLOT_OTHER] = { "tcp", "udp", "icmp",
	"raw" };

enum part_kind { PART_NOBODY, PART_NONE, PART_HOST, PART_STACK };

/* How much a word says; the more precise wins. */
enum rank {
	RANK_NOTHING,
	RANK_ALL,
	RANK_FAMILY,
	RANK_SLOT,
	RANK_CUT,
	RANK_BOTH
};

struct part {
	enum part_kind kind;
	enum rank rank;
	struct stack *stack;
};

struct composite {
	uint64_t words[SLOTS + 1]; /* given so far: families by slot; all */
	struct part part[FAMILIES][SLOTS];
	size_t stacks_len;
	struct stack *stacks[64]; /* each word's, for composite_free() */
};

/* What one option says. */
struct word {
	int family;	/* 0: all that the slot has */
	enum slot slot; /* SLOTS: all that the family has */
};

/* --- parse --------------------------------------------------------------- */

static bool parse_slot(const char *text, struct word *word)
{
	int i;

	for (i = 0; i < SLOT_OTHER; i++) {
		size_t len = strlen(slot_words[i]);

		if (strncmp(text, slot_words[i], len))
			continue;
		text += len;
		word->slot = (enum slot)i;
		word->family = !strcmp(text, "4")   ? AF_INET
			       : !strcmp(text, "6") ? AF_INET6
						    : 0;
		return !*text || word->family;
	}
	return false;
}

static bool parse_family(const char *text, struct word *word)
{
	struct families families = { 0 };
	const char *bad;
	int bad_len;

	if (strchr(text, ',') ||
		families_parse(&families, text, &bad, &bad_len) < 0 ||
		families.len != 1 || families.family[0] >= FAMILIES ||
		families.family[0] == AF_UNIX || families.family[0] == 0)
		return false;
	*word = (struct word){ families.family[0], SLOTS };
	return true;
}

static int parse_word(const char *text, struct word *word)
{
	if (!strcmp(text, "all"))
		*word = (struct word){ 0, SLOTS };
	else if (!parse_slot(text, word) && !parse_family(text, word))
		return -EINVAL;
	return 0;
}

static enum rank rank_of(const struct word *word, const struct part *part)
{
	if (word->slot < SLOTS)
		return word->family ? RANK_BOTH : RANK_SLOT;
	if (!word->family)
		return RANK_ALL;
	return part->kind == PART_NONE ? RANK_CUT : RANK_FAMILY;
}

static int check_stack(const struct stack *stack)
{
	if (stack->state != STACK_RUNNING)
		return -ENODEV;
	return stack->deleting ? -EBUSY : 0;
}

static int parse_part(struct composite *c, const struct umvu_call *call,
	const char *text, struct part *part)
{
	struct umvu_name *name;
	int err;

	if (!strcmp(text, "none") || !strcmp(text, "host")) {
		part->kind = *text == 'n' ? PART_NONE : PART_HOST;
		return 0;
	}
	err = umvu_call_name(call, text, &name);
	if (!err)
		err = open_may_use(call, name);
	if (!err)
		err = check_stack(umvu_name_private(name));
	if (!err && c->stacks_len == sizeof(c->stacks) / sizeof(c->stacks[0]))
		err = -E2BIG;
	if (err)
		return err;
	part->kind = PART_STACK;
	part->stack = stack_get(umvu_name_private(name));
	part->stack->users++;
	c->stacks[c->stacks_len++] = part->stack;
	return 0;
}

/* --- apply --------------------------------------------------------------- */

static bool family_has_slot(int family, enum slot slot)
{
	bool internet = family == AF_INET || family == AF_INET6;

	return slot == SLOT_OTHER || internet;
}

static bool word_covers(const struct word *word, int family, enum slot slot)
{
	return (!word->family || word->family == family) &&
	       (word->slot == SLOTS || word->slot == slot) &&
	       family_has_slot(family, slot);
}

static void apply(
	struct composite *c, const struct word *word, const struct part *part)
{
	int family, slot;

	for (family = 1; family < FAMILIES; family++)
		for (slot = 0; slot < SLOTS; slot++)
			if (family != AF_UNIX &&
				word_covers(word, family, (enum slot)slot) &&
				part->rank > c->part[family][slot].rank)
				c->part[family][slot] = *part;
}

/* False: this word was there before. */
static bool note_word(struct composite *c, const struct word *word)
{
	uint64_t bit = 1ull << word->family;

	if (c->words[word->slot] & bit)
		return false;
	c->words[word->slot] |= bit;
	return true;
}

static int complain(char *why, size_t size, const char *option, int err)
{
	const char *text = strerror(-err);

	if (err == -EINVAL)
		text = "no such word (tcp, udp, icmp, raw, with 4 or 6, a "
		       "family, all) or no =";
	else if (err == -EEXIST)
		text = "given twice";
	else if (err == -ENOENT)
		text = "no such stack";
	else if (err == -ENOTSUP)
		text = "not a stack";
	else if (err == -EBUSY)
		text = "the stack is being unmounted";
	snprintf(why, size, "option \"%s\": %s", option, text);
	return err == -EEXIST ? -EINVAL : err;
}

static int take(struct composite *c, const struct umvu_call *call, char *option,
	char *why, size_t size)
{
	struct part part = { 0 };
	struct word word = { 0, SLOTS };
	char *equal = strchr(option, '=');
	int err = -EINVAL;

	if (equal) {
		*equal = '\0';
		err = parse_word(option, &word);
		if (!err && !note_word(c, &word))
			err = -EEXIST;
		if (!err)
			err = parse_part(c, call, equal + 1, &part);
		*equal = '=';
	}
	if (err)
		return complain(why, size, option, err);
	part.rank = rank_of(&word, &part);
	apply(c, &word, &part);
	return 0;
}

struct composite *composite_new(const struct umvu_call *call,
	const char *options, char *why, size_t size, int *err)
{
	struct composite *c = calloc(1, sizeof(*c));
	char *copy = strdup(options), *rest = copy, *option;

	*err = c && copy ? 0 : -ENOMEM;
	if (!*err && !*options) {
		snprintf(why, size,
			"a composite needs parts "
			"(-o tcp=/dev/net/a,udp=host,...)");
		*err = -EINVAL;
	}
	while (!*err && (option = strsep(&rest, ",")))
		if (*option)
			*err = take(c, call, option, why, size);
	free(copy);
	if (!*err)
		return c;
	composite_free(c);
	return NULL;
}

void composite_free(struct composite *c)
{
	if (!c)
		return;
	while (c->stacks_len) {
		struct stack *stack = c->stacks[--c->stacks_len];

		stack->users--;
		stack_put(stack);
	}
	free(c);
}

/* --- choose -------------------------------------------------------------- */

static enum slot slot_of(int domain, int type, int protocol)
{
	bool icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;

	if (domain != AF_INET && domain != AF_INET6)
		return SLOT_OTHER;
	switch (type & TYPE_MASK) {
	case SOCK_STREAM:
		return protocol == 0 || protocol == IPPROTO_TCP ||
				       protocol == IPPROTO_MPTCP
			       ? SLOT_TCP
			       : SLOT_OTHER;
	case SOCK_DGRAM:
		if (icmp)
			return SLOT_ICMP;
		return protocol == 0 || protocol == IPPROTO_UDP ||
				       protocol == IPPROTO_UDPLITE
			       ? SLOT_UDP
			       : SLOT_OTHER;
	case SOCK_RAW:
		return icmp ? SLOT_ICMP : SLOT_RAW;
	default:
		return SLOT_OTHER;
	}
}

static bool is_somebody(const struct part *part)
{
	return part->kind == PART_HOST || part->kind == PART_STACK;
}

uint64_t composite_families(const struct composite *c)
{
	uint64_t set = 1ull << AF_INET | 1ull << AF_INET6 | 1ull << AF_NETLINK |
		       1ull << AF_PACKET;
	int family, slot;

	for (family = 1; family < FAMILIES; family++)
		for (slot = 0; slot < SLOTS; slot++)
			if (c->part[family][slot].kind != PART_NOBODY)
				set |= 1ull << family;
	return set;
}

static int nobody(const struct composite *c, int domain)
{
	int slot;

	for (slot = 0; slot < SLOTS; slot++)
		if (is_somebody(&c->part[domain][slot]))
			return -EPROTONOSUPPORT;
	return -EAFNOSUPPORT;
}

int composite_choose(const struct composite *c, int domain, int type,
	int protocol, struct stack **stack)
{
	const struct part *part;

	if (domain <= 0 || domain >= FAMILIES)
		return -EAFNOSUPPORT;
	part = &c->part[domain][slot_of(domain, type, protocol)];
	if (!is_somebody(part))
		return nobody(c, domain);
	*stack = part->stack;
	return part->kind == PART_STACK;
}
