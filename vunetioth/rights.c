/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define TYPE_MASK 0xf

static const struct rights_ioctl ioctls[] = {
	{ SIOCGIFNAME, sizeof(struct ifreq), false },
	{ SIOCGIFCONF, 0, false }, /* its size is the caller's */
	{ SIOCGIFFLAGS, sizeof(struct ifreq), false },
	{ SIOCGIFADDR, sizeof(struct ifreq), false },
	{ SIOCGIFDSTADDR, sizeof(struct ifreq), false },
	{ SIOCGIFBRDADDR, sizeof(struct ifreq), false },
	{ SIOCGIFNETMASK, sizeof(struct ifreq), false },
	{ SIOCGIFMETRIC, sizeof(struct ifreq), false },
	{ SIOCGIFMEM, sizeof(struct ifreq), false },
	{ SIOCGIFMTU, sizeof(struct ifreq), false },
	{ SIOCGIFHWADDR, sizeof(struct ifreq), false },
	{ SIOCGIFSLAVE, sizeof(struct ifreq), false },
	{ SIOCGIFINDEX, sizeof(struct ifreq), false },
	{ SIOCGIFPFLAGS, sizeof(struct ifreq), false },
	{ SIOCGIFCOUNT, sizeof(struct ifreq), false },
	{ SIOCGIFTXQLEN, sizeof(struct ifreq), false },
	{ SIOCGIFMAP, sizeof(struct ifreq), false },
	{ SIOCGARP, sizeof(struct arpreq), false },
	{ SIOCSIFFLAGS, sizeof(struct ifreq), true },
	{ SIOCSIFADDR, sizeof(struct ifreq), true },
	{ SIOCSIFDSTADDR, sizeof(struct ifreq), true },
	{ SIOCSIFBRDADDR, sizeof(struct ifreq), true },
	{ SIOCSIFNETMASK, sizeof(struct ifreq), true },
	{ SIOCSIFMETRIC, sizeof(struct ifreq), true },
	{ SIOCSIFMTU, sizeof(struct ifreq), true },
	{ SIOCSIFNAME, sizeof(struct ifreq), true },
	{ SIOCSIFHWADDR, sizeof(struct ifreq), true },
	{ SIOCSIFHWBROADCAST, sizeof(struct ifreq), true },
	{ SIOCADDMULTI, sizeof(struct ifreq), true },
	{ SIOCDELMULTI, sizeof(struct ifreq), true },
	{ SIOCSIFPFLAGS, sizeof(struct ifreq), true },
	{ SIOCDIFADDR, sizeof(struct ifreq), true },
	{ SIOCSIFTXQLEN, sizeof(struct ifreq), true },
	{ SIOCSIFMAP, sizeof(struct ifreq), true },
	{ SIOCSARP, sizeof(struct arpreq), true },
	{ SIOCDARP, sizeof(struct arpreq), true },
};

const struct rights_ioctl *rights_of_ioctl(uint32_t request)
{
	size_t i;

	for (i = 0; i < sizeof(ioctls) / sizeof(ioctls[0]); i++)
		if (ioctls[i].request == request)
			return &ioctls[i];
	return NULL;
}

bool rights_all_may_open(int fd, int flags)
{
	static const mode_t needed[] = {
		[O_RDONLY] = S_IROTH,
		[O_WRONLY] = S_IWOTH,
		[O_RDWR] = S_IROTH | S_IWOTH,
		[O_ACCMODE] = S_IROTH | S_IWOTH,
	};
	mode_t mode = needed[flags & O_ACCMODE];
	struct stat st;

	return flags & O_PATH ||
	       (fstat(fd, &st) == 0 && (st.st_mode & mode) == mode);
}

int rights_of_socket(int domain, int type)
{
	type &= TYPE_MASK;
	if (domain == AF_NETLINK)
		return -1;
	if (domain == AF_KEY)
		return CAP_NET_ADMIN;
	return domain == AF_PACKET || type == SOCK_RAW || type == SOCK_PACKET
		       ? CAP_NET_RAW
		       : -1;
}
