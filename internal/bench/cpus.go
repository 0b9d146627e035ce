package bench

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// mostCPUs is how many an affinity mask has room for.
const mostCPUs = 1024

// defaultCPUs gives the server the first core and the generator all others; nothing is pinned where there is but one.
func defaultCPUs() (server, client string) {
	n := machineCPUs()
	switch {
	case n < 2:
		return "", ""
	case n == 2:
		return "0", "1"
	}
	return "0", fmt.Sprintf("1-%d", n-1)
}

// machineCPUs counts the cores of the machine, those included that this process was kept from.
func machineCPUs() int {
	return max(runtime.NumCPU(), onlineCPUs())
}

// parseCPUs reads a list of cores as taskset does: 0, 0-3, 0,2. The empty list is no list.
func parseCPUs(list string) (cpus []int, err error) {
	if list == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		to := from
		if err == nil && isRange {
			to, err = strconv.Atoi(last)
		}
		if err != nil || from < 0 || to < from || to >= mostCPUs {
			return nil, fmt.Errorf("%q is no list of cores; write it as 0, 0-3 or 0,2", list)
		}
		for cpu := from; cpu <= to; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}
