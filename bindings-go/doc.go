// Package ayafileio is file I/O for programs with very many goroutines. It looks like package os: [Open], [Create],
// [OpenFile], and a [File] with the methods of os.File. What differs is what happens below.
//
// # What it is for
//
// A goroutine that reads a file through package os takes an operating system's thread with it for as long as the disk
// needs; ten thousand of them are the end of the program. Here a goroutine that has to wait is parked, as it is for
// network connections, and the kernel (io_uring on Linux, else a bounded pool of threads) does the work. So
//
//   - any number of goroutines can read and write at once with a few threads, and O_DIRECT ([OpenOptions]) keeps a disk's
//     queue full;
//   - an operation can be cancelled: [File.ReadAtContext], [File.WriteAtContext] and others take a context, and every
//     file has deadlines;
//   - many operations can be handed over at once: [Batch].
//
// A single goroutine that reads what is in the page cache gains nothing. It loses nothing either: such a read is done at
// once, without any hand-over.
//
// # Memory
//
// The kernel may write into the memory of a read, or read from that of a write, at any time until the method returns.
// The method never returns before the kernel is done, cancelled or not. So, as with package os, the memory is the
// caller's again when the call is over.
//
// # Files
//
// Files are unbuffered, as those of package os: when Write returns, the system has the data. [OpenOptions] has buffering
// for many small writes. Reads at the position are whole except at the end of the file and on streams; the position
// belongs to the File.
//
// Errors are *fs.PathError with the system's own syscall.Errno inside, so errors.Is works with fs.ErrNotExist,
// fs.ErrExist, fs.ErrPermission and fs.ErrClosed. A cancelled operation fails with the error of its context or with
// os.ErrDeadlineExceeded.
//
// # Settings
//
// [Config] and [Configure] are the settings of the process, [BackendInfo] tells what is used and why. The environment
// variable AYAFILEIO_BACKEND (io_uring, threadpool) forces a backend, for tests.
package ayafileio
