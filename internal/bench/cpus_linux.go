package bench

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// pinSelf keeps all threads of this process, and those it will make, to some cores.
func pinSelf(cpus []int) error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, task := range tasks {
		id, err := strconv.Atoi(task.Name())
		if err != nil {
			return err
		}
		if err := pinThread(id, cpus); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

// pinThread keeps one thread, 0 for the calling one, and the processes that it starts, to some cores.
func pinThread(id int, cpus []int) error {
	var set unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return unix.SchedSetaffinity(id, &set)
}

func onlineCPUs() int {
	text, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return 0
	}
	cpus, err := parseCPUs(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return len(cpus)
}

// sleepFor waits more exactly than the runtime's timers, which round to a millisecond where nothing else is due.
func sleepFor(nanoseconds int64) {
	t := unix.NsecToTimespec(nanoseconds)
	_ = unix.Nanosleep(&t, nil) // woken early, the caller looks at the clock again
}

// widen makes a pipe hold more. Not allowed is no reason to stop: the usual 64 KiB are enough where less is logged.
func widen(pipe *os.File, size int) { _, _ = unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, size) }
