/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "abort.h"
#include "composite.h"
#include "defaults.h"
#include "module.h"
#include "options.h"

#define PROGRAM	  "vunetioth-stack"
#define MAX_ERRNO 511 /* beyond: the kernel's own, ERESTARTSYS... */
#define MAX_OUTGOING                                                           \
	65536	  /* guests that wait at a stack which stands still   \
			    */
#define GRACE_S 2 /* between the polite end and SIGKILL */

struct request {
	uint32_t id;
	stack_answer_f *answer; /* NULL: nobody wants to know any more */
	void *arg;
	struct request *next;
};

/* A request that had no room in the connection. */
struct outgoing {
	struct outgoing *next;
	struct control_fds fds;
	struct control_message message; /* cut off behind its data */
};

/* A process that was told to end, and by when it must have. */
struct doom {
	int timer, pidfd;
	struct umvu_watch *watch;
};

struct stack *stack_get(struct stack *stack)
{
	stack->references++;
	return stack;
}

static void answer_request(struct stack *stack, struct request *rq, int result,
	const struct control_message *message, struct control_fds *fds)
{
	if (rq->answer)
		rq->answer(stack, rq->arg, result, message, fds);
	free(rq);
}

/* Takes the request out of the list; NULL if there is none of that @id. */
static struct request *take_request(struct stack *stack, uint32_t id)
{
	struct request **p, *rq;

	for (p = &stack->requests; (rq = *p); p = &rq->next)
		if (rq->id == id) {
			*p = rq->next;
			return rq;
		}
	return NULL;
}

static void on_doom(void *arg, uint32_t events)
{
	struct doom *doom = arg;

	(void)events;
	syscall(__NR_pidfd_send_signal, doom->pidfd, SIGKILL, NULL, 0);
	umvu_unwatch(doom->watch);
	close(doom->timer);
	close(doom->pidfd);
	free(doom);
}

/* SIGKILL after a while, unless the process has ended by then. Takes over the
 * stack's pidfd. */
