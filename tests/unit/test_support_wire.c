/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support_wire.h"

static uint64_t now_ns;

static uint64_t test_clock(void *context)
{
	(void)context;
	return now_ns;
}

struct fixture {
	struct loop *loop;
	struct side side[2];
	struct wire *wire[2];
};

static void open_pair(struct fixture *f, const struct wire_fake_config *fake)
{
	struct loop_config clock = { .clock = test_clock };
	struct wire_config config[2] = {
		{ .locator = "eth0", .ops = &note_ops, .owner = &f->side[0] },
		{ .locator = "eth1", .ops = &note_ops, .owner = &f->side[1] },
	};

	memset(f, 0, sizeof(*f));
	now_ns = 1000000;
	assert_int_equal(loop_new(&f->loop, &clock), 0);
	assert_int_equal(wire_fake_pair(f->wire, f->loop, config, fake), 0);
	for (int i = 0; i < 2; i++) {
		f->side[i].wire = f->wire[i];
		assert_int_equal(wire_start(f->wire[i]), 0);
	}
}

static void run(struct fixture *f)
{
	while (loop_poll(f->loop))
		;
}

static void close_pair(struct fixture *f)
{
	for (int i = 0; i < 2; i++)
		if (f->side[i].wire)
			wire_close(f->side[i].wire);
	loop_free(f->loop);
}

static void locators_are_split(void **state)
{
	static const struct {
		const char *locator, *name, *vnl;
	} rows[] = {
		{ "vde:///tmp/sw", "", "vde:///tmp/sw" },
		{ "eth0:vde:///tmp/sw", "eth0", "vde:///tmp/sw" },
		{ "/tmp/sw", "", "/tmp/sw" },
		{ "vlan://10{vde:///tmp/sw}", "", "vlan://10{vde:///tmp/sw}" },
		{ "v:vlan://10{vde://}", "v", "vlan://10{vde://}" },
		{ "abcdefghijklmno:ptp://x", "abcdefghijklmno", "ptp://x" },
		{ "abcdefghijklmnop:ptp://x", "", NULL },
		{ "", "", "" },
	};
	char name[WIRE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *vnl = wire_locator_split(rows[i].locator, name);

		assert_string_equal(name, rows[i].name);
		if (rows[i].vnl)
			assert_string_equal(vnl, rows[i].vnl);
		else
			assert_null(vnl);
	}
}

