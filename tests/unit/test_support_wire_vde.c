/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wires of libvdeplug, inside this process or over a switch made here. */
#include "support_wire.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/*
 * libvdeplug loads its modules with RTLD_DEEPBIND, which the sanitizers
 * refuse: there, a libvdeplug that knows seqpacket:// only takes its place.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STAND_IN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
	defined(STAND_IN)
#undef STAND_IN
#define STAND_IN 1
#include "support_vdeplug.h"
#else
#define STAND_IN 0
#endif

static char dir[] = "/tmp/support-wire-XXXXXX";

static int open_side(struct side *side, struct loop *loop, const char *locator)
{
	struct wire_config config = { .locator = locator,
		.ops = &note_ops,
		.owner = side,
		.queue_len = 64 };
	int err = wire_open(&side->wire, loop, &config);

	return err ? err : wire_start(side->wire);
}

/* Two wires on the ends of a seqpacket pair. */
static void open_pair(struct side side[2], struct loop *loop[2])
{
	char locator[32];
	int fds[2];

	memset(side, 0, 2 * sizeof(*side));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	for (int i = 0; i < 2; i++) {
		snprintf(locator, sizeof(locator), "w%d:seqpacket://%d", i,
			fds[i]);
		assert_int_equal(open_side(&side[i], loop[i], locator), 0);
	}
}

static struct loop *new_loop(void)
{
	struct loop *loop;

	assert_int_equal(loop_new(&loop, NULL), 0);
	return loop;
}

static void run(struct loop *loop)
{
	while (loop_poll(loop))
		;
}

static void batches_cross_a_socket(void **state)
{
	struct loop *loop = new_loop(), *loops[2] = { loop, loop };
	struct side side[2];

	(void)state;
	open_pair(side, loops);
	assert_string_equal(wire_name(side[1].wire), "w1");
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(send_frame(side[0].wire, i, 60 + i), 0);
	assert_int_equal(send_frame(side[1].wire, 7, 1514), 0);
	run(loop);
	assert_int_equal(side[1].frames, 50);
	assert_true(side[1].batches <= 3);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(side[1].order[i], i);
	assert_int_equal(side[1].last_size, 109);
	assert_int_equal(side[0].frames, 1);
	assert_int_equal(side[0].last_size, 1514);
	assert_int_equal(wire_set_mtu(side[0].wire, 65517, false), 0);
	assert_int_equal(send_frame(side[0].wire, 0, 65535), 0);
	run(loop);
	assert_int_equal(side[1].last_size, 65535);
	wire_close(side[0].wire);
	wire_close(side[1].wire);
	loop_free(loop);
}

static void a_full_wire_loses_and_goes_on(void **state)
{
	struct loop *loop = new_loop(), *far = new_loop();
	struct loop *loops[2] = { loop, far };
	struct wire_stats stats;
	struct side side[2];
	unsigned sent = 0;

	(void)state;
	open_pair(side, loops);
	while (send_frame(side[0].wire, sent, 1514) == 0)
		sent++;
	assert_int_equal(send_frame(side[0].wire, 0, 1514), -ENOBUFS);
	assert_int_equal(wire_room(side[0].wire), 0);
	loop_poll(loop);	       /* the flush */
	assert_false(loop_poll(loop)); /* waits, does not spin */
	wire_stats(side[0].wire, &stats);
	assert_int_equal(stats.tx_dropped, 2);
	assert_int_equal(stats.tx_frames, sent);
	for (int i = 0; i < 100; i++) {
		run(far);
		run(loop);
	}
	assert_int_equal(side[1].frames, sent);
	assert_int_equal(wire_room(side[0].wire), 64);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(side[1].order[i], i);
	wire_close(side[0].wire);
	wire_close(side[1].wire);
	loop_free(loop);
	loop_free(far);
}

static void the_peer_takes_the_carrier(void **state)
{
	struct loop *loop = new_loop(), *loops[2] = { loop, loop };
	struct side side[2];

	(void)state;
	open_pair(side, loops);
	send_frame(side[0].wire, 5, 60); /* leaves before the end */
	wire_close(side[0].wire);
	run(loop);
	assert_int_equal(side[1].frames, 1);
	assert_int_equal(side[1].carriers, 1);
	assert_false(side[1].carrier);
	assert_false(loop_poll(loop)); /* and is quiet */
	assert_int_equal(send_frame(side[1].wire, 0, 60), -ENETDOWN);
	wire_close(side[1].wire);
	loop_free(loop);
}

