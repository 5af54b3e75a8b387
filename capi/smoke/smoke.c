/*
 * The C ABI from C, as a program that links libayafileio would use it: open, write, read, cancel, stale handles,
 * usage errors, and, against the test build, a panic inside the library. Prints one line per part; exits with 1 at the
 * first thing that is not as promised.
 *
 * Usage: smoke DIRECTORY [panic]
 */
#define _GNU_SOURCE
#include "ayafileio.h"
#include "ayafileio.h" /* twice: the header guards itself */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);        \
            exit(1);                                                                       \
        }                                                                                  \
    } while (0)

/* Exists in the test build only, so the public header does not have it; the number is in spec/api.yaml. */
#define AYA_OP_TEST_PANIC UINT32_C(0xF0000001)

static uint64_t queue;

/* Runs one operation to its end: inline if possible, else through the queue. */
static aya_completion run(const aya_submission *submission)
{
    aya_completion done;
    memset(&done, 0xff, sizeof done);
    int32_t status = aya_submit(0, submission, &done);
    if (status == AYA_WOULD_WAIT)
        status = aya_submit(queue, submission, &done);
    if (status < 0) {
        memset(&done, 0, sizeof done);
        done.result = -1;
        done.error = -status;
        return done;
    }
    if (status == AYA_PENDING) {
        CHECK(aya_flush(queue) >= 0);
        while (aya_reap(queue, &done, 1) == 0)
            CHECK(aya_wait(queue, 10000) >= 0);
    }
    CHECK(done.user_data == submission->user_data);
    return done;
}

static aya_submission operation(uint32_t op, uint64_t file)
{
    aya_submission s;
    memset(&s, 0, sizeof s);
    s.op = op;
    s.file = file;
    s.user_data = UINT64_C(0x1122334455667788);
    return s;
}

static uint64_t open_file(const char *path, uint32_t flags)
{
    aya_submission s = operation(AYA_OP_OPEN, 0);
    s.args.open.path = path;
    s.args.open.path_length = strlen(path);
    s.args.open.flags = flags;
    s.args.open.mode = 0666;
    s.args.open.buffering = -1;
    aya_completion c = run(&s);
    CHECK(c.error == 0);
    return (uint64_t)c.result;
}

static uint64_t wrap(int fd, uint32_t flags)
{
    aya_submission s = operation(AYA_OP_WRAP, 0);
    s.args.wrap.fd = fd;
    s.args.wrap.flags = flags;
    s.args.wrap.buffering = -1;
    s.args.wrap.position = -1;
    aya_completion c = run(&s);
    CHECK(c.error == 0);
    return (uint64_t)c.result;
}

static void close_file(uint64_t file)
{
    aya_submission s = operation(AYA_OP_CLOSE, file);
    CHECK(run(&s).error == 0);
}

static void write_and_read(const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/smoke.txt", directory);
    uint64_t file = open_file(path, AYA_OPEN_READ | AYA_OPEN_WRITE | AYA_OPEN_CREATE | AYA_OPEN_TRUNCATE);

    static const char text[] = "from C\n";
    aya_submission s = operation(AYA_OP_WRITE, file);
    s.args.write.data = text;
    s.args.write.length = sizeof text - 1;
    CHECK(run(&s).result == (int64_t)sizeof text - 1);

    char back[64] = {0};
    s = operation(AYA_OP_READ_AT, file);
    s.args.read_at.data = back;
    s.args.read_at.length = sizeof back;
    s.args.read_at.offset = 0;
    CHECK(run(&s).result == (int64_t)sizeof text - 1);
    CHECK(strcmp(back, text) == 0);

    int64_t fd = -1;
    uint32_t traits = 0;
    CHECK(aya_file_info(file, &fd, &traits) == 0 && fd >= 0);
    close_file(file);
    puts("write and read");

    s = operation(AYA_OP_TELL, file);
    aya_completion c;
    CHECK(aya_submit(queue, &s, &c) == -AYA_EBADF);
    CHECK(aya_file_info(file, &fd, &traits) < 0);
    CHECK(aya_file_dispose(file) < 0);
    CHECK(aya_submit(UINT64_C(0xdead00000001), &s, &c) < 0);
    puts("stale handles are refused");
    unlink(path);
}

static void usage_errors(void)
{
    aya_completion c;
    aya_submission s = operation(54321, 0);
    CHECK(aya_submit(queue, &s, &c) == -AYA_ENOSYS);
    s = operation(AYA_OP_TELL, 0);
    s.reserved = 1;
    CHECK(aya_submit(queue, &s, &c) == -AYA_EINVAL);
    int64_t value;
    CHECK(aya_configure("no_such_option", 14, 1) == -AYA_ENOENT);
    CHECK(aya_configure("io_uring_queue_depth", 20, -5) == -AYA_ERANGE);
    CHECK(aya_option("buffer_size", 11, &value) == 0 && value > 0);
    char message[128];
    CHECK(aya_strerror(AYA_ENOENT, message, sizeof message) > 0 && message[0] != 0);
    char info[1024];
    CHECK(aya_backend_info(info, sizeof info) > 0);
    puts(info);
    puts("usage errors are refused");
}

static void cancel(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    uint64_t in = wrap(ends[0], AYA_OPEN_READ | AYA_WRAP_OWNS_FD);
    char byte;
    aya_submission s = operation(AYA_OP_READ, in);
    s.args.read.data = &byte;
    s.args.read.length = 1;
    aya_completion c;
    CHECK(aya_submit(0, &s, &c) == AYA_WOULD_WAIT);
    CHECK(aya_submit(queue, &s, &c) == AYA_PENDING);
    uint64_t token = c.token;
    CHECK(aya_flush(queue) >= 0);
    CHECK(aya_reap(queue, &c, 1) == 0);
    CHECK(aya_cancel(queue, token) == 0);
    CHECK(aya_flush(queue) >= 0);
    /* A worker that is blocked in read(2) needs data to come back; the result is a cancellation all the same. */
    CHECK(write(ends[1], "x", 1) == 1);
    while (aya_reap(queue, &c, 1) == 0)
        CHECK(aya_wait(queue, 10000) == 1);
    CHECK(c.error == AYA_ECANCELED);
    CHECK(aya_cancel(queue, token) == -AYA_ENOENT);
    close_file(in);
    close(ends[1]);
    puts("cancel");
}

static void panic_is_contained(const char *directory)
{
    aya_submission s = operation(AYA_OP_TEST_PANIC, 0);
    aya_completion c;
    CHECK(aya_submit(queue, &s, &c) == -AYA_EPOISONED);
    CHECK(aya_flush(queue) == -AYA_EPOISONED);
    CHECK(aya_queue_open(&queue) == 0); /* the host lives, and a new queue works */
    write_and_read(directory);
    puts("a panic poisons its queue only");
}

int main(int argc, char **argv)
{
    CHECK(argc >= 2);
    CHECK(aya_abi_version() == AYA_ABI_VERSION);
    CHECK(aya_queue_open(&queue) == 0);
    write_and_read(argv[1]);
    usage_errors();
    cancel();
    if (argc > 2)
        panic_is_contained(argv[1]);
    CHECK(aya_queue_close(queue) == 0);
    CHECK(aya_shutdown(1000) == 0);
    puts("ok");
    return 0;
}