static void mtu_is_what_the_wire_carries(void **state)
{
	static const struct {
		const char *vnl;
		unsigned mtu;
	} rows[] = {
		{ "vde:///tmp/sw", 1500 },
		{ "/tmp/sw", 1500 },
		{ "ptp:///tmp/p", 65517 },
		{ "switch:///tmp/sw", 65517 },
		{ "udp://1->h/2", 65489 },
		{ "vxvde://", 64982 },
		{ "vlan://10{vde:///tmp/sw}", 1500 },
		{ "vlan://10{ptp:///tmp/p}", 65513 },
		{ "vlan://10{broken", 1500 },
		{ "tap://tap0", 1500 },
		{ "unheardof://", 1500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(wire_locator_mtu(rows[i].vnl), rows[i].mtu);
}

static void frames_arrive_in_batches(void **state)
{
	struct wire_stats stats;
	struct fixture f;

	(void)state;
	open_pair(&f, NULL);
	assert_string_equal(wire_name(f.wire[0]), "eth0");
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(send_frame(f.wire[0], i, 60), 0);
	assert_int_equal(f.side[1].frames, 0); /* never from inside */
	run(&f);
	assert_int_equal(f.side[1].frames, 40);
	assert_int_equal(f.side[1].batches, 2);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(f.side[1].order[i], i);
	wire_stats(f.wire[0], &stats);
	assert_int_equal(stats.tx_frames, 40);
	assert_int_equal(stats.tx_bytes, 2400);
	wire_stats(f.wire[1], &stats);
	assert_int_equal(stats.rx_frames, 40);
	assert_int_equal(stats.rx_bytes, 2400);
	close_pair(&f);
}

static void sizes_are_checked(void **state)
{
	struct wire_fake_config fake = { .mtu_max = 2000 };
	struct wire_stats stats;
	struct fixture f;

	(void)state;
	open_pair(&f, &fake);
	assert_int_equal(wire_mtu(f.wire[0]), 1500);
	assert_int_equal(wire_mtu_max(f.wire[0]), 2000);
	assert_int_equal(send_frame(f.wire[0], 0, 1518), 0);
	assert_int_equal(send_frame(f.wire[0], 0, 1519), -EMSGSIZE);
	assert_int_equal(send_frame(f.wire[0], 0, 13), -EMSGSIZE);
	assert_int_equal(send_frame(f.wire[0], 0, 14), 0);
	assert_int_equal(wire_set_mtu(f.wire[0], 2001, false), -EINVAL);
	assert_int_equal(wire_set_mtu(f.wire[0], 67, true), -EINVAL);
	assert_int_equal(wire_set_mtu(f.wire[0], 65518, true), -EINVAL);
	assert_int_equal(wire_set_mtu(f.wire[0], 2000, false), 0);
	assert_int_equal(send_frame(f.wire[0], 0, 2018), 0);
	assert_int_equal(wire_set_mtu(f.wire[0], 65517, true), 0);
	assert_int_equal(send_frame(f.wire[0], 0, 65535), 0);
	run(&f);
	assert_int_equal(f.side[1].frames, 4);
	wire_stats(f.wire[0], &stats);
	assert_int_equal(stats.tx_errors, 2);
	close_pair(&f);
}

static void a_wire_that_is_down_is_silent(void **state)
{
	struct wire_stats stats;
	struct fixture f;

	(void)state;
	open_pair(&f, NULL);
	wire_set_up(f.wire[1], false);
	send_frame(f.wire[0], 0, 60);
	assert_int_equal(send_frame(f.wire[1], 0, 60), -ENETDOWN);
	run(&f);
	assert_int_equal(f.side[1].frames, 0);
	wire_stats(f.wire[1], &stats);
	assert_int_equal(stats.rx_dropped, 1);
	assert_int_equal(stats.tx_dropped, 1);
	wire_set_up(f.wire[1], true);
	send_frame(f.wire[0], 0, 60);
	run(&f);
	assert_int_equal(f.side[1].frames, 1);
	close_pair(&f);
}

static void the_peer_takes_the_carrier(void **state)
{
	struct fixture f;

	(void)state;
	open_pair(&f, NULL);
	wire_close(f.wire[0]);
	f.side[0].wire = NULL;
	assert_int_equal(f.side[1].carriers, 0);
	run(&f);
	assert_int_equal(f.side[1].carriers, 1);
	assert_false(f.side[1].carrier);
	assert_int_equal(send_frame(f.wire[1], 0, 60), -ENETDOWN);
	close_pair(&f);
}

static void a_wire_may_be_closed_by_its_callback(void **state)
{
	struct fixture f;

	(void)state;
	open_pair(&f, NULL);
	f.side[1].closes = true;
	for (unsigned i = 0; i < 100; i++)
		send_frame(f.wire[0], i, 60);
	run(&f);
	assert_int_equal(f.side[1].batches, 1);
	assert_int_equal(f.side[0].carriers, 1);
	close_pair(&f);
}

struct ear {
	struct wire_tap tap;
	struct wire *leaves;
	unsigned in, out;
};

static void ear_seen(
	struct wire_tap *tap, const void *frame, size_t size, bool outgoing)
{
	struct ear *ear = (struct ear *)tap;

	assert_int_equal(((const unsigned char *)frame)[0], 2);
	assert_int_equal(size, 60);
	ear->in += !outgoing;
	ear->out += outgoing;
	if (ear->leaves)
		wire_tap_del(ear->leaves, tap);
}

static void taps_see_both_ways(void **state)
{
	struct ear a = { .tap.seen = ear_seen }, b = a;
	struct fixture f;

	(void)state;
	open_pair(&f, NULL);
	b.leaves = f.wire[0];
	wire_tap_add(f.wire[0], &a.tap);
	wire_tap_add(f.wire[0], &b.tap);
	send_frame(f.wire[0], 0, 60);
	send_frame(f.wire[1], 0, 60);
	run(&f);
	assert_int_equal(a.out, 1);
	assert_int_equal(a.in, 1);
	assert_int_equal(b.out + b.in, 1);
	wire_tap_del(f.wire[0], &b.tap); /* gone already */
	wire_tap_del(f.wire[0], &a.tap);
	send_frame(f.wire[0], 0, 60);
	assert_int_equal(a.out, 1);
	close_pair(&f);
}

/* ---- dice ---- */

/* A number that counts up: rates become exact patterns. */
static uint32_t next_quarter(void *context)
{
	return (*(uint32_t *)context)++ % 4 * 16384;
}

static void lost_and_doubled_as_the_dice_say(void **state)
{
	uint32_t count = 0;
	struct wire_fake_config fake = {
		.loss = 16384, .random = next_quarter, .context = &count
	};
	struct fixture f;

	(void)state;
	open_pair(&f, &fake);
	for (unsigned i = 0; i < 8; i++)
		send_frame(f.wire[0], i, 60);
	run(&f);
	assert_int_equal(f.side[1].frames, 6);
	assert_int_equal(f.side[1].order[0], 1);
	assert_int_equal(f.side[1].order[3], 5);
	close_pair(&f);
	count = 0;
	fake.loss = 0;
	fake.duplicate = 16384;
	open_pair(&f, &fake);
	for (unsigned i = 0; i < 8; i++)
		send_frame(f.wire[0], i, 60);
	run(&f);
	assert_int_equal(f.side[1].frames, 10);
	assert_int_equal(f.side[1].order[1], 0);
	close_pair(&f);
}

static void delay_and_order_follow_the_clock(void **state)
{
	uint32_t count = 0;
	struct wire_fake_config fake = { .delay_ns = 1000,
		.reorder_ns = 500,
		.reorder = 16384,
		.random = next_quarter,
		.context = &count };
	struct fixture f;

	(void)state;
	open_pair(&f, &fake);
	for (unsigned i = 0; i < 4; i++)
		send_frame(f.wire[0], i, 60);
	run(&f);
	assert_int_equal(f.side[1].frames, 0);
	now_ns += 999;
	run(&f);
	assert_int_equal(f.side[1].frames, 0);
	assert_true(loop_next_due(f.loop) == now_ns + 1);
	now_ns += 1;
	run(&f);
	assert_int_equal(f.side[1].frames, 3);
	assert_int_equal(f.side[1].order[0], 1);
	now_ns += 500;
	run(&f);
	assert_int_equal(f.side[1].frames, 4);
	assert_int_equal(f.side[1].order[3], 0);
	close_pair(&f);
}

static void frames_on_their_way_are_freed(void **state)
{
	struct wire_fake_config fake = { .delay_ns = 1000 };
	struct fixture f;

	(void)state;
	open_pair(&f, &fake);
	send_frame(f.wire[0], 0, 60);
	run(&f);
	close_pair(&f);
}

static void the_way_is_bounded(void **state)
{
	struct wire_fake_config fake = { .delay_ns = 1000 };
	struct wire_stats stats;
	struct fixture f;

	(void)state;
	open_pair(&f, &fake);
	for (unsigned i = 0; i < 5000; i++)
		send_frame(f.wire[0], i, 60);
	run(&f);
	wire_stats(f.wire[0], &stats);
	assert_int_equal(stats.tx_dropped, 5000 - 4096);
	close_pair(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locators_are_split),
		cmocka_unit_test(mtu_is_what_the_wire_carries),
		cmocka_unit_test(frames_arrive_in_batches),
		cmocka_unit_test(sizes_are_checked),
		cmocka_unit_test(a_wire_that_is_down_is_silent),
		cmocka_unit_test(the_peer_takes_the_carrier),
		cmocka_unit_test(a_wire_may_be_closed_by_its_callback),
		cmocka_unit_test(taps_see_both_ways),
		cmocka_unit_test(lost_and_doubled_as_the_dice_say),
		cmocka_unit_test(delay_and_order_follow_the_clock),
		cmocka_unit_test(frames_on_their_way_are_freed),
		cmocka_unit_test(the_way_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
