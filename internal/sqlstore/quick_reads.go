package sqlstore

import (
	"context"
	"errors"
	"slices"
)

// pendingRead are quick queries on their way into a group.
type pendingRead struct {
	queries []query
	pending
}

// quickReader reads rows by their keys for several callers at once, in one round trip: what is not in memory is asked for
// by many at a time, and a round trip costs more than the row.
type quickReader struct {
	groupQueue[*pendingRead]
	read func(ctx context.Context, gather func() []query) error // of what has been gathered once it can be read
}

func startQuickReader(read func(ctx context.Context, gather func() []query) error) *quickReader {
	r := &quickReader{read: read, groupQueue: newGroupQueue[*pendingRead](laneQueueSize)}
	r.start(lanes, r.serve)
	return r
}

func areQuick(queries []query) bool {
	return len(queries) > 0 && !slices.ContainsFunc(queries, func(q query) bool { return !q.quick })
}

// submit has queries run with those of others. errAlone means that one of them failed, whosever it was.
func (r *quickReader) submit(ctx context.Context, queries []query) error {
	p := &pendingRead{pending: pending{done: make(chan error, 1)}}
	for _, q := range queries {
		p.queries = append(p.queries, q.notPanicking())
	}
	return r.handOver(ctx, p, &p.pending)
}

func (r *quickReader) serve(first *pendingRead) {
	ctx, cancel := context.WithTimeout(context.Background(), laneBound)
	defer cancel()
	var group []*pendingRead
	gathered := false
	gather := func() (queries []query) {
		group, gathered = r.gather(first, maxLaneGroup, nil), true
		for _, p := range group {
			queries = append(queries, p.queries...)
		}
		return queries
	}
	err := r.read(ctx, gather)
	if !gathered {
		gather()
	}
	if err != nil && len(group) > 1 && !isUnavailable(err) {
		err = errAlone
	}
	tell(group, err)
}

// quickly runs quick queries with those of others, and all else by itself.
func (r *quickReader) quickly(ctx context.Context, queries []query, alone runner) error {
	if areQuick(queries) {
		if err := r.submit(ctx, queries); !errors.Is(err, errAlone) {
			return err
		}
	}
	return alone(ctx, queries...)
}