/* ---- two stacks in threads, each sending whatever happens ---- */

#define FLOOD 20000

struct flooder {
	struct side side;
	struct loop_task task;
	unsigned sent;
	struct flooder *peer;
};

static void flood(struct loop_task *task)
{
	struct flooder *f = (struct flooder *)((char *)task -
					       offsetof(struct flooder, task));

	for (int i = 0; i < 50; i++)
		send_frame(f->side.wire, f->sent++, 1514);
}

static void answer(struct wire *wire, const struct iovec *frames, unsigned len,
	void *owner)
{
	struct flooder *f = owner;

	(void)frames;
	f->side.frames += len;
	for (unsigned i = 0; i < 2 * len; i++)
		send_frame(wire, f->sent++, 1514);
	if (f->sent <= FLOOD)
		return;
	loop_quit(f->side.loop);
	loop_quit(f->peer->side.loop);
}

static void *run_flooder(void *arg)
{
	struct flooder *f = arg;

	loop_run(f->side.loop);
	return NULL;
}

static void two_stacks_never_wait_for_each_other(void **state)
{
	static const struct wire_ops ops = { .on_frames = answer };
	struct flooder f[2] = { 0 };
	pthread_t threads[2];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	for (int i = 0; i < 2; i++) {
		char locator[32];
		struct wire_config config = {
			.locator = locator, .ops = &ops, .owner = &f[i]
		};

		snprintf(locator, sizeof(locator), "seqpacket://%d", fds[i]);
		f[i].side.loop = new_loop();
		assert_int_equal(
			wire_open(&f[i].side.wire, f[i].side.loop, &config), 0);
		assert_int_equal(wire_start(f[i].side.wire), 0);
		f[i].task.run = flood;
		f[i].peer = &f[1 - i];
		loop_defer(f[i].side.loop, &f[i].task);
	}
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_flooder, &f[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		assert_true(f[i].side.frames > 0);
		wire_close(f[i].side.wire);
		loop_free(f[i].side.loop);
	}
}

/* ---- switches ---- */

static void locator_in_dir(char *buf, const char *scheme, const char *name)
{
	snprintf(buf, 128, "%s://%s/%s", scheme, dir, name);
}

struct opening {
	struct side *side;
	struct loop *loop;
	const char *locator;
};

static int open_inside(void *arg)
{
	struct opening *o = arg;

	return open_side(o->side, o->loop, o->locator);
}

static int down_inside(void *arg)
{
	wire_set_up(((struct side *)arg)->wire, false);
	return 0;
}

static int close_inside(void *arg)
{
	wire_close(((struct side *)arg)->wire);
	return 0;
}

static int frames_inside(void *arg)
{
	return (int)((struct side *)arg)->frames;
}

/* A switch in our process, its own interface down; two clients talk. */
static void an_in_process_switch_serves_when_down(void **state)
{
	struct loop *loop = new_loop(), *here = new_loop();
	struct side hub = { 0 }, a = { 0 }, b = { .loop = here, .awaited = 1 };
	char own[128], theirs[128];
	struct opening opening = { &hub, loop, own };

	(void)state;
	locator_in_dir(own, "switch", "own");
	locator_in_dir(theirs, "vde", "own");
	assert_int_equal(loop_start(loop, "switch"), 0);
	assert_int_equal(loop_call(loop, open_inside, &opening), 0);
	assert_int_equal(loop_call(loop, down_inside, &hub), 0);
	assert_int_equal(open_side(&a, here, theirs), 0);
	assert_int_equal(open_side(&b, here, theirs), 0);
	assert_int_equal(wire_mtu_max(a.wire), 1500);
	assert_int_equal(send_frame(a.wire, 77, 60), 0);
	loop_run(here);
	assert_int_equal(b.order[0], 77);
	assert_int_equal(loop_call(loop, frames_inside, &hub), 0);
	loop_call(loop, close_inside, &hub);
	a.loop = here;
	while (a.carriers + b.carriers < 2)
		loop_run(here);
	run(here);
	wire_close(a.wire);
	wire_close(b.wire);
	loop_stop(loop);
	loop_free(loop);
	loop_free(here);
}

