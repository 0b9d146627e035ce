-- bare.lua GET|POST: what the bare server is asked, as long as what Doorward is.
package.path = os.getenv("BENCH_SCRIPTS") .. "/?.lua;" .. package.path
require("report")

local text

function init(args)
   local bearer = {["Authorization"] = "Bearer dws_06gvur2ku37n97jcn2c8jq0e690ldqlhj48m39pdlni0qvuha1ejjrpo"}
   if args[1] == "POST" then
      text = wrk.format("POST", "/auth/login", {["Content-Type"] = "application/json"},
         '{"apiKey":"apiKey-3f9a1c2b7d4e","apiSecret":"0123456789abcdef0123456789abcdef"}')
   else
      text = wrk.format("GET", "/v1/session", bearer)
   end
end

function request() return text end
