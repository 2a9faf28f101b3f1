/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linkservice.h - adding an interface of a type that the kernel does not have
 *
 * On a stack that is a network namespace of the kernel, RTM_NEWLINK with the
 * kind "vde" is answered EOPNOTSUPP: the kernel knows no such links. The
 * plug-in that owns the name space does, and listens for them:
 *
 *	socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK) inside the name space,
 *	bound to nl_pid IOTH_LINKSERVICE_PORT.
 *
 * The request is one netlink datagram, the very same RTM_NEWLINK message (one
 * struct nlmsghdr, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL) that
 * the kernel has refused:
 *
 *	struct ifinfomsg	ifi_index 0 or the wanted index
 *	IFLA_IFNAME		NUL-terminated name; absent: the service chooses
 *	IFLA_LINKINFO
 *	  IFLA_INFO_KIND	"vde"
 *	  IFLA_INFO_DATA
 *	    IOTH_LINKDATA_VNL	NUL-terminated virtual network locator
 *
 * The service answers the port that asked with one NLMSG_ERROR message (struct
 * nlmsgerr: error 0 or a negative errno, then the header of the request;
 * nlmsg_seq that of the request). Nobody listening (ECONNREFUSED) means that
 * the stack has no link service.
 *
 * An interface made so is removed like any other, by RTM_DELLINK to the
 * kernel; the service notices that it is gone.
 */
#ifndef IOTH_LINKSERVICE_H
#define IOTH_LINKSERVICE_H

/* "ioth" in ASCII */
#define IOTH_LINKSERVICE_PORT 0x696f7468

/* attributes of IFLA_INFO_DATA for the kind "vde" */
enum ioth_linkdata {
	IOTH_LINKDATA_UNSPEC,
	IOTH_LINKDATA_VNL, /* the locator, NUL-terminated */
};

#endif
