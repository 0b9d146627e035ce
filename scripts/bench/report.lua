-- What every script here tells at the end, as one line that scripts/bench/wrk reads: requests a second of those that
-- were answered below 400, p50, p99 and the longest in milliseconds, how many were answered otherwise, and how many failed.
-- There is no response(): calling it would cost wrk a third of its rate, and wrk counts these by itself.
function done(summary, latency)
   local e = summary.errors
   local seconds = summary.duration / 1e6
   io.write(string.format("RESULT %.0f %.3f %.3f %.3f %d %d\n", (summary.requests - e.status) / seconds,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000, e.status,
      e.connect + e.read + e.write + e.timeout))
end
