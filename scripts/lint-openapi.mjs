// Turns what Spectral found into a report in Markdown: node lint-openapi.mjs FOUND DOCUMENT...
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [found, ...documents] = process.argv.slice(2);
const all = JSON.parse(readFileSync(found, "utf8"));
const levels = ["error", "warning", "information", "hint"];

console.log("# What the linter says of each openapi.yaml\n");
console.log("Written by `make lint-openapi` with Spectral's public rules for OpenAPI (`spectral:oas`); an error fails `make check`.\n");
console.log("| document | errors | warnings | of these rules |\n|---|---|---|---|");
for (const document of documents) {
	const of = all.filter((f) => relative(process.cwd(), f.source) === document);
	const count = (level) => of.filter((f) => levels[f.severity] === level).length;
	const rules = [...new Set(of.map((f) => f.code))].sort().map((code) => `${code} ${of.filter((f) => f.code === code).length}`);
	console.log(`| ${document} | ${count("error")} | ${count("warning")} | ${rules.join(", ") || "—"} |`);
}
for (const f of all.filter((f) => levels[f.severity] === "error")) {
	console.log(`\n* error: ${relative(process.cwd(), f.source)}:${f.range.start.line + 1} ${f.code}: ${f.message}`);
}
