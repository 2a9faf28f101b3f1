/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tcp_output.c - one acknowledgement for the segments of a batch
 *
 * lwIP ends the input of each segment with tcp_output, which acknowledges every
 * second one: a third of all frames. Here tcp_output takes the library's place.
 * While the frames of a batch are received it only notes that it was wanted;
 * it is done at the end of the round, when what was received has gone to the
 * bridge and the window is open again. Segments out of order are acknowledged
 * at once, as they do not pass here (tcp_send_empty_ack), so that three of them
 * still start a fast retransmission.
 *
 * An lwIP at the other side grows its window by two segments for each
 * acknowledgement in slow start; ours by as much as was acknowledged
 * (RFC 3465 with a larger L, as Linux does).
 */
#include "tcp.h"
#include "stack.h"

#include <lwip/priv/tcp_priv.h>

#include <dlfcn.h>
#include <string.h>

bool tcp_output_init(struct stack *stack)
{
	void *symbol = dlsym(RTLD_NEXT, "tcp_output");

	memcpy(&stack->output, &symbol, sizeof(symbol));
	return symbol;
}

/* The socket that @pcb belongs to; of one that it does not know yet the
 * argument is the listener. */
static struct tcp_sock *sock_of(const struct tcp_pcb *pcb)
{
	struct tcp_sock *sock = pcb->callback_arg;

	return sock && sock->pcb == pcb && sock->state == TCP_SOCK_OPEN ? sock
									: NULL;
}

void tcp_output_now(struct tcp_sock *sock)
{
	if (!sock->wants_output)
		return;
	sock->wants_output = false;
	if (sock->pcb)
		sock->sock.stack->output(sock->pcb);
}

#pragma GCC visibility push(default)
err_t tcp_output(struct tcp_pcb *pcb)
{
	struct stack *stack = stack_current();
	struct tcp_sock *sock = stack->in_batch ? sock_of(pcb) : NULL;

	if (!sock)
		return stack->output(pcb);
	sock->wants_output = true;
	loop_defer(stack->loop, &sock->deliver);
	return ERR_OK;
}
#pragma GCC visibility pop

void tcp_output_grow(struct tcp_pcb *pcb, unsigned acked)
{
	unsigned counted = 2u * pcb->mss;

	if (pcb->cwnd < pcb->ssthresh && acked > counted &&
		pcb->cwnd + acked - counted <= TCP_WND_MAX(pcb))
		pcb->cwnd += acked - counted;
}
