package crmcom_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/testenv"
)

const headOffice = "EE63A82C4FEBE02FF34E90DD1EBA5ABE"

func TestTheUnitIsTheOneNamedOrTheDefault(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for body, want := range map[string]string{
			passwordBody:                   headOffice,
			with(headOffice, passwordBody): headOffice,
			with("", passwordBody):         headOffice,
			login("acme.owner", "correct-horse-battery-staple", "CRMDEMO"): "",
		} {
			if got := read(t, c.whoIs(t, c.token(t, body))).Data.Unit.ID; got != want {
				t.Errorf("%s: the unit is %q, not %q", body, got, want)
			}
		}
	})
}

func TestAUnitThatIsNotThePersonsOpensNoSession(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, unit := range []string{limassol, "ee63a82c4febe02ff34e90dd1eba5abe", "Head office", "x"} {
			said := read(t, c.login(t, with(unit, passwordBody)))
			if said.Status.Code != "INVALID_UNIT" || said.Data.Token != "" {
				t.Errorf("unit %q is answered %+v", unit, said)
			}
		}
	})
}

func TestLogInNamesIgnoreASCIILetterCaseAndMayBeTheEMail(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		for _, name := range []string{"mpadministrator", "MPAdministrator", "mp@crmdemo.test", "MP@CRMDEMO.TEST"} {
			c.token(t, login(name, "1234", "CRMDEMO"))
		}
	})
}

func TestATokenLivesOneHourHoweverItIsUsed(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		token := c.token(t, passwordBody)
		until := env.Clock.Now().Add(time.Hour)
		for range 59 {
			env.Clock.Advance(time.Minute)
			said := read(t, c.whoIs(t, token))
			if said.Status.Code != "OK" || said.Data.ExpiresAt != until.Format("2006-01-02T15:04:05.000Z") {
				t.Fatalf("within its lifetime the token is answered %+v", said)
			}
		}
		env.Clock.Advance(time.Minute)
		if got := read(t, c.whoIs(t, token)).Status.Code; got != "INVALID_TOKEN" {
			t.Errorf("after its lifetime the token is answered %s", got)
		}
	})
}

func TestALockEndsAfterFifteenMinutes(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		locking(login("mpadministrator", "4321", "CRMDEMO")).make(t, c)
		env.Clock.Advance(15*time.Minute - time.Second)
		if got := read(t, c.login(t, passwordBody)).Status.Code; got != "INVALID_CREDENTIALS" {
			t.Errorf("while locked the log-in is answered %s", got)
		}
		c.token(t, codeBody) // a code is no password: nobody locks it out by guessing passwords
		env.Clock.Advance(time.Second)
		c.token(t, passwordBody)
	})
}

func TestOneReleaseLeavesOtherSessionsOpen(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, crmcom.Options{})
		one, other := c.token(t, passwordBody), c.token(t, passwordBody)
		c.release(t, one)
		if got := read(t, c.whoIs(t, other)).Status.Code; got != "OK" {
			t.Errorf("the other session is answered %s", got)
		}
	})
}
