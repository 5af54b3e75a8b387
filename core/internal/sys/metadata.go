package sys

// Time is a point in time: seconds since 1970, negative before, and the nanoseconds that follow them.
type Time struct {
	Seconds     int64
	Nanoseconds uint32
}

// Metadata is everything that a system tells about a file. What it does not know is 0.
type Metadata struct {
	Device, Inode, Links, SpecialDevice  uint64
	Mode, UID, GID, BlockSize            uint32
	Size, Blocks                         int64 // bytes; units of 512 bytes
	Accessed, Modified, Changed, Created Time
}