static void set_doom(struct stack *stack)
{
	const struct itimerspec when = { .it_value = { GRACE_S, 0 } };
	struct doom *doom = calloc(1, sizeof(*doom));

	if (!doom || stack->pidfd < 0) {
		free(doom);
		return;
	}
	doom->pidfd = stack->pidfd;
	stack->pidfd = -1;
	doom->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	timerfd_settime(doom->timer, 0, &when, NULL);
	doom->watch =
		umvu_watch(stack->session, doom->timer, EPOLLIN, on_doom, doom);
	if (!doom->watch)
		on_doom(doom, 0);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void stack_release(struct stack *stack)
{
	pool_close(&stack->pool);
	close_fd(&stack->diag);
}

static void set_held(struct stack *stack, bool held)
{
	if (stack->held == held)
		return;
	stack->held = held;
	umvu_hold(stack->session, held ? 1 : -1);
}

static void drop_outgoing(struct stack *stack)
{
	struct outgoing *o = stack->outgoing;

	stack->outgoing = o->next;
	if (!o->next)
		stack->outgoing_tail = &stack->outgoing;
	stack->outgoing_len--;
	control_fds_close(&o->fds);
	free(o);
}

/* The connection has gone, or shall go: the end of the stack's life. */
static void bury(struct stack *stack)
{
	bool was_running = stack->state == STACK_RUNNING;
	struct control_fds none = { 0 };
	struct request *rq;

	if (stack->state == STACK_DEAD)
		return;
	stack->state = STACK_DEAD;
	stack_get(stack); /* callbacks may drop theirs */
	set_held(stack, false);
	umvu_unwatch(stack->watch);
	stack->watch = NULL;
	/* First the sockets, then the connection, whose end makes the process
	 * delete its stack: no socket of ours must be in the way. */
	if (stack->diag >= 0)
		abort_connections(stack->diag);
	stack_release(stack);
	close_fd(&stack->control);
	while (stack->outgoing)
		drop_outgoing(stack);
	while ((rq = stack->requests)) {
		stack->requests = rq->next;
		answer_request(stack, rq, -ENODEV, NULL, &none);
	}
	if (was_running && stack->died)
		stack->died(stack);
	/* Its parts are free again, whoever still has it as a default. */
	composite_free(stack->composite);
	stack->composite = NULL;
	stack_put(stack);
}

/* A process that ends closes its descriptors in order: the connection to us is
 * older than all of its sockets. */
bool stack_has_ended(const struct stack *stack)
{
	struct pollfd pfd = { stack->control, POLLRDHUP, 0 };

	return stack->state == STACK_DEAD || poll(&pfd, 1, 0) != 0;
}

void stack_end(struct stack *stack)
{
	set_doom(stack);
	bury(stack);
}

void stack_kill(struct stack *stack)
{
	if (stack->pidfd >= 0)
		syscall(__NR_pidfd_send_signal, stack->pidfd, SIGKILL, NULL, 0);
	bury(stack);
}

static void leave_list(struct stack *stack)
{
	struct stack **p = stack->list;

	while (*p != stack)
		p = &(*p)->next;
	*p = stack->next;
}

void stack_put(struct stack *stack)
{
	if (--stack->references)
		return;
	stack->references = 1; /* bury() holds one while it works */
	stack->died = NULL;
	stack_end(stack);
	close_fd(&stack->pidfd);
	leave_list(stack);
	free(stack->start);
	free(stack);
}

static void on_control(void *arg, uint32_t events);

static int watch_for(struct stack *stack, uint32_t events)
{
	umvu_unwatch(stack->watch);
	stack->watch = umvu_watch(
		stack->session, stack->control, events, on_control, stack);
	return stack->watch ? 0 : -ENOMEM;
}

/* It could not be sent. */
static void refuse(struct stack *stack, uint32_t id, int err)
{
	struct control_fds none = { .len = 0 };
	struct request *rq = take_request(stack, id);

	if (rq)
		answer_request(stack, rq, err, NULL, &none);
}

/* Sends what has room now. */
static void flush(struct stack *stack)
{
	while (stack->outgoing) {
		uint32_t id = stack->outgoing->message.id;
		int err = control_send(stack->control,
			&stack->outgoing->message, &stack->outgoing->fds);

		if (err == -EAGAIN)
			return;
		drop_outgoing(stack);
		/* The end shows by itself; but there may be no memory, or too
		 * many descriptors on their way (-ETOOMANYREFS). */
		if (err < 0 && err != -EPIPE && err != -ECONNRESET)
			refuse(stack, id, err);
	}
	if (stack->state != STACK_DEAD && watch_for(stack, EPOLLIN) < 0)
		bury(stack);
}

/* Duplicates, since the caller keeps its own. */
static int keep_fds(struct control_fds *to, const struct control_fds *from)
{
	size_t i;

	to->len = 0;
	for (i = 0; from && i < from->len; i++) {
		to->fd[i] = fcntl(from->fd[i], F_DUPFD_CLOEXEC, 0);
		if (to->fd[i] < 0) {
			control_fds_close(to);
			return -EMFILE;
		}
		to->len++;
	}
	return 0;
}

static int send_later(struct stack *stack,
	const struct control_message *message, const struct control_fds *fds)
{
	size_t size = offsetof(struct control_message, data) + message->size;
	struct outgoing *o;

	if (stack->outgoing_len == MAX_OUTGOING)
		return -EAGAIN;
	o = malloc(offsetof(struct outgoing, message) + size);
	if (!o)
		return -ENOMEM;
	if (keep_fds(&o->fds, fds) < 0) {
		free(o);
		return -EMFILE;
	}
	if (!stack->outgoing && watch_for(stack, EPOLLIN | EPOLLOUT) < 0) {
		control_fds_close(&o->fds);
		free(o);
		return -ENOMEM;
	}
	o->next = NULL;
	memcpy(&o->message, message, size);
	*stack->outgoing_tail = o;
	stack->outgoing_tail = &o->next;
	stack->outgoing_len++;
	return 0;
}

static void receive(struct stack *stack)
{
	struct control_message message;
	struct control_fds fds;
	struct request *rq;
	int n = control_receive(stack->control, &message, &fds);

	if (n == -EAGAIN || n == -EINTR)
		return;
	/* Nothing but an errno may reach a guest as an error. */
	if (n > 0 && message.result < -MAX_ERRNO)
		message.result = -EIO;
	rq = n > 0 ? take_request(stack, message.id) : NULL;
	if (n <= 0)
		bury(stack);
	else if (message.id == CONTROL_USERS)
		set_held(stack, !stack->attached && message.result > 0);
	else if (rq)
		answer_request(stack, rq, message.result, &message, &fds);
	control_fds_close(&fds);
}

static void on_control(void *arg, uint32_t events)
{
	struct stack *stack = arg;

	stack_get(stack); /* an answer may drop the last other one */
	if (events & EPOLLOUT && stack->outgoing)
		flush(stack);
	if (events & ~(uint32_t)EPOLLOUT && stack->state != STACK_DEAD)
		receive(stack);
	stack_put(stack);
}

static int add_request(
	struct stack *stack, uint32_t id, stack_answer_f *answer, void *arg)
{
	struct request *rq = malloc(sizeof(*rq));

	if (!rq)
		return -ENOMEM;
	*rq = (struct request){ id, answer, arg, stack->requests };
	stack->requests = rq;
	return 0;
}

int stack_ask(struct stack *stack, struct control_message *message,
	stack_answer_f *answer, void *arg)
{
	return stack_ask_with(stack, message, NULL, answer, arg);
}

int stack_ask_with(struct stack *stack, struct control_message *message,
	const struct control_fds *fds, stack_answer_f *answer, void *arg)
{
	int err;

	if (stack->state == STACK_DEAD)
		return -ENODEV;
	if (stack->state == STACK_STARTING)
		return -EBUSY;
	message->id = stack->next_id++;
	err = add_request(stack, message->id, answer, arg);
	if (err)
		return err;
	err = stack->outgoing ? -EAGAIN
			      : control_send(stack->control, message, fds);
	if (err == -EAGAIN)
		err = send_later(stack, message, fds);
	if (err)
		free(take_request(stack, message->id));
	return err == -EPIPE || err == -ECONNRESET ? -ENODEV : err;
}

void stack_forget_asker(struct stack *stack, const void *arg)
{
	struct request *rq;

	for (rq = stack->requests; rq; rq = rq->next)
		if (rq->arg == arg)
			rq->answer = NULL;
}

/* The process exists and has its view: now it may touch the network. */
static void on_started(void *arg, pid_t pid)
{
	struct stack *stack = arg;

	if (pid > 0) {
		stack->pid = pid;
		stack->pidfd = (int)syscall(__NR_pidfd_open, pid, 0);
	}
	if (pid <= 0 || stack->state == STACK_DEAD ||
		control_send(stack->control, stack->start, NULL) < 0)
		stack_kill(stack);
	free(stack->start);
	stack->start = NULL;
	stack_put(stack);
}

static int add_string(struct control_message *m, const char *text)
{
	size_t len = strlen(text) + 1;

	if (m->size + len > CONTROL_DATA_MAX)
		return -E2BIG;
	memcpy(m->data + m->size, text, len);
	m->size += (uint32_t)len;
	return 0;
}

static int make_start(struct stack *stack, const struct stack_options *options)
{
	struct control_message *m = calloc(1, sizeof(*m));
	size_t i;
	int err;

	if (!m)
		return -ENOMEM;
	stack->start = m;
	m->op = CONTROL_START;
	m->id = stack->next_id++;
	m->arg[0] = (int32_t)options->vnl_len;
	m->arg[1] = options->offer ? (int32_t)options->offer_mode : -1;
	err = add_string(m, options->spec);
	for (i = 0; i < options->vnl_len && !err; i++)
		err = add_string(m, options->vnl[i]);
	if (options->offer && !err)
		err = add_string(m, options->offer);
	return err;
}

/* Takes over the connection @control. */
static int watch_control(struct stack *stack, int control)
{
	fcntl(control, F_SETFL, O_NONBLOCK);
	stack->control = control;
	return watch_for(stack, EPOLLIN);
}

static int spawn(struct stack *stack, struct umvu_call *call,
	struct defaults *defaults, const char *title)
{
	char path[4200], copy[512];
	char *argv[] = { copy, NULL };
	int pair[2], err;

	snprintf(path, sizeof(path), "%s/" PROGRAM,
		umvu_libexec_dir(stack->session));
	snprintf(copy, sizeof(copy), "%s", title);
	err = access(path, X_OK) < 0 ||
			      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC,
				      0, pair) < 0
		      ? -errno
		      : 0;
	if (err)
		goto put_defaults;
	err = watch_control(stack, pair[0]);
	if (err)
		goto close_pair;
	stack_get(stack); /* on_started()'s */
	err = umvu_spawn(call, &umvu_module, defaults, path, argv, pair[1],
		on_started, stack);
	if (err)
		stack_put(stack);
	return err;

close_pair:
	close(pair[1]);
put_defaults:
	if (defaults)
		defaults_put(defaults);
	return err;
}

