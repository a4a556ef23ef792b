// Drives Chromium for the tests: reads a request a line, as JSON, and answers each with a line.
//
// {"open": url, "context": options}   opens a page, in a context of its own   → {"result": number}
// {"page": n, "method": "click", "arguments": […], "at": selector}            → {"result": …}
//     calls a method of Playwright's page, or of the first element at the selector
// {"page": n, "method": "axe" | "seen" | "close"}
//     what axe-core finds; what the page asked for and complained of so far; the end of it
//
// An answer with "error" says why something could not be done.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const TIMEOUT = 60_000;

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const pages = new Map();

async function open({ open: url, context: options }) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { requests: [], complaints: [] };
  page.setDefaultTimeout(TIMEOUT);
  context.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: "load" });
  const number = pages.size + 1;
  pages.set(number, { page, seen, context });
  return number;
}

async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (tags) => axe.run(document, { runOnly: tags, resultTypes: ["violations"] }),
    TAGS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary}`),
  );
}

async function call({ page: number, method, arguments: values = [], at }) {
  const { page, seen, context } = pages.get(number);
  if (method === "seen") return seen;
  if (method === "axe") return axe(page);
  if (method === "close") return context.close();
  const names = method.split(".");
  const last = names.pop();
  const target = at ? page.locator(at).first() : names.reduce((object, name) => object[name], page);
  const result = await target[last](...values);
  return Buffer.isBuffer(result) ? result.toString("base64") : result;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    const result = await (request.open ? open(request) : call(request));
    answer = { result: ["goto", "reload", "goBack"].includes(request.method) ? null : result };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
