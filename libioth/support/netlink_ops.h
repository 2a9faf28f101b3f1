/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink_ops.h - what a stack tells the netlink server, and lets it change
 *
 * The server (netlink_server.h) keeps nothing: each request is answered from
 * the operations below. netlink_tables.h has a ready-made set of them.
 *
 * Numbers and bits are those of Linux (linux/if_link.h, linux/rtnetlink.h,
 * linux/neighbour.h), in host order; addresses, ports and hardware addresses
 * are bytes as on the wire. An address of zeros, an empty string or an index 0
 * means "none".
 */
#ifndef IOTH_NETLINK_OPS_H
#define IOTH_NETLINK_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>

struct tcp_info;

/* An IPv4 address is the first four bytes; the others are 0. */
union netlink_ip {
	uint8_t bytes[16];
	struct in_addr v4;
	struct in6_addr v6;
};

/* Of linux/if.h, which cannot be had beside net/if.h everywhere. */
#define NETLINK_IFF_LOWER_UP 0x10000u
enum netlink_operstate { /* IF_OPER_*: RFC 2863 */
	NETLINK_OPER_UNKNOWN,
	NETLINK_OPER_NOTPRESENT,
	NETLINK_OPER_DOWN,
	NETLINK_OPER_LOWERLAYERDOWN,
	NETLINK_OPER_TESTING,
	NETLINK_OPER_DORMANT,
	NETLINK_OPER_UP,
};

#define NETLINK_HWADDR_MAX 8
#define NETLINK_KIND_SIZE  16

/* An interface. */
struct netlink_link {
	unsigned index;
	char name[IFNAMSIZ];
	char kind[NETLINK_KIND_SIZE]; /* IFLA_INFO_KIND, such as "vde" */
	const char *vnl; /* its wire (ioth/linkservice.h); NULL: none */
	uint16_t type;	 /* ARPHRD_ETHER, ARPHRD_LOOPBACK, ... */
	uint32_t flags;	 /* IFF_UP, IFF_RUNNING, NETLINK_IFF_LOWER_UP, ... */
	uint32_t mtu, min_mtu, max_mtu; /* max_mtu 0: not known */
	uint32_t txqlen;
	uint8_t operstate; /* of enum netlink_operstate */
	uint8_t hwaddr_size;
	uint8_t hwaddr[NETLINK_HWADDR_MAX];
	uint8_t hwbroadcast[NETLINK_HWADDR_MAX];
	struct rtnl_link_stats64 stats;
};

enum netlink_link_field { /* which members of a change count */
	NETLINK_LINK_FLAGS = 1 << 0,
	NETLINK_LINK_MTU = 1 << 1,
	NETLINK_LINK_NAME = 1 << 2,
	NETLINK_LINK_HWADDR = 1 << 3,
	NETLINK_LINK_HWBROADCAST = 1 << 4,
	NETLINK_LINK_TXQLEN = 1 << 5,
};

/* What is wanted of an interface that exists or is being made. */
struct netlink_link_change {
	unsigned fields;	    /* of enum netlink_link_field */
	uint32_t flags, flags_mask; /* flags_mask: the bits that count */
	uint32_t mtu, txqlen;
	char name[IFNAMSIZ]; /* valid (netlink_name_valid()) */
	uint8_t hwaddr_size; /* of both */
	uint8_t hwaddr[NETLINK_HWADDR_MAX];
	uint8_t hwbroadcast[NETLINK_HWADDR_MAX];
};

/* An interface to be made. */
struct netlink_link_new {
	unsigned index;			/* 0: the stack chooses */
	char kind[NETLINK_KIND_SIZE];	/* not empty */
	const char *vnl;		/* NULL: none was given */
	struct netlink_link_change set; /* no name: the stack chooses */
};

/* An address of an interface. */
struct netlink_addr {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t prefixlen;
	uint8_t scope;	/* RT_SCOPE_* */
	uint8_t proto;	/* IFAPROT_* */
	uint32_t flags; /* IFA_F_PERMANENT, ... */
	unsigned index; /* of the interface */
	union netlink_ip local;
	union netlink_ip peer;	    /* point-to-point; none: same as local */
	union netlink_ip broadcast; /* IPv4 only */
	char label[IFNAMSIZ];	    /* IPv4 only */
	uint32_t priority;	    /* metric of the connected route */
	/* seconds from now on, UINT32_MAX: for ever */
	uint32_t preferred_s, valid_s;
	uint32_t created_cs, updated_cs; /* 1/100 s since the stack began */
};

