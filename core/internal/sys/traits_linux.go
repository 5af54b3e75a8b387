//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What is known of a device is kept in a fixed open-addressed table, so that the inline path takes no lock. One entry
// packs device, class, and traits into a word; 0 is empty. Entries are never removed: a machine has tens of devices.
// When the table is full, further devices get the cautious answer.
//
//	63..32 device   31 in use   30 class (1: not a regular file)   7..0 traits
const (
	tableSize   = 256
	entryInUse  = 1 << 31
	entryStream = 1 << 30
	entryTraits = 0xff
)

var table [tableSize]atomic.Uint64

// entryKey is the entry without its traits; 0 if the device does not fit (no Linux device does not).
func entryKey(dev uint64, kind Kind) uint64 {
	if dev>>32 != 0 {
		return 0
	}
	key := dev<<32 | entryInUse
	if kind != KindRegular {
		key |= entryStream
	}
	return key
}

// lookup finds the entry, or the free place for it, or nil when the table is full.
func lookup(key uint64) (place *atomic.Uint64, value uint64) {
	index := (key >> 30) * 0x9E3779B97F4A7C15 >> 56
	for range tableSize {
		place = &table[index%tableSize]
		value = place.Load()
		if value == 0 || value&^entryTraits == key {
			return place, value
		}
		index++
	}
	return nil, 0
}

func knownTraits(dev uint64, kind Kind) (Traits, bool) {
	key := entryKey(dev, kind)
	if key == 0 {
		return 0, false
	}
	_, value := lookup(key)
	return Traits(value & entryTraits), value != 0
}

// FileTraits tells what may be done inline with the file. The first file of a device costs one fstatfs, which can wait
// on a network file system; after that it is a look-up.
//
// It does not ask how the descriptor was opened. With O_DIRECT the non-blocking attempts, and TraitMemory, do not hold:
// the kernel then only promises not to wait for locks, and waits for the device. The caller knows its flags.
func FileTraits(fd FD, stat *Stat) Traits {
	traits, known := knownTraits(stat.Dev, stat.Kind)
	if !known {
		traits = learnTraits(fd, stat)
	}
	return traits
}

func learnTraits(fd FD, stat *Stat) Traits {
	traits := deviceTraits(fd, stat.Kind)
	key := entryKey(stat.Dev, stat.Kind)
	for key != 0 {
		place, value := lookup(key)
		if place == nil {
			break
		}
		if value != 0 {
			return Traits(value & entryTraits)
		}
		if place.CompareAndSwap(0, key|uint64(traits)) {
			return traits
		}
	}
	// Not recorded, so a refusal could not be remembered: do without the attempt.
	return traits &^ (TraitReadNowait | TraitWriteNowait)
}

func deviceTraits(fd FD, kind Kind) Traits {
	switch kind {
	case KindStream:
		// Pipes and most devices answer RWF_NOWAIT truly; the rest refuse it and are remembered.
		return TraitReadNowait | TraitWriteNowait | TraitLocal
	case KindDirectory:
		return 0
	}
	var stat unix.Statfs_t
	_, _, errno := syscall.Syscall(unix.SYS_FSTATFS, uintptr(fd), uintptr(unsafe.Pointer(&stat)), 0)
	if errno != 0 {
		return 0
	}
	traits := fileSystemTraits(uint32(stat.Type))
	if kind == KindBlock {
		// A device node lies on devtmpfs, but its data does not; and its size is not in the stat.
		traits = TraitLocal | TraitReadNowait | TraitWriteNowait
	}
	return traits
}

// fileSystemTraits is a list of file systems whose metadata is answered from memory and whose sizes are true. What is
// not in it (network, user-space, pseudo file systems, newcomers) gets the non-blocking attempt only: that asks the file
// system itself and is refused without waiting.
func fileSystemTraits(magic uint32) Traits {
	switch magic {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return TraitMemory | TraitSizeTrusted | TraitLocal
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
		unix.OVERLAYFS_SUPER_MAGIC, unix.SQUASHFS_MAGIC, unix.EROFS_SUPER_MAGIC_V1, unix.MSDOS_SUPER_MAGIC,
		unix.EXFAT_SUPER_MAGIC, unix.ISOFS_SUPER_MAGIC, unix.UDF_SUPER_MAGIC, unix.REISERFS_SUPER_MAGIC,
		unix.NILFS_SUPER_MAGIC, zfsMagic, bcachefsMagic, ntfs3Magic, jfsMagic:
		return TraitSizeTrusted | TraitLocal | TraitReadNowait | TraitWriteNowait
	}
	return TraitReadNowait | TraitWriteNowait
}

// File systems without a constant in golang.org/x/sys.
const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
	ntfs3Magic    = 0x7366746e
	jfsMagic      = 0x3153464a
)

// clearTrait records a refusal in the caller's copy and for every later file of the same device.
func clearTrait(fd FD, traits *Traits, trait Traits) {
	*traits &^= trait
	var stat Stat
	if Fstat(fd, &stat) != 0 {
		return
	}
	key := entryKey(stat.Dev, stat.Kind)
	if key == 0 {
		return
	}
	for {
		place, value := lookup(key)
		if place == nil || value == 0 || place.CompareAndSwap(value, value&^uint64(trait)) {
			return
		}
	}
}
