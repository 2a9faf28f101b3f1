/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netdev IFNAME - what the ioctls of netdevice(7) tell of interface IFNAME
 *
 * Whatever the descriptor's family, they go to the default stack for
 * AF_NETLINK. Prints "none", or index, flags up/down and IPv4 address.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include "check.h"

static void show_address(int fd, const char *name)
{
	struct ifreq list[64];
	struct ifconf conf = { .ifc_len = sizeof(list), .ifc_req = list };
	size_t i;

	CHECK(ioctl(fd, SIOCGIFCONF, &conf) == 0);
	for (i = 0; i < conf.ifc_len / sizeof(list[0]); i++) {
		struct sockaddr_in *in = (void *)&list[i].ifr_addr;

		if (strcmp(list[i].ifr_name, name) == 0)
			printf(" %s", inet_ntoa(in->sin_addr));
	}
}

int main(int argc, char *argv[])
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct ifreq by_unix = { 0 }, flags;
	unsigned int index;

	if (argc != 2 || strlen(argv[1]) >= IFNAMSIZ)
		return 2;
	index = if_nametoindex(argv[1]);
	strcpy(by_unix.ifr_name, argv[1]);
	flags = by_unix;
	if (index == 0) {
		CHECK_FAILS(ENODEV, ioctl(fd, SIOCGIFINDEX, &by_unix));
		puts("none");
		return checked();
	}
	CHECK(ioctl(fd, SIOCGIFINDEX, &by_unix) == 0);
	CHECK(by_unix.ifr_ifindex == (int)index);
	CHECK(ioctl(fd, SIOCGIFFLAGS, &flags) == 0);
	printf("%u %s", index, flags.ifr_flags & IFF_UP ? "up" : "down");
	show_address(fd, argv[1]);
	putchar('\n');
	CHECK_FAILS(EFAULT, ioctl(fd, SIOCGIFCONF, (void *)8));
	return checked();
}