/* A route with one next hop. */
struct netlink_route {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t dst_len;
	uint8_t tos;
	uint8_t protocol; /* RTPROT_* */
	uint8_t scope;	  /* RT_SCOPE_* */
	uint8_t type;	  /* RTN_* */
	uint8_t pref;	  /* IPv6: ICMPV6_ROUTER_PREF_* */
	uint32_t table;	  /* RT_TABLE_* */
	uint32_t flags;	  /* RTNH_F_* */
	uint32_t priority;
	unsigned oif;
	union netlink_ip dst;	  /* bits beyond dst_len are 0 */
	union netlink_ip gateway; /* none: directly */
	union netlink_ip prefsrc;
	uint32_t expires_s;		/* 0: never */
	uint32_t metrics[RTAX_MAX + 1]; /* by RTAX_*; 0: none */
};

/* What a route is looked up for. */
struct netlink_route_key {
	uint8_t family;
	uint8_t tos;
	unsigned oif, iif;
	union netlink_ip dst, src;
};

/* A neighbour. */
struct netlink_neigh {
	uint8_t family;	     /* AF_INET or AF_INET6 */
	uint8_t flags;	     /* NTF_* */
	uint8_t type;	     /* RTN_* */
	uint8_t hwaddr_size; /* 0: not (yet) known */
	uint16_t state;	     /* NUD_* */
	unsigned index;	     /* of the interface */
	union netlink_ip dst;
	uint8_t hwaddr[NETLINK_HWADDR_MAX];
	uint32_t probes;
	uint32_t confirmed_cs, used_cs, updated_cs; /* 1/100 s ago */
};

/* A socket of the stack. */
struct netlink_sock {
	uint8_t family;	      /* AF_INET or AF_INET6 */
	uint8_t protocol;     /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_RAW, ... */
	uint8_t raw_protocol; /* that a raw socket is open for */
	uint8_t state;	  /* TCP_ESTABLISHED, ... (netinet/tcp.h); unconnected
			     datagram sockets: TCP_CLOSE */
	uint8_t shutdown; /* 1 receive, 2 send, 3 both */
	uint8_t timer;	  /* 0 none, 1 retransmit, 2 keepalive,
			     3 time-wait, 4 zero window */
	uint8_t retransmits;
	bool v6only;
	uint16_t sport, dport; /* network order */
	union netlink_ip src, dst;
	unsigned index; /* bound to this interface */
	uint32_t timer_ms;
	uint32_t rqueue, wqueue; /* bytes; of a listener: pending, backlog */
	uint32_t uid;
	uint32_t inode;
	uint64_t cookie;		 /* unlike every other socket's */
	const struct tcp_info *tcp_info; /* NULL: none */
	const char *congestion;		 /* algorithm; NULL: not known */
};

/* For /proc/net/snmp; all zero is a good beginning. */
struct netlink_counters {
	bool forwarding;
	uint32_t default_ttl;
	uint64_t ip_in, ip_in_hdr_errors, ip_in_addr_errors, ip_forwarded,
		ip_in_unknown, ip_in_discards, ip_in_delivers, ip_out,
		ip_out_discards, ip_out_no_routes;
	uint64_t icmp_in, icmp_in_errors, icmp_out, icmp_out_errors;
	uint64_t tcp_active_opens, tcp_passive_opens, tcp_attempt_fails,
		tcp_estab_resets, tcp_in, tcp_out, tcp_retrans, tcp_in_errors,
		tcp_out_resets, tcp_in_csum_errors;
	uint64_t udp_in, udp_no_ports, udp_in_errors, udp_out,
		udp_rcvbuf_errors, udp_sndbuf_errors, udp_in_csum_errors;
};

/* Visitors; what is passed lives until they return. Not 0: enough. */
typedef int netlink_link_visit(void *ctx, const struct netlink_link *link);
typedef int netlink_addr_visit(void *ctx, const struct netlink_addr *addr);
typedef int netlink_route_visit(void *ctx, const struct netlink_route *route);
typedef int netlink_neigh_visit(void *ctx, const struct netlink_neigh *neigh);
typedef int netlink_sock_visit(void *ctx, const struct netlink_sock *sock);

#define NETLINK_OPS_VERSION 1

