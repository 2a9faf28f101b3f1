/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpget ADDRESS PORT - connects, sends one line, prints what comes back */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char buf[4096];
	ssize_t n;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &in.sin_addr) != 1)
		return 2;
	in.sin_port = htons((unsigned short)atoi(argv[2]));
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0) {
		perror("connect");
		return 1;
	}
	if (write(fd, request, sizeof(request) - 1) < 0)
		return 1;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	return n < 0;
}
