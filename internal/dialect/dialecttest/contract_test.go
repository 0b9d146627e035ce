package dialecttest

import (
	"strings"
	"testing"
)

// exchange is a transcript of one request to /things/7 and its answer as it comes.
func exchange(kind, target string) string {
	return "One exchange.\n-- " + kind + " get --\nGET " + target + "\nX-Asked: yes\n-- response get --\n200\n\n...\n"
}

func TestAnAnswerThatBreaksTheSpecificationFails(t *testing.T) {
	for name, answer := range map[string]string{
		"member missing":  `{"id":7}`,
		"member too many": `{"id":7,"token":"abcd","more":1}`,
		"too short":       `{"id":7,"token":"abc"}`,
		"wrong type":      `{"id":"7","token":"abcd"}`,
		"wrong union":     `{"id":7,"token":"abcd","link":1}`,
	} {
		err := wire(t, answer).play(parse(t, exchange("request", "/things/7")))
		if err == nil || !strings.Contains(err.Error(), "does not allow this answer") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnAcceptedRequestThatBreaksTheSpecificationFailsUnlessItSaysSo(t *testing.T) {
	err := wire(t, thing).play(parse(t, exchange("request", "/things/7?ttl=4")))
	if err == nil || !strings.Contains(err.Error(), "does not allow this request") {
		t.Errorf("got %v", err)
	}
	if err := wire(t, thing).play(parse(t, exchange("malformed", "/things/7?ttl=4"))); err != nil {
		t.Error(err)
	}
}

func TestAStatusThatTheSpecificationDoesNotListFails(t *testing.T) {
	listed := "Refused.\n-- request get --\nGET /things/7\n-- response get --\n400\n"
	if err := wire(t, thing).play(parse(t, listed)); err != nil {
		t.Error(err)
	}
	for _, target := range []string{"/things/7/8", "/things/7/", "/thing"} {
		outside := "Not found.\n-- request get --\nGET " + target + "\n-- response get --\n404\n\n...\n"
		if err := wire(t, thing).play(parse(t, outside)); err != nil {
			t.Errorf("%s is outside of the specification: %v", target, err)
		}
	}
	unannounced := "A 410 nobody announced.\n-- request get --\nGET /things/0\nX-Asked: yes\n-- response get --\n410\n"
	err := wire(t, thing).play(parse(t, unannounced))
	if err == nil || !strings.Contains(err.Error(), "does not allow this answer") {
		t.Errorf("got %v", err)
	}
}

func TestASpecificationThatIsNone(t *testing.T) {
	for _, path := range []string{"testdata/none.yaml", "testdata/wire/thing.txtar"} {
		if _, err := ReadContract(path); err == nil {
			t.Errorf("%s passed", path)
		}
	}
}
