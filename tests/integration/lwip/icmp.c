/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* icmp.c - destinations that cannot be reached, and who learns of it */
#include "lt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static int error_of(int fd)
{
	int err = -1;
	socklen_t size = sizeof(err);

	CHECK(ioth_getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) == 0);
	return err;
}

/* ---- datagrams ---- */

/* Each way in which a connected socket tells of it, and each once. */
static void test_port(struct ioth *stack[2], const char *ip)
{
	union lt_addr to = lt_addr(ip, 9), from;
	int fd = lt_socket(stack[1], to.sa.sa_family, SOCK_DGRAM, 0);
	socklen_t size = sizeof(from);
	char buf[4];

	CHECK(ioth_connect(fd, &to.sa, lt_size(&to)) == 0);
	for (int way = 0; way < 4; way++) {
		CHECK(write(fd, "x", 1) == 1);
		CHECK(lt_poll(fd, POLLIN, 5000) == POLLIN);
		switch (way) {
		case 0:
			FAILS(ioth_recv(fd, buf, 4, 0), ECONNREFUSED);
			break;
		case 1:
			FAILS(ioth_recvfrom(fd, buf, 4, 0, &from.sa, &size),
				ECONNREFUSED);
			break;
		case 2:
			CHECK(error_of(fd) == ECONNREFUSED);
			break;
		default: /* whoever knows of no stack is woken at least */
			CHECK(read(fd, buf, 4) == 0);
			break;
		}
		CHECK(lt_poll(fd, POLLIN, 0) == 0);
		if (way < 3)
			CHECK(error_of(fd) == 0);
	}
	close(fd);
}

/* Sockets that are not connected do not hear of it, nor others' sockets. */
static void test_not_ours(struct ioth *stack[2])
{
	union lt_addr to = lt_addr("10.0.0.1", 9);
	int fd = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	int other = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);
	int refused = lt_socket(stack[1], AF_INET, SOCK_DGRAM, 0);

	CHECK(ioth_connect(other, &to.sa, sizeof(to.in)) == 0);
	CHECK(ioth_sendto(fd, "x", 1, 0, &to.sa, sizeof(to.in)) == 1);
	/* by then the answer to the first one has come, too */
	CHECK(ioth_connect(refused, &to.sa, sizeof(to.in)) == 0);
	CHECK(write(refused, "x", 1) == 1);
	CHECK(lt_poll(refused, POLLIN, 5000) == POLLIN);
	CHECK(lt_poll(fd, POLLIN, 0) == 0 && error_of(fd) == 0);
	CHECK(lt_poll(other, POLLIN, 0) == 0 && error_of(other) == 0);
	close(fd);
	close(other);
	close(refused);
}

/* ---- connections ---- */

