-- Asks Doorward whether a request may pass, and hands on who it is.

-- What is demanded of a request stands here and in no place that a client can write to.
local verify = "http://127.0.0.1:8080/gateway/verify/from=original,audience=1"

-- What Doorward needs to see of a request.
local asked = { "authorization", "cookie", "dpop", "x-account-id", "accept", "sec-fetch-mode", "x-http-method-override", "x-http-method", "x-method-override" }

core.register_action("doorward", { "http-req" }, function(txn)
	local given = txn.http:req_get_headers()
	local headers = {
		["x-original-method"] = { txn.f:method() },
		["x-original-url"] = { (txn.f:ssl_fc() == 1 and "https://" or "http://") .. (txn.f:req_hdr("host") or "") .. txn.f:pathq() },
		["x-forwarded-for"] = { txn.f:src() },
	}
	for _, name in ipairs(asked) do
		local values = given[name]
		if values then
			headers[name] = {}
			for i = 0, #values do
				table.insert(headers[name], values[i])
			end
		end
	end

	local answer = core.httpclient():get({ url = verify, headers = headers, timeout = 2000 })
	txn:set_var("txn.doorward_status", answer and answer.status or 503)
	if not answer or not answer.headers then
		return
	end
	local challenge = answer.headers["www-authenticate"]
	txn:set_var("txn.doorward_challenge", challenge and challenge[0] or "Bearer")
	if answer.status ~= 200 then
		return
	end
	for name, values in pairs(answer.headers) do
		if name:sub(1, 11) == "x-doorward-" then
			txn.http:req_set_header(name, values[0])
		end
	end
end)
