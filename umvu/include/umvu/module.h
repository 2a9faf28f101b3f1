/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * umvu/module.h - the border between the hypervisor and its modules
 *
 * A module is a shared object that exports one `const struct umvu_module`
 * called umvu_module. umvu knows processes, paths, names and system calls; what
 * a name stands for, and what becomes of a socket call, only the module knows.
 *
 * Threads: umvu holds the session's lock while it calls a module, and while it
 * runs a callback that a module registered; so a module needs no lock, must
 * never wait for anything (no blocking system call), and parks the guest's
 * call instead. All umvu_*() functions below are to be called from there.
 *
 * Results: an operation returns the value that the guest's system call shall
 * return (a negative errno for an error), or one of the two below.
 */
#ifndef UMVU_MODULE_H
#define UMVU_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Beside every errno: what a system call cannot return. */
#define UMVU_CONTINUE (-5000L) /* none of ours: the kernel does the call */
#define UMVU_PARKED   (-5001L) /* umvu_park()ed: the answer comes later */

/* An address in the guest's memory: no C pointer, so nobody dereferences it. */
struct guest_addr {
	uint64_t value; /* 0: NULL */
};

struct umvu;	    /* the session */
struct umvu_call;   /* a trapped system call; valid while the operation runs */
struct umvu_parked; /* a call whose guest waits for umvu_answer*() */
struct umvu_name;   /* a name in the file system that a module owns */
struct umvu_place;  /* where a path leads to, whether or not a name is there */
struct umvu_watch;  /* a descriptor in the event loop */

/* Bumped when a member is appended; older modules stay loadable. */
#define UMVU_MODULE_VERSION 2

struct umvu_mount_args {
	const char *source; /* "" when the guest gave NULL */
	const char *data;   /* option string, "" when the guest gave NULL */
	const char *target; /* as the guest wrote it */
	const struct umvu_place *place;
	unsigned long flags; /* MS_* of mount(2) */
};

/* A file below /proc that shows the network of whoever it is about. */
struct umvu_net_file {
	pid_t tid; /* of this thread; perhaps of no guest */
	/* Below /proc/TID or /proc: "net", "sys/net", or something below one of
	 * these; without `.' and `..'. */
	const char *path;
	int flags; /* of open(2); O_PATH: just to look at it */
};

/* @fd is the callee's; or a negative errno, or UMVU_CONTINUE. */
typedef void umvu_net_file_done(void *arg, long fd);

struct umvu_module {
	uint32_t version;	 /* UMVU_MODULE_VERSION it was built with */
	const char *name;	 /* also the file system type it mounts */
	const char *description; /* one line, for vu_lsmod(1) */

	/* Load and unload. init gives the state that all operations get; 0 or
	 * negative errno. fini: -EBUSY while names of it are mounted, unless
	 * the session @ends: then everything must go, at once. */
	int (*init)(struct umvu *session, void **state);
	int (*fini)(void *state, bool ends);

	/* mount(2) with type @name; umount2(2) of a name of this module. */
	long (*mount)(void *state, struct umvu_call *call,
		const struct umvu_mount_args *args);
	long (*umount)(void *state, struct umvu_call *call,
		struct umvu_name *name, int flags);

	/* mount(2) with MS_BIND (@move false) or MS_MOVE of a name of this
	 * module to @place, which is free. */
	long (*rename)(void *state, struct umvu_call *call,
		struct umvu_name *name, const struct umvu_place *place,
		bool move);

	/* socket(2). */
	long (*socket)(void *state, struct umvu_call *call, int domain,
		int type, int protocol);
	/* msocket(2); @name NULL: the guest gave no path. */
	long (*msocket)(void *state, struct umvu_call *call,
		struct umvu_name *name, int domain, int type, int protocol);
	/* ioctl(2) with a request of netdevice(7) (0x89xx). */
	long (*netdev_ioctl)(void *state, struct umvu_call *call, int fd,
		uint32_t request, struct guest_addr arg);

	/* A process's data (umvu_call_set_data) is inherited by its children:
	 * each process holds one reference. */
	void (*data_get)(void *data);
	void (*data_put)(void *data);

	/* bind(2) to sendmmsg(2) and the other calls on a descriptor, @args[0],
	 * that may be a socket of this module; @nr: see <sys/syscall.h>. NULL
	 * if all its sockets are the kernel's. */
	long (*socket_call)(void *state, struct umvu_call *call, int nr,
		const uint64_t args[6]);

	/* No guest is left, but umvu_hold() keeps the session. Called again
	 * whenever a process of a module has ended after that. May be NULL. */
	void (*guests_gone)(void *state);

