package native_test

import (
	"context"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

func serveDocs(t *testing.T) string {
	t.Helper()
	env := testenv.New(t, "sqlite").Demo(t)
	other := pulse.New(env.Authority, pulse.Options{})
	return env.Serve(t, other, native.New(env.Authority, native.Options{Dialects: []dialect.Dialect{other}}))
}

// tried is what a browser saw of the page.
type tried struct {
	Shown   int      `json:"shown"`   // operations
	Status  string   `json:"status"`  // of a request that was tried
	Other   string   `json:"other"`   // title of another specification
	Hosts   []string `json:"hosts"`   // that were asked for anything
	Refused []string `json:"refused"` // by the page's policy
}

// tryIt tries a request on the page, then turns to another specification.
const tryIt = `(async () => {
	const until = async (see) => {
		for (let i = 0; i < 900; i++) {
			const seen = see();
			if (seen) return seen;
			await new Promise((go) => setTimeout(go, 50));
		}
		throw new Error("gave up: " + see);
	};
	const refused = [];
	new ReportingObserver((all) => all.forEach((r) => refused.push(r.body.effectiveDirective + " " + r.body.blockedURL)),
		{buffered: true, types: ["csp-violation"]}).observe();
	await until(() => document.querySelector("#operations-limits-showOwnLimits"));
	const shown = document.querySelectorAll(".opblock").length;
	const limits = document.querySelector("#operations-limits-showOwnLimits");
	limits.querySelector(".opblock-summary button").click();
	(await until(() => limits.querySelector("button.execute"))).click();
	const status = (await until(() => limits.querySelector(".live-responses-table tbody .response-col_status"))).innerText.trim();
	location.hash = "pulse";
	const other = (await until(() => {
		const title = document.querySelector(".info .title");
		return title && title.innerText.includes("Pulse") && title;
	})).innerText;
	const hosts = [...new Set(performance.getEntriesByType("resource").map((e) => new URL(e.name).host))];
	return JSON.stringify({shown, status, other, hosts, refused});
})()`

func TestThePageShowsEverySpecificationAndTriesRequestsHereOnly(t *testing.T) {
	base := serveDocs(t)
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test needs chromium: %v", err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/docs")); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](tryIt, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var got tried
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(text, err)
	}
	here, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	if got.Shown < 20 || !strings.HasPrefix(got.Status, "401") || len(got.Hosts) != 1 || got.Hosts[0] != here.Host || len(got.Refused) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAFileOfThePageIsPackedForWhoTakesItSo(t *testing.T) {
	base := serveDocs(t)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for file, kind := range map[string]string{
		"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "docs.js": "text/javascript", "docs.css": "text/css", "favicon-32x32.png": "image/png",
	} {
		for _, accepted := range []string{"", "gzip"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/docs/assets/"+file, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", accepted)
			got, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), kind) || accepted == "" && got.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s, %q: %d %v", file, accepted, got.StatusCode, got.Header)
			}
		}
	}
	for _, absent := range []string{"/docs/assets/swagger-ui.js.gz", "/docs/assets/..%2fembed.go", "/docs/specifications/none"} {
		if got := get(t, base+absent); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", absent, got.StatusCode)
		}
	}
}

func get(t *testing.T, target string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	return got
}