static struct stack *alloc(struct umvu *session, struct stack **list)
{
	struct stack *stack = calloc(1, sizeof(*stack));

	if (!stack)
		return NULL;
	*stack = (struct stack){ .references = 1,
		.session = session,
		.pidfd = -1,
		.control = -1,
		.diag = -1,
		.next_id = CONTROL_USERS + 1,
		.list = list,
		.next = *list };
	stack->outgoing_tail = &stack->outgoing;
	*list = stack;
	return stack;
}

/* Nobody shall be told of a stack that could not be made. */
static struct stack *give_up(struct stack *stack, const void *arg)
{
	if (stack) {
		stack_forget_asker(stack, arg);
		stack_put(stack);
	}
	return NULL;
}

struct stack *stack_new(struct umvu *session, struct stack **list,
	struct umvu_call *call, struct defaults *defaults,
	const struct stack_options *options, const char *title,
	stack_answer_f *answer, void *arg, int *err)
{
	struct stack *stack = alloc(session, list);

	*err = stack ? make_start(stack, options) : -ENOMEM;
	if (!*err)
		*err = add_request(stack, stack->start->id, answer, arg);
	if (!*err)
		*err = spawn(stack, call, defaults, title);
	else if (defaults)
		defaults_put(defaults);
	return *err ? give_up(stack, arg) : stack;
}

