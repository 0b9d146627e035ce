"use strict";
(() => {
	const links = Array.from(document.querySelectorAll("a[data-specification]"));

	// Requests go to this installation only, whatever a specification names as its server.
	function here(request) {
		const url = new URL(request.url, location.href);
		url.protocol = location.protocol;
		url.host = location.host;
		request.url = url.href;
		request.credentials = "omit";
		return request;
	}

	function show(link) {
		for (const other of links) {
			other.removeAttribute("aria-current");
		}
		link.setAttribute("aria-current", "page");
		SwaggerUIBundle({
			url: link.href,
			dom_id: "#specification",
			deepLinking: false,
			docExpansion: "list",
			tryItOutEnabled: true,
			persistAuthorization: false,
			validatorUrl: null,
			requestInterceptor: here,
			presets: [SwaggerUIBundle.presets.apis],
			layout: "BaseLayout",
		});
	}

	for (const link of links) {
		link.addEventListener("click", (event) => {
			event.preventDefault();
			location.hash = link.dataset.specification;
		});
	}
	function chosen() {
		return links.find((link) => link.dataset.specification === location.hash.slice(1)) || links[0];
	}
	window.addEventListener("hashchange", () => show(chosen()));
	show(chosen());
})();
