//go:build !linux

package bench

import (
	"errors"
	"os"
	"time"
)

var errCannotPin = errors.New("only Linux lets a process be pinned")

func pinSelf([]int) error { return errCannotPin }

func pinThread(int, []int) error { return errCannotPin }

func onlineCPUs() int { return 0 }

func sleepFor(nanoseconds int64) { time.Sleep(time.Duration(nanoseconds)) }

func widen(*os.File, int) {}
