-- verify.lua FILE: GET /v1/session of a session drawn uniformly from a file of secrets, one a line, all of one length.
package.path = os.getenv("BENCH_SCRIPTS") .. "/?.lua;" .. package.path
require("report")

local file, length, lines, before, after

function init(args)
   file = assert(io.open(args[1], "rb"))
   length = #file:read("*l")
   lines = file:seek("end") / (length + 1)
   file:setvbuf("no")
   math.randomseed(os.time())
   local whole = wrk.format("GET", "/v1/session", {["Authorization"] = "Bearer TOKEN"})
   local from, to = whole:find("TOKEN", 1, true)
   before, after = whole:sub(1, from - 1), whole:sub(to + 1)
end

function request()
   file:seek("set", math.random(0, lines - 1) * (length + 1))
   return before .. file:read(length) .. after
end