static void a_stale_directory_is_cleaned(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct loop *loop = new_loop();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct side side = { 0 };
	char locator[128], path[100];

	(void)state;
	locator_in_dir(locator, "switch", "stale");
	snprintf(path, sizeof(path), "%s/stale", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/ctl", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_true(open_side(&side, loop, locator) < 0); /* served */
	close(fd);
	assert_int_equal(open_side(&side, loop, locator), 0);
	wire_close(side.wire);
	assert_int_equal(mkdir(path, 0700), 0);
	strncat(path, "/file", 10);
	fclose(fopen(path, "w"));
	assert_true(open_side(&side, loop, locator) < 0); /* not ours */
	assert_int_equal(unlink(path), 0);
	path[strlen(path) - 5] = '\0';
	rmdir(path);
	loop_free(loop);
}

static void errors_say_what_is_wrong(void **state)
{
	struct loop *loop = new_loop();
	struct side side = { 0 };
	char buf[200];
	int err;

	(void)state;
	assert_int_equal(
		open_side(&side, loop, "nosuch://x"), -EPROTONOSUPPORT);
	assert_int_equal(
		open_side(&side, loop, "far-too-long-a-name:vde:///nowhere"),
		-EINVAL);
	err = open_side(&side, loop, "vde:///nowhere/at/all");
	assert_true(err < 0);
	assert_string_equal(
		wire_error_text(-ENOENT, "vde:///x", buf, sizeof(buf)),
		"vde:///x: no VDE switch there");
	loop_free(loop);
}

static void ptp_waits_for_its_peer(void **state)
{
	struct loop *loop = new_loop();
	struct side a = { 0 }, b = { 0 };
	char locator[128];

	(void)state;
	locator_in_dir(locator, "ptp", "line");
	assert_int_equal(open_side(&a, loop, locator), 0);
	send_frame(a.wire, 1, 60); /* nobody there: lost */
	run(loop);
	for (int i = 0; i < 2; i++) {
		memset(&b, 0, sizeof(b));
		assert_int_equal(open_side(&b, loop, locator), 0);
		a.frames = 0;
		for (unsigned j = 0; j < 40; j++) {
			send_frame(a.wire, j, 60);
			send_frame(b.wire, j, 60);
			run(loop);
		}
		assert_true(a.frames >= 39);
		assert_true(b.frames >= 39);
		wire_close(b.wire);
		/* a failing send makes the line free for the next peer */
		send_frame(a.wire, 0, 60);
		run(loop);
		assert_int_equal(a.carriers, 0);
	}
	wire_close(a.wire);
	loop_free(loop);
}

static bool start_vde_switch(void)
{
	char command[256];

	snprintf(command, sizeof(command),
		"vde_switch -d -s %s/sw -p %s/pid >/dev/null 2>&1", dir, dir);
	return system(command) == 0;
}

static void end_vde_switch(void)
{
	char path[100];
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "%s/pid", dir);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	kill(pid, SIGTERM);
}

static void a_vde_switch_comes_and_goes(void **state)
{
	struct loop *loop = new_loop();
	struct side a = { .loop = loop }, b = { .loop = loop, .awaited = 1 };
	char locator[128];

	(void)state;
	if (!start_vde_switch()) {
		loop_free(loop);
		skip();
	}
	locator_in_dir(locator, "vde", "sw");
	assert_int_equal(open_side(&a, loop, locator), 0);
	assert_int_equal(open_side(&b, loop, locator), 0);
	assert_int_equal(wire_set_mtu(a.wire, 9000, false), -EINVAL);
	assert_int_equal(send_frame(a.wire, 3, 1518), 0);
	loop_run(loop);
	assert_int_equal(b.order[0], 3);
	assert_int_equal(b.last_size, 1518);
	end_vde_switch();
	while (a.carriers + b.carriers < 2)
		loop_run(loop);
	loop_poll(loop);
	assert_false(loop_poll(loop));
	wire_close(a.wire);
	wire_close(b.wire);
	loop_free(loop);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest sockets[] = {
		cmocka_unit_test(batches_cross_a_socket),
		cmocka_unit_test(a_full_wire_loses_and_goes_on),
		cmocka_unit_test(the_peer_takes_the_carrier),
		cmocka_unit_test(two_stacks_never_wait_for_each_other),
	};
	const struct CMUnitTest switches[] = {
		cmocka_unit_test(an_in_process_switch_serves_when_down),
		cmocka_unit_test(a_stale_directory_is_cleaned),
		cmocka_unit_test(errors_say_what_is_wrong),
		cmocka_unit_test(ptp_waits_for_its_peer),
		cmocka_unit_test(a_vde_switch_comes_and_goes),
	};
	int failed = cmocka_run_group_tests(sockets, NULL, NULL);

	if (STAND_IN)
		return failed;
	return failed + cmocka_run_group_tests(switches, make_dir, remove_dir);
}
