-- requests.lua FILE [once]: POST or GET of what a file lists, one a line: method, path, header and body, divided by tabs.
-- They are drawn uniformly, or with once used in their order and each once; what is asked after the last is counted as
-- refused, because it repeats the last.
package.path = os.getenv("BENCH_SCRIPTS") .. "/?.lua;" .. package.path
require("report")

local all, once, nextOne = {}, false, 0

function init(args)
   once = args[2] == "once"
   for line in io.lines(args[1]) do
      local method, path, header, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
      local headers = {}
      local name, value = header:match("^(.-): (.*)$")
      if name then headers[name] = value end
      if body ~= "" then headers["Content-Type"] = "application/json" end
      table.insert(all, wrk.format(method, path, headers, body ~= "" and body or nil))
   end
   math.randomseed(os.time())
end

function request()
   if not once then return all[math.random(#all)] end
   nextOne = math.min(nextOne + 1, #all)
   return all[nextOne]
end