static uint16_t checksum(const unsigned char *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#define SYN_SIZE 28 /* what is quoted of it: header and 8 bytes */

/* The first SYN to @port that goes by. */
static void catch_syn(int packet, unsigned port, unsigned char syn[SYN_SIZE])
{
	unsigned char frame[2048];

	do {
		CHECK(lt_poll(packet, POLLIN, 5000) == POLLIN);
		CHECK(read(packet, frame, sizeof(frame)) > 0);
	} while (frame[12] != 8 || frame[13] != 0 || frame[23] != IPPROTO_TCP ||
		 (unsigned)(frame[36] << 8 | frame[37]) != port);
	memcpy(syn, frame + 14, SYN_SIZE);
}

static void send_unreachable(
	int raw, int code, const unsigned char quoted[SYN_SIZE], bool damaged)
{
	union lt_addr to = lt_addr("10.0.0.2", 0);
	unsigned char icmp[8 + SYN_SIZE] = { 3, (unsigned char)code };
	uint16_t sum;

	memcpy(icmp + 8, quoted, SYN_SIZE);
	sum = checksum(icmp, sizeof(icmp));
	icmp[2] = (unsigned char)(sum >> 8);
	icmp[3] = (unsigned char)(sum + damaged);
	CHECK(ioth_sendto(raw, icmp, sizeof(icmp), 0, &to.sa, sizeof(to.in)) ==
		sizeof(icmp));
}

/* Host 1 is the router of host 2 to 192.0.2.0/24, and says that there is no way.
 * What quotes another packet, or is damaged, says nothing. */
static void test_router(struct ioth *stack[2])
{
	struct in_addr net = { htonl(0xc0000200) }, gw = { htonl(0x0a000001) };
	union lt_addr to = lt_addr("192.0.2.7", 80);
	int packet = lt_socket(stack[0], AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int raw = lt_socket(stack[0], AF_INET, SOCK_RAW, IPPROTO_ICMP);
	unsigned char syn[SYN_SIZE], other[SYN_SIZE];
	int fd = lt_socket(stack[1], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(ioth_iproute_add(stack[1], AF_INET, &net, 24, &gw, 2) == 0);
	FAILS(ioth_connect(fd, &to.sa, sizeof(to.in)), EINPROGRESS);
	catch_syn(packet, 80, syn);
	memcpy(other, syn, SYN_SIZE);
	other[24] ^= 0x40; /* sequence number */
	send_unreachable(raw, 1, other, false);
	memcpy(other, syn, SYN_SIZE);
	other[21] ^= 1; /* source port */
	send_unreachable(raw, 1, other, false);
	send_unreachable(raw, 1, syn, true);
	send_unreachable(raw, 4, syn, false); /* fragmentation needed */
	/* they have been seen when this is answered */
	CHECK(lt_ping(stack[0], "10.0.0.2", SOCK_DGRAM, 5000));
	CHECK(lt_poll(fd, POLLOUT, 0) == 0);
	send_unreachable(raw, 1, syn, false);
	CHECK(lt_poll(fd, POLLOUT, 5000) & POLLOUT);
	CHECK(error_of(fd) == EHOSTUNREACH);
	close(fd);
	to = lt_addr("192.0.2.7", 81);
	fd = lt_socket(stack[1], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	FAILS(ioth_connect(fd, &to.sa, sizeof(to.in)), EINPROGRESS);
	catch_syn(packet, 81, syn);
	send_unreachable(raw, 0, syn, false);
	CHECK(lt_poll(fd, POLLOUT, 5000) & POLLOUT);
	CHECK(error_of(fd) == ENETUNREACH);
	CHECK(ioth_iproute_del(stack[1], AF_INET, &net, 24, &gw, 2) == 0);
	close(fd);
	close(raw);
	close(packet);
}

/* Nobody answers ARP or ND: it does not take until TCP has given up. */
static void test_nobody(struct ioth *stack, const char *ip)
{
	union lt_addr to = lt_addr(ip, 80);
	int fd = lt_socket(stack, to.sa.sa_family, SOCK_STREAM, 0);

	FAILS(ioth_connect(fd, &to.sa, lt_size(&to)), EHOSTUNREACH);
	CHECK(error_of(fd) == 0);
	close(fd);
	fd = lt_socket(stack, to.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	FAILS(ioth_connect(fd, &to.sa, lt_size(&to)), EINPROGRESS);
	CHECK(lt_poll(fd, POLLOUT, 15000) & POLLOUT);
	FAILS(ioth_connect(fd, &to.sa, lt_size(&to)), EHOSTUNREACH);
	close(fd);
}

void icmp_run(void)
{
	struct ioth *stack[2];

	lt_pair(stack);
	lt_wait6(stack[0], 1);
	lt_wait6(stack[1], 2);
	test_port(stack, "10.0.0.1");
	test_port(stack, "fd00::1");
	test_not_ours(stack);
	test_router(stack);
	test_nobody(stack[1], "10.0.0.99");
	test_nobody(stack[1], "fd00::99");
	lt_unpair(stack);
}
