/*
 * Walks the conformance cases through the public header, as a C program that links libayafileio would use it.
 *
 * Usage: conformance DIRECTORY CASE...
 *
 * Prints a line for each case: passed or failed, its name, and what was not as expected. It judges nothing else: which
 * cases run where, and which must fail, is the business of `go run ./ci conformance`. A case with fault rules wants them
 * in the environment of the process. The cases are tables, made by the generator.
 */
#include "stage.h"

enum { GUARD = 64, UNTOUCHED = 0xA5, PATIENCE = 24000 };

/* An operation and everything that must outlive it. */
struct operation {
    int queue, used, finished, lent;
    int32_t refused;
    aya_completion out;
    char *memory;
    uint64_t room;
    aya_segment segments[8];
};

static uint64_t queues[2], files[MANY];
static struct operation operations[MANY * 4], *started[MANY];
static int operation_count;

static int64_t descriptor(const struct step *s, struct operation *o)
{
    uint64_t length;
    if (s->descriptor == PIPE_END) {
        int fd = pipes[s->pipe][s->end];
        if (s->submission.args.wrap.flags & AYA_WRAP_OWNS_FD)
            pipes[s->pipe][s->end] = 0;
        return fd;
    }
    if (s->descriptor == NUMBER)
        return s->number;
    int both = s->number & AYA_OPEN_READ && s->number & AYA_OPEN_WRITE;
    char *path = path_of(s->path, &length);
    o->lent = open(path, (both ? O_RDWR : s->number & AYA_OPEN_WRITE ? O_WRONLY : O_RDONLY) |
                             (s->number & AYA_OPEN_APPEND ? O_APPEND : 0) | O_CLOEXEC);
    free(path);
    return o->lent;
}

/* Starts an operation: inline if possible, else on its queue. */
static struct operation *submit(const struct step *s, aya_submission submission)
{
    struct operation *o = &operations[operation_count];
    memset(o, 0, sizeof *o);
    o->queue = s->queue;
    submission.file = s->file ? files[s->file] : submission.file;
    submission.user_data = (uint64_t)operation_count++;
    if (s->segment_count || submission.op == AYA_OP_READ_MANY || submission.op == AYA_OP_WRITE_MANY) {
        for (int i = 0; i < s->segment_count; i++) {
            const struct part *p = &s->segments[i];
            uint64_t length = p->data.length + p->room;
            o->segments[i] = (aya_segment){.offset = p->offset, .data = bytes_of(p->data, p->room), .length = length};
        }
        place(&submission, o->segments, (uint64_t)s->segment_count);
    } else if (s->has_room) {
        o->room = s->room;
        o->memory = malloc(o->room + GUARD);
        memset(o->memory, UNTOUCHED, o->room + GUARD);
        place(&submission, o->memory, o->room);
    } else if (s->has_data) {
        o->memory = bytes_of(s->data, 0);
        place(&submission, o->memory, s->data.length);
    } else if (s->path.unit && submission.op != AYA_OP_WRAP) {
        uint64_t length;
        o->memory = path_of(s->path, &length);
        place(&submission, o->memory, length);
    }
    if (s->descriptor != NONE)
        submission.args.wrap.fd = descriptor(s, o);
    int32_t status = aya_submit(0, &submission, &o->out);
    if (status == AYA_WOULD_WAIT)
        status = aya_submit(queues[o->queue], &submission, &o->out);
    if (status == AYA_PENDING)
        aya_flush(queues[o->queue]);
    o->finished = status != AYA_PENDING;
    o->refused = status < 0 ? -status : 0;
    if (s->as && status >= 0 && (status == AYA_PENDING || o->out.error == 0))
        files[s->as] = (uint64_t)o->out.result;
    return o;
}

static int wait_for(struct operation *o)
{
    for (int turn = 0; !o->finished; turn++) {
        aya_completion out[4];
        if (turn == PATIENCE)
            return unexpected("never finished");
        for (int q = 0; q < 2; q++) {
            int32_t count = aya_reap(queues[q], out, 4);
            for (int32_t i = 0; i < count; i++) {
                struct operation *p = &operations[out[i].user_data];
                if (p->finished++)
                    return unexpected("finished twice");
                p->out = out[i];
            }
        }
        if (!o->finished)
            aya_wait(queues[o->queue], 5);
    }
    return 0;
}

/* Whether an error is among those that are expected; without an expectation there must be none. */
static int allowed(const int32_t *list, int count, int64_t error)
{
    for (int i = 0; i < count; i++)
        if (list[i] == error)
            return 1;
    return count == 0 && error == 0;
}

