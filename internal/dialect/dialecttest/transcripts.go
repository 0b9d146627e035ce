package dialecttest

import (
	"path/filepath"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/testenv"
)

// Transcripts plays every *.txtar of dir on both engines, each against a new demo directory, and checks every
// exchange against the openapi.yaml beside dir. A folder without transcripts fails.
func Transcripts(t *testing.T, speak func(env *testenv.Env) dialect.Dialect, dir string) {
	t.Helper()
	transcripts, err := readTranscripts(dir)
	if err != nil {
		t.Fatal(err)
	}
	specification, err := ReadContract(filepath.Join(dir, "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range transcripts {
		t.Run(told.name, func(t *testing.T) {
			testenv.Each(t, func(t *testing.T, env *testenv.Env) {
				env.Demo(t)
				p := player{base: env.Serve(t, speak(env)), advance: env.Clock.Advance, contract: specification}
				if err := p.play(told); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}
