package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
)

func TestAnErrorOfNoKindIsInternalAndItsTextIsNotPublic(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.7: password=hunter2")
	f := fault.As(fmt.Errorf("open a session: %w", cause))
	if f.Kind != fault.Internal || fault.KindOf(cause) != fault.Internal || fault.ReasonOf(cause) != "internal" {
		t.Errorf("%+v", f)
	}
	if strings.Contains(f.Message+f.Parameter+f.Reason, "hunter2") {
		t.Errorf("the cause is public: %+v", f)
	}
	if !errors.Is(f, cause) {
		t.Error("the operator does not see the cause")
	}
}

func TestAFaultKeepsItsKindAndReasonHoweverItIsWrapped(t *testing.T) {
	err := fmt.Errorf("mint: %w", fmt.Errorf("plan: %w", fault.New(fault.Unmet, "no-portal", "The account has no portal.")))
	if fault.KindOf(err) != fault.Unmet || fault.ReasonOf(err) != "no-portal" || fault.As(err).Message != "The account has no portal." {
		t.Errorf("%+v", fault.As(err))
	}
}

func TestEveryKindHasANameOfItsOwn(t *testing.T) {
	seen := map[string]fault.Kind{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if before, taken := seen[k.String()]; taken {
			t.Errorf("%d and %d are both %q", before, k, k)
		}
		seen[k.String()] = k
	}
	for _, k := range []fault.Kind{-1, fault.Unavailable + 1} {
		if k.String() != "internal" {
			t.Errorf("%d is %q", k, k)
		}
	}
}

func TestAnUnknownOutcomeIsToBeTriedAgainAndNoSuccess(t *testing.T) {
	f := fault.As(fault.UnknownOutcome(errors.New("lost")))
	if f.Kind != fault.Unavailable || f.Reason != fault.ReasonUnknownOutcome || f.RetryAfter <= 0 {
		t.Errorf("%+v", f)
	}
}

func TestTheOperatorReadsKindReasonMessageAndCauseInOneLine(t *testing.T) {
	f := &fault.Error{Kind: fault.Conflict, Reason: "not-unique", Message: "Taken.", Cause: errors.New("23505")}
	if got := f.Error(); got != "conflict (not-unique): Taken.: 23505" {
		t.Error(got)
	}
}

func TestTheOriginOfAFailureIsWhereItWasKnownFirst(t *testing.T) {
	first := fault.New(fault.Unmet, "already-redeemed", "no")
	renamed := &fault.Error{Kind: fault.Unmet, Reason: "login-token-refused", Cause: fmt.Errorf("redeem: %w", first)}
	for err, want := range map[error]string{first: "already-redeemed", renamed: "already-redeemed", errors.New("x"): "internal"} {
		if got := fault.OriginOf(err); got != want {
			t.Errorf("%v comes from %q, not %q", err, got, want)
		}
	}
}