	/* Since version 2; may be NULL. A guest opens, or looks at, @file. 0:
	 * @done will be called with @arg, once; a negative errno; or
	 * UMVU_CONTINUE: what the kernel has is right. */
	long (*net_file)(void *state, struct umvu_call *call,
		const struct umvu_net_file *file, umvu_net_file_done *done,
		void *arg);
};

#define UMVU_EXPORT __attribute__((visibility("default")))

/* --- the calling guest ------------------------------------------------- */

struct umvu_creds {
	pid_t tid; /* whose they are */
	uid_t uid, euid, fsuid;
	gid_t gid, egid, fsgid;
	/* Capabilities, bit = CAP_*; none for a guest that has them in a user
	 * name space of its own only. */
	uint64_t effective;
	unsigned int ngroups;
	gid_t groups[64]; /* the first 64 supplementary groups */
};

UMVU_EXPORT pid_t umvu_call_tid(const struct umvu_call *call);
/* Of its process. */
UMVU_EXPORT pid_t umvu_call_pid(const struct umvu_call *call);

/* -ESRCH when the guest has gone. */
UMVU_EXPORT int umvu_call_creds(
	const struct umvu_call *call, struct umvu_creds *creds);

/* Copies between the guest's memory and ours. -EFAULT, -ESRCH, -EPERM. */
UMVU_EXPORT int umvu_call_read(const struct umvu_call *call,
	struct guest_addr from, void *buf, size_t size);
UMVU_EXPORT int umvu_call_write(const struct umvu_call *call,
	struct guest_addr to, const void *buf, size_t size);

/* A duplicate of the guest's descriptor @fd, the caller's to close. -EBADF,
 * -ESRCH, -EPERM. */
UMVU_EXPORT int umvu_call_fd(const struct umvu_call *call, int fd);

/* True when thread @tid's network namespace is the hypervisor's own; a guest
 * that made itself another one asked for that one. */
UMVU_EXPORT bool umvu_task_in_our_netns(struct umvu *session, pid_t tid);

/* The data of module @owner of the calling process, NULL if none; the reference
 * stays with the process. -ESRCH, -ENOMEM, -EMFILE: it cannot be told, so the
 * call must not go on as if there were none. */
UMVU_EXPORT int umvu_call_data(const struct umvu_call *call,
	const struct umvu_module *owner, void **data);
/* The same of thread @tid's process. -ESRCH: that is no guest, too. */
UMVU_EXPORT int umvu_task_data(struct umvu *session, pid_t tid,
	const struct umvu_module *owner, void **data);
/* Replaces it; takes over the caller's reference to @data. -ESRCH, -ENOMEM,
 * -EMFILE: nothing has changed, the reference stays with the caller. */
UMVU_EXPORT int umvu_call_set_data(const struct umvu_call *call,
	const struct umvu_module *owner, void *data);

