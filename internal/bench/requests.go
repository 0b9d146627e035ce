package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// writeRequests writes the requests of a workload for another load generator, one a line: method, path, header and body
// with tabs between them. For redeem it first mints what each of them spends.
func (b *Bench) writeRequests(ctx context.Context) error {
	all, err := b.requests(ctx)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(b.options.TokenFile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	for _, a := range all {
		header := ""
		if a.header != "" {
			header = a.header + ": " + a.value
		}
		_, _ = fmt.Fprintln(out, strings.Join([]string{a.method(), a.path, header, a.body}, "\t")) // Flush tells what went wrong
	}
	return errors.Join(out.Flush(), file.Close())
}

func (b *Bench) requests(ctx context.Context) (all []ask, err error) {
	p := b.subject.population
	switch b.options.Requests {
	case "redeem":
		err = b.mintSome(ctx, b.options.LoginTokens)
		for range b.options.LoginTokens {
			text, _ := b.subject.minted.take()
			all = append(all, redemption(p.Long, text))
		}
	case "mint":
		for _, a := range p.Accounts {
			all = append(all, mintAt(a))
		}
	default:
		for _, a := range p.Accounts {
			all = append(all, pairLogIn(a))
		}
	}
	return all, err
}

// mintSome mints until there are so many.
func (b *Bench) mintSome(ctx context.Context, wanted int) error {
	workers := b.workers(b.address, b.options.Connections)
	defer closeAll(workers)
	for t := newTally(); b.subject.minted.count() < wanted; {
		b.drive(ctx, loop{mintLong.do, workers, t}, 0, 100*time.Millisecond)
		if err := ctx.Err(); err != nil {
			return err
		}
		if t.failed() > 0 || len(t.statuses) > 0 {
			return fmt.Errorf("mint login tokens: statuses %v, %w", t.statuses, errors.Join(t.first))
		}
	}
	return nil
}