static int compare(struct operation *o, const struct expectation *e)
{
    const aya_completion *c = &o->out;
    if (wait_for(o))
        return 1;
    if (o->lent > 0 && (o->refused || c->error))
        close(o->lent); /* what was not wrapped is still ours */
    if (!allowed(e->refused, e->refused_count, o->refused))
        return unexpected("refused is %d", o->refused);
    if (o->refused)
        return 0;
    if (!allowed(e->error, e->error_count, c->error))
        return unexpected("the error is %d, native %d, result %" PRId64, c->error, c->native, c->result);
    uint64_t count = c->result < 0 ? 0 : (uint64_t)c->result < o->room ? (uint64_t)c->result : o->room;
    for (uint64_t i = c->error || c->spill || e->check_count ? o->room : count; o->room && i < o->room + GUARD; i++)
        if ((unsigned char)o->memory[i] != UNTOUCHED)
            return unexpected("memory behind the result was written to");
    int bad = 0;
    if ((e->has_result && c->result != e->result) || (e->has_at_least && c->result < e->at_least))
        bad = unexpected("the result is %" PRId64, c->result);
    if (e->has_data && !same(e->data, o->memory, count, c->spill, c->spill ? (uint64_t)c->result - o->room : 0))
        bad = unexpected("other bytes were read, %" PRId64 " of them", c->result);
    aya_release(c->spill);
    for (int i = 0; i < e->check_count; i++) {
        int64_t got = 0; /* little-endian, as every system that the library is built for */
        memcpy(&got, o->memory + e->checks[i].offset, e->checks[i].size);
        if (got != e->checks[i].value)
            bad = unexpected("%s is %" PRId64, e->checks[i].field, got);
    }
    for (int i = 0; i < e->segment_count; i++) {
        const struct expectation *want = &e->segments[i];
        int64_t got = o->segments[i].result;
        if (!allowed(want->error, want->error_count, got < 0 ? -got : 0) || (want->has_result && got != want->result) ||
            (want->has_data && !same(want->data, o->segments[i].data, (uint64_t)got, NULL, 0)))
            bad = unexpected("segment %d: the result is %" PRId64, i, got);
    }
    return bad;
}

static int settle(const struct step *s, struct operation *o)
{
    started[s->start] = o; /* 0 is nobody's */
    return s->start ? 0 : compare(o, &s->expect);
}

static int step(const struct step *s)
{
    static const struct expectation nothing;
    struct operation *o = started[s->start];
    int bad = 0, answer;
    switch (s->kind) {
    case OPERATION:
        return settle(s, submit(s, s->submission));
    case WAIT:
        started[s->start] = NULL;
        return compare(o, &s->expect);
    case DRAIN:
        for (int i = 1; i < MANY && !bad; i++) {
            bad = started[i] && compare(started[i], &nothing);
            started[i] = NULL;
        }
        return bad;
    case CANCEL:
        answer = -aya_cancel(queues[o->queue], o->out.token);
        return !allowed(s->expect.error, s->expect.error_count, answer) && unexpected("cancel gives %d", answer);
    case CONFIGURE:
        answer = -aya_configure(s->path.text, s->path.length, s->number);
        return !allowed(s->expect.refused, s->expect.refused_count, answer) && unexpected("configure gives %d", answer);
    case CONTENT:
        return content(s);
    case CHANGE: {
        uint64_t length;
        return put(open(path_of(s->path, &length), O_WRONLY | O_APPEND | O_CLOEXEC), s->data, 1);
    }
    case PIPE:
        return pipe2(pipes[s->pipe], O_CLOEXEC) != 0;
    case FEED:
        return put(pipes[s->pipe][1], s->data, 0);
    case HANG_UP:
        hang_up(s->pipe, s->end);
    }
    return 0;
}

/* Walks one case, gives everything back, and looks whether a descriptor was left open. */
static int walk(const struct test_case *c)
{
    memset(started, 0, sizeof started);
    memset(files, 0, sizeof files);
    operation_count = 0;
    for (int i = 0; i < 4 && c->options[i].name; i++)
        aya_configure(c->options[i].name, strlen(c->options[i].name), c->options[i].value);
    int bad = prepare(c) || aya_queue_open(&queues[0]) || aya_queue_open(&queues[1]);
    for (int i = 0; i < c->step_count && !bad; i++) {
        char why[sizeof trouble];
        if ((bad = step(&c->steps[i]))) {
            memcpy(why, trouble, sizeof why);
            unexpected("step %d: %.400s", i, why);
        }
    }
    for (int i = 0; i < MANY; i++) {
        hang_up(i, 0), hang_up(i, 1);
        if (files[i])
            aya_file_dispose(files[i]);
    }
    if (aya_queue_close(queues[0]) || aya_queue_close(queues[1]))
        bad = unexpected("the kernel still holds operations");
    aya_configure_reset();
    for (int turn = 0; open_descriptors() > 0; turn++, usleep(1000)) /* closing goes on in the background */
        if (turn == PATIENCE)
            return unexpected("%d descriptors are left open", open_descriptors());
    return bad;
}

int main(int count, char **arguments)
{
    for (int i = 2; i < count; i++) {
        const struct test_case *c = cases, *end = cases + sizeof cases / sizeof *cases;
        while (c < end && strcmp(c->name, arguments[i]) != 0)
            c++;
        snprintf(directory, sizeof directory, "%s/case-XXXXXX", arguments[1]);
        if (c == end || !mkdtemp(directory))
            return fprintf(stderr, "no such case, or no directory: %s\n", arguments[i]), 2;
        int bad = walk(c);
        printf("%s\t%s%s%s\n", bad ? "failed" : "passed", c->name, bad ? "\t" : "", bad ? trouble : "");
        fflush(stdout);
        sweep();
    }
    return 0;
}
