package ayafileio

import "syscall"

const directFlag = syscall.O_DIRECT