/* The line that vumount(1) and vu_insmod(1) add to the errno of a failure. */
UMVU_EXPORT void umvu_call_explain(const struct umvu_call *call,
	const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- parked calls ------------------------------------------------------- */

/*
 * Keeps the guest waiting; the operation must return UMVU_PARKED. NULL:
 * no memory. @cancel, if not NULL, is called once when the guest does not wait
 * any more (a signal, death) before the answer came; @parked is gone then.
 * Without @cancel, answer as usual: umvu_answer*() notices.
 */
UMVU_EXPORT struct umvu_parked *umvu_park(
	struct umvu_call *call, void (*cancel)(void *arg), void *arg);

/* Ends the wait with @value (negative errno for an error). Frees @parked.
 * -ENOENT: the guest did not wait any more and does not know the result. */
UMVU_EXPORT int umvu_answer(struct umvu_parked *parked, long value);

/* Ends the wait with a new descriptor in the guest, a duplicate of @fd, which
 * is closed here in every case. Frees @parked. */
UMVU_EXPORT void umvu_answer_fd(
	struct umvu_parked *parked, int fd, bool cloexec);

/* As umvu_answer_fd. @done is called in any case, as a rule later: with -1 when
 * the guest has the descriptor; with @fd, which is then the callee's, when it
 * does not wait any more. */
UMVU_EXPORT void umvu_answer_fd_or(struct umvu_parked *parked, int fd,
	bool cloexec, void (*done)(void *arg, int fd), void *arg);

/* Ends the wait with @value and @fd in the place of the guest's descriptor
 * @number (as by dup3(2)), before the call returns. Otherwise as
 * umvu_answer_fd_or. */
UMVU_EXPORT void umvu_answer_replacing(struct umvu_parked *parked, int number,
	int fd, bool cloexec, long value, void (*done)(void *arg, int fd),
	void *arg);

/* The call that waits; valid as long as @parked. */
UMVU_EXPORT const struct umvu_call *umvu_parked_call(
	const struct umvu_parked *parked);

/* As umvu_call_write and umvu_call_explain, for the call that waits. */
UMVU_EXPORT int umvu_parked_write(struct umvu_parked *parked,
	struct guest_addr to, const void *buf, size_t size);
UMVU_EXPORT void umvu_parked_explain(struct umvu_parked *parked,
	const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- names -------------------------------------------------------------- */

/* What stat(2) of a name shows; umvu answers from here. */
struct umvu_name_attr {
	mode_t mode; /* type and permission bits */
	uid_t uid;
	gid_t gid;
	struct timespec atime, mtime;
	struct timespec ctime; /* 0: mtime */
};

/* The name at @place; NULL if none. */
UMVU_EXPORT struct umvu_name *umvu_name_find(
	struct umvu *session, const struct umvu_place *place);

/* The name that the caller means by @path, symbolic links followed. 0, or a
 * negative errno: -ENOENT nothing there, -ENOTSUP something else there, ... */
UMVU_EXPORT int umvu_call_name(const struct umvu_call *call, const char *path,
	struct umvu_name **name);

/* @place as text: an absolute path, normalised, seen from the hypervisor's
 * root. */
UMVU_EXPORT const char *umvu_place_text(const struct umvu_place *place);

/* Makes a name at @place. -EBUSY taken, -ENOMEM. */
UMVU_EXPORT int umvu_name_add(struct umvu *session,
	const struct umvu_module *owner, const struct umvu_place *place,
	const struct umvu_name_attr *attr, void *private,
	struct umvu_name **name);
UMVU_EXPORT void umvu_name_del(struct umvu_name *name);
/* What mount(8) shows of @name, copied; "none" and "" without. -ENOMEM. */
UMVU_EXPORT int umvu_name_describe(
	struct umvu_name *name, const char *source, const char *options);
/* Describes @name as @like is. -ENOMEM. */
UMVU_EXPORT int umvu_name_describe_like(
	struct umvu_name *name, const struct umvu_name *like);
UMVU_EXPORT void *umvu_name_private(const struct umvu_name *name);
UMVU_EXPORT struct umvu_name_attr *umvu_name_attr(struct umvu_name *name);

/* 0 or -EACCES: may @creds have @mode (R_OK | W_OK | X_OK), by the file system
 * ids? */
UMVU_EXPORT int umvu_name_permits(
	const struct umvu_name *name, const struct umvu_creds *creds, int mode);

/* --- event loop and processes ------------------------------------------- */

/* Calls @ready when @fd has one of the EPOLL* @events. NULL with errno. The
 * descriptor stays the caller's; unwatch before closing it. A callback may
 * unwatch any watch, its own too. */
UMVU_EXPORT struct umvu_watch *umvu_watch(struct umvu *session, int fd,
	uint32_t events, void (*ready)(void *arg, uint32_t events), void *arg);
UMVU_EXPORT void umvu_unwatch(struct umvu_watch *watch);

/*
 * Starts @path with @argv as a guest of the session, with the credentials and
 * the working directory of the caller of @call, with @data as what @owner has of
 * it (the reference is taken over in every case; NULL: nothing), with @fd as its
 * descriptor 3, no other but 0 to 2 on /dev/null. It does not keep the session
 * alive. @started(arg, pid) tells its pid, or a negative errno, once; @fd is
 * closed here in every case. 0 or negative errno (@started is not called).
 */
UMVU_EXPORT int umvu_spawn(const struct umvu_call *call,
	const struct umvu_module *owner, void *data, const char *path,
	char *const argv[], int fd, void (*started)(void *arg, pid_t pid),
	void *arg);

/* While it is held (+1, -1), the session goes on without guests: somebody
 * outside uses it. */
UMVU_EXPORT void umvu_hold(struct umvu *session, int change);

/* Directory that holds the programs which belong to modules. */
UMVU_EXPORT const char *umvu_libexec_dir(const struct umvu *session);

/* False: umvu_module.socket_call will not be called (umvu --no-bridges). */
UMVU_EXPORT bool umvu_has_socket_calls(const struct umvu *session);

/* A line for the log, shown with -l; one line, no newline. */
UMVU_EXPORT void umvu_log(struct umvu *session, int level, const char *format,
	...) __attribute__((format(printf, 3, 4)));

#endif