/*
 * The operations. Members are only ever appended, and @version grows then; the
 * server reads no member that came after @version. An absent one (NULL) is
 * answered EOPNOTSUPP; absent *_each list nothing in dumps of other things.
 *
 * @stack is what was given to netlink_server_new().
 *
 * *_each(): call @visit with each element, in the order in which Linux would
 * list them (links by index), until it returns something else than 0; return
 * what it returned, 0 at the end, or a negative errno. A visitor calls other
 * *_each operations but none that changes.
 *
 * Operations that change: the server has checked form (sizes, families, prefix
 * lengths, that the interface exists); the stack checks sense. They return 0 or
 * a negative errno, having changed nothing then; *@why may be set to one line
 * of text for the user (like "ipv4: Address already assigned"), valid until the
 * next call. @how: of NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_APPEND, as
 * in the request. What was changed is announced by netlink_notify_*() whoever
 * caused it; inside the operation or later.
 *
 * Threads: operations are called by the thread that called the server.
 */
struct netlink_stack_ops {
	unsigned version; /* NETLINK_OPS_VERSION */

	int (*link_each)(void *stack, netlink_link_visit *visit, void *ctx);
	/* Changes all of @change or nothing. */
	int (*link_set)(void *stack, unsigned index,
		const struct netlink_link_change *change, const char **why);
	/* Errors: -EEXIST name or index, -EOPNOTSUPP kind, -ERESTART that takes
	 * time (see netlink_server_receive()). */
	int (*link_add)(void *stack, const struct netlink_link_new *link,
		const char **why);
	/* Errors: -EOPNOTSUPP it cannot be removed (lo). */
	int (*link_del)(void *stack, unsigned index, const char **why);

	int (*addr_each)(void *stack, netlink_addr_visit *visit, void *ctx);
	/* Errors: -EEXIST. */
	int (*addr_add)(void *stack, const struct netlink_addr *addr,
		unsigned how, const char **why);
	/* @addr is one that addr_each() has shown. */
	int (*addr_del)(
		void *stack, const struct netlink_addr *addr, const char **why);

	int (*route_each)(void *stack, netlink_route_visit *visit, void *ctx);
	/*
	 * oif 0: to be found from the gateway.
	 * Errors: -EEXIST, -ENOENT (no NLM_F_CREATE), -ENETUNREACH the gateway
	 * is not on a link, -ENETDOWN, -EINVAL.
	 */
	int (*route_add)(void *stack, const struct netlink_route *route,
		unsigned how, const char **why);
	/* @route is one that route_each() has shown. */
	int (*route_del)(void *stack, const struct netlink_route *route,
		const char **why);
	/*
	 * The route that a packet would take, with prefsrc the source that it
	 * would get. Errors: -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL.
	 */
	int (*route_get)(void *stack, const struct netlink_route_key *key,
		struct netlink_route *route);

	int (*neigh_each)(void *stack, netlink_neigh_visit *visit, void *ctx);
	/* Errors: -EEXIST, -ENOENT (no NLM_F_CREATE). */
	int (*neigh_add)(void *stack, const struct netlink_neigh *neigh,
		unsigned how, const char **why);
	/* @neigh is one that neigh_each() has shown. */
	int (*neigh_del)(void *stack, const struct netlink_neigh *neigh,
		const char **why);

	/* All sockets; the caller filters. */
	int (*sock_each)(void *stack, netlink_sock_visit *visit, void *ctx);
	/* Aborts the socket with this cookie (SOCK_DESTROY). -ENOENT. */
	int (*sock_destroy)(void *stack, uint64_t cookie);

	/* Fills in @counters, which is all zero. */
	int (*counters)(void *stack, struct netlink_counters *counters);
};

/* Would Linux give an interface this name? */
bool netlink_name_valid(const char *name);

/* The number of bytes of an address; 0: neither AF_INET nor AF_INET6. */
size_t netlink_ip_size(int family);

/* Is @ip all zero? */
bool netlink_ip_none(const union netlink_ip *ip);

bool netlink_ip_equal(const union netlink_ip *a, const union netlink_ip *b);

/* Are the first @bits of both the same? @bits ≤ 128. */
bool netlink_ip_match(
	const union netlink_ip *a, const union netlink_ip *b, unsigned bits);

/* Clears what is beyond the first @bits. */
void netlink_ip_mask(union netlink_ip *ip, unsigned bits);

#endif
