package authority

import (
	"context"
	"errors"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
)

// applyBatch bounds the entries looked at, and so the rows written, in one transaction.
const applyBatch = 256

// application is one apply under way.
type application struct {
	*Authority
	by        Actor
	options   ApplyOptions
	directory Directory
	report    ApplyReport
	done      int
	total     int
	stage     string

	plan  applyPlan
	fresh map[string]bool // IDs of tenants and principals made by this apply: nobody remembers anything of them yet
}

// edit is one difference: how to write it, what it is recorded as and what others remember wrongly from then on.
type edit struct {
	put    func(tx Tx)
	events []audit.Event
	feed   []FeedEntry
}

// difference is what one batch of the directory and the store differ in.
type difference struct {
	Tally
	edits   []edit
	revoked []Leftover
	held    []Leftover
	fresh   []string
	prepare func(ctx context.Context) error // slow work to be done before the writing, outside of any transaction
}

func (d *difference) add(count *int, e edit) {
	*count++
	d.edits = append(d.edits, e)
}

// compareFunc compares one batch of the directory with what a view shows. It has no other effect: it runs more than once.
type compareFunc func(ctx context.Context, v View) (difference, error)

// applyTries bounds how often a batch is begun again because another apply changed what was prepared.
const applyTries = 5

// step brings one batch into the store and counts what it did.
func (p *application) step(ctx context.Context, tally *Tally, entries int, compare compareFunc) error {
	var d difference
	err := errChangedMeanwhile
	for try := 0; try < applyTries && errors.Is(err, errChangedMeanwhile); try++ {
		d, err = p.tryStep(ctx, compare)
	}
	if err != nil {
		return err
	}
	tally.add(d.Tally)
	p.report.Revoked = append(p.report.Revoked, d.revoked...)
	p.report.Held = append(p.report.Held, d.held...)
	for _, id := range d.fresh {
		p.fresh[id] = true
	}
	p.advance(entries)
	return nil
}

var errChangedMeanwhile error = &fault.Error{
	Kind: fault.Conflict, Reason: "changed-meanwhile", Message: "Others change the directory at the same time; apply it again.",
}

// tryStep compares in a view first, so that what agrees costs no transaction, and once more inside the transaction,
// because another apply may have been there in between.
func (p *application) tryStep(ctx context.Context, compare compareFunc) (difference, error) {
	d, err := p.compare(ctx, compare)
	if err == nil && d.prepare != nil {
		if err = d.prepare(ctx); err == nil {
			d, err = p.compare(ctx, compare)
		}
	}
	if err != nil || len(d.edits) == 0 && d.prepare == nil {
		return d, err
	}
	err = p.actMany(ctx, p.by, audit.ApplyDirectory, nil, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		err := tx.LockDirectory(ctx)
		if err != nil {
			return err
		}
		if d, err = compare(ctx, tx); err != nil {
			return err
		}
		if d.prepare != nil {
			return errChangedMeanwhile
		}
		d.write(tx, record)
		return nil
	})
	return d, err
}

func (p *application) compare(ctx context.Context, compare compareFunc) (d difference, err error) {
	err = p.store.View(ctx, func(ctx context.Context, v View) (err error) {
		d, err = compare(ctx, v)
		return err
	})
	return d, err
}

func (d difference) write(tx Tx, record func(audit.Event)) {
	var published []FeedEntry
	// Rows of one table one after the other: the store writes them together.
	for _, e := range d.edits {
		e.put(tx)
	}
	for _, e := range d.edits {
		for _, event := range e.events {
			record(event)
		}
	}
	for _, e := range d.edits {
		for _, f := range e.feed {
			if !slices.Contains(published, f) {
				published = append(published, f)
				tx.Publish(f.Kind, f.Key)
			}
		}
	}
}

func (t *Tally) add(other Tally) {
	t.Created += other.Created
	t.Updated += other.Updated
	t.Ended += other.Ended
	t.Unchanged += other.Unchanged
}

func (p *application) advance(entries int) {
	p.done += entries
	if p.options.Progress != nil {
		p.options.Progress(p.stage, p.done, p.total)
	}
}

// keyed returns values by their key.
func keyed[K comparable, V any](values []V, key func(V) K) map[K]V {
	m := make(map[K]V, len(values))
	for _, v := range values {
		m[key(v)] = v
	}
	return m
}

func keysOf[K comparable, V any](values []V, key func(V) K) []K {
	keys := make([]K, 0, len(values))
	seen := make(map[K]bool, len(values))
	for _, v := range values {
		if k := key(v); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}