/* Sharing with ourselves would keep the session alive for ever. */
static bool is_of_session(const struct stack *stack, pid_t pid)
{
	const struct stack *s;

	for (s = *stack->list; s; s = s->next)
		if (pid > 0 && s->pid == pid)
			return true;
	return false;
}

/* A stack that is offered has a socket in the file system. */
static int connect_to(struct stack *stack, const char *offer)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(struct ucred);
	struct ucred peer;
	int fd, err;

	if (strlen(offer) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, offer, strlen(offer));
	/* Not blocking: a full queue of connections must not stop us. */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	if (is_of_session(stack, peer.pid)) {
		close(fd);
		return -ELOOP;
	}
	stack->owner = peer.uid;
	return watch_control(stack, fd);
}

struct stack *stack_attach(struct umvu *session, struct stack **list,
	const char *offer, stack_answer_f *answer, void *arg, int *err)
{
	struct control_message m = { .op = CONTROL_ATTACH };
	struct stack *stack = alloc(session, list);

	*err = stack ? connect_to(stack, offer) : -ENOMEM;
	if (!*err) {
		stack->attached = true;
		m.id = stack->next_id++;
		*err = add_request(stack, m.id, answer, arg);
	}
	if (!*err)
		*err = control_send(stack->control, &m, NULL);
	if (*err == -EPIPE || *err == -ECONNRESET)
		*err = -ENODEV;
	return *err ? give_up(stack, arg) : stack;
}

struct stack *stack_compose(
	struct umvu *session, struct stack **list, struct composite *composite)
{
	struct stack *stack = alloc(session, list);

	if (!stack)
		return NULL;
	stack->composite = composite;
	stack->families = composite_families(composite);
	stack->state = STACK_RUNNING;
	return stack;
}
