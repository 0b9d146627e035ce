-- Asks Doorward whether a request may pass, and hands on who it is.
local http = require "socket.http"

-- What is demanded of a request stands here and in no place that a client can write to.
local verify = "http://127.0.0.1:8080/gateway/verify/from=original,audience=1"

-- Past this, in seconds, the answer is 503 and the application sees nothing.
http.TIMEOUT = 2

-- What Doorward needs to see of a request.
local asked = { "Authorization", "Cookie", "DPoP", "X-Account-ID", "Accept", "Sec-Fetch-Mode", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override" }

function admit(r)
	-- What a client wrote goes before all else. So does every name with an underscore: many applications read one as a hyphen.
	for name in pairs(r:headers_in_table()) do
		if name:lower():match("^x%-doorward") or name:find("_", 1, true) then
			r.headers_in[name] = nil
		end
	end

	local headers = {
		["X-Original-Method"] = r.method,
		["X-Original-URL"] = (r.is_https and "https://" or "http://") .. (r.headers_in["Host"] or "") .. r.unparsed_uri,
		["X-Forwarded-For"] = r.useragent_ip,
	}
	for _, name in ipairs(asked) do
		headers[name] = r.headers_in[name]
	end

	local ok, status, answer = http.request { url = verify, headers = headers, redirect = false }
	if not ok then
		return 503
	end
	if status == 401 or status == 403 then
		r.err_headers_out["WWW-Authenticate"] = answer["www-authenticate"]
		r.err_headers_out["Cache-Control"] = "no-store"
		return status
	end
	if status ~= 200 then
		return 503
	end
	for name, value in pairs(answer) do
		if name:match("^x%-doorward%-") then
			r.headers_in[name] = value ~= "" and value or nil
		end
	end
	return apache2.OK
end
