package bench

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what a run found, with its conditions.
type Report struct {
	BeganAt    time.Time `json:"began_at"`
	Go         string    `json:"go"`
	Machine    string    `json:"machine"`
	Pinning    string    `json:"pinning"`
	Engine     string    `json:"engine"`
	Tenants    int       `json:"tenants"`
	Persons    int       `json:"persons"`
	Sessions   int64     `json:"sessions"`
	Hot        int64     `json:"hot,omitzero"` // verified only so many of them
	Stored     int64     `json:"stored_bytes,omitzero"`
	Rows       []Row     `json:"rows"`
	Revocation *Revoked  `json:"revocation,omitzero"`
	Overload   *Overload `json:"overload,omitzero"`
	Start      *Started  `json:"start,omitzero"`
}

func machine() string {
	return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, machineCPUs())
}

// Print writes the report as tables for people.
func (r Report) Print(out io.Writer) {
	fmt.Fprintf(out, "%s on %s, %s\n%s\n%d accounts, %d people, %d sessions, %.1f MiB stored\n\n",
		r.Engine, r.Machine, r.Go, r.Pinning, r.Tenants, r.Persons, r.Sessions, mebibytes(r.Stored))
	r.printRows(out)
	if r.Revocation != nil {
		r.Revocation.print(out)
	}
	if r.Overload != nil {
		r.Overload.print(out)
	}
	if r.Start != nil {
		r.Start.print(out)
	}
}

func (r Report) printRows(out io.Writer) {
	if len(r.Rows) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "workload\tloop\tops/s\tlowest-highest\tratio\tp50 ms\tp99\tp99.9\tmax\tbare p99\t429+503\terrors\tunsent\tCPU s/1000\tRSS MiB\thighest\tB/op\tgenerator\t")
	for _, row := range r.Rows {
		fmt.Fprintln(table, strings.Join(row.cells(), "\t")+"\t")
	}
	_ = table.Flush()
	for _, row := range r.Rows {
		row.remark(out)
	}
}

func (r Row) cells() []string {
	ratio := "-"
	if r.Ratio > 0 {
		ratio = fmt.Sprintf("%.1f %%", 100*r.Ratio)
	}
	bareP99 := "-"
	if r.Bare != "" {
		bareP99 = fmt.Sprintf("%.2f", r.Floor.P99)
	}
	saturated := ""
	if r.Saturated {
		saturated = "!"
	}
	return []string{
		r.Workload, r.Loop, fmt.Sprintf("%.0f", r.PerSecond), fmt.Sprintf("%.0f-%.0f", r.Lowest, r.Highest), ratio,
		fmt.Sprintf("%.2f", r.Latency.P50), fmt.Sprintf("%.2f", r.Latency.P99), fmt.Sprintf("%.2f", r.Latency.P999), fmt.Sprintf("%.1f", r.Latency.Max), bareP99,
		fmt.Sprint(r.Refusals.TooMany + r.Refusals.Unavailable), fmt.Sprint(r.Errors), fmt.Sprint(r.Unsent),
		fmt.Sprintf("%.4f", r.ServerCPU), fmt.Sprintf("%.0f", mebibytes(r.Resident)), fmt.Sprintf("%.0f", mebibytes(r.Highwater)),
		fmt.Sprintf("%.0f", r.StoredPerOne), fmt.Sprintf("%.0f %%%s", 100*r.GeneratorShare, saturated),
	}
}

// remark says what a row of numbers does not.
func (r Row) remark(out io.Writer) {
	if r.Saturated {
		fmt.Fprintf(out, "%s (%s): the generator was busy %.0f %% of the time: the server could have done more, and the ratio is not to be relied on\n", r.Workload, r.Loop, 100*r.GeneratorShare)
	}
	if n := r.Refusals.TooMany + r.Refusals.Unavailable; n > 0 {
		fmt.Fprintf(out, "%s (%s): %d times 429 and %d times 503, %.0f %% with Retry-After, p99 %.2f ms from when they were sent\n",
			r.Workload, r.Loop, r.Refusals.TooMany, r.Refusals.Unavailable, 100*r.Refusals.RetryAfter, r.Refusals.P99)
	}
	if r.Errors > 0 {
		fmt.Fprintf(out, "%s (%s): %d errors: statuses %v, %d wrong answers, %d broken connections %s\n", r.Workload, r.Loop, r.Errors, r.Statuses, r.Wrong, r.Broken, r.FirstError)
	}
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
