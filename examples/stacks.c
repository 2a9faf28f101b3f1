/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stacks STACK... - one program, a socket on each of several stacks (in a view)
 *
 * All listen on the same port; each is another network, so that works. Prints
 * the interfaces that each stack has.
 *
 *	cc stacks.c $(pkg-config --cflags --libs msocket) -o stacks
 *	vustack is not needed: ./stacks /dev/net/a /dev/net/b
 */
#include <err.h>
#include <msocket.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

static void show(const char *stack)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(4242) };
	int fd = msocket(stack, AF_INET, SOCK_STREAM, 0);
	struct if_nameindex *list, *i;

	if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 ||
		listen(fd, 1) < 0)
		err(1, "%s", stack);
	/* what the C library asks goes to the default stack */
	if (msocket(stack, PF_UNSPEC, SOCK_DEFAULT, 0) < 0)
		err(1, "%s", stack);
	printf("%s:", stack);
	list = if_nameindex();
	for (i = list; i && i->if_index; i++)
		printf(" %s", i->if_name);
	putchar('\n');
	if_freenameindex(list);
}

int main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		show(argv[i]);
	return 0;
}
