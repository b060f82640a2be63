// Bundles what src/ holds: node build.mjs OUT [STAMP]
// OUT gets files with hashed names and manifest.json: {"stamp": STAMP, "files": {"site.css": "site-<hash>.css", …}}.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { basemap } from "./basemap.mjs";

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "src");
const [out, stamp = ""] = process.argv.slice(2);
if (!out) {
  console.error("usage: node build.mjs OUT [STAMP]");
  process.exit(2);
}

await mkdir(out, { recursive: true });
const result = await build({
  absWorkingDir: source,
  entryPoints: ["site.css", "site.js", "icon.svg", "editor/editor.js"],
  outdir: path.resolve(out),
  entryNames: "[name]-[hash]",
  legalComments: "none",
  bundle: true,
  format: "esm",
  minify: true,
  metafile: true,
  target: ["chrome111", "firefox113", "safari16.4"],
  loader: { ".svg": "copy" },
});

const files = {};
for (const [output, { entryPoint, inputs }] of Object.entries(result.metafile.outputs)) {
  files[path.basename(entryPoint ?? Object.keys(inputs)[0])] = path.basename(output);
}
const map = await basemap();
files["basemap.json"] = `basemap-${createHash("sha256").update(map).digest("hex").slice(0, 8).toUpperCase()}.json`;
await writeFile(path.join(out, files["basemap.json"]), map);

// What the licences of the bundled packages ask for: their notices go with the bundle.
const packages = new Set(["world-atlas", "topojson-client"]);
for (const { inputs } of Object.values(result.metafile.outputs)) {
  for (const input of Object.keys(inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
    if (found) packages.add(found[1]);
  }
}
const notices = [...packages].sort().map(async (name) => {
  const folder = path.join(source, "..", "node_modules", name);
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name}\n\n${file ? await readFile(path.join(folder, file), "utf8") : "See its package.json."}`;
});
files["licences.txt"] = "licences.txt";
await writeFile(path.join(out, "licences.txt"), (await Promise.all(notices)).join("\n\n----\n\n"));

// The manifest is replaced last and at once: a server that starts meanwhile reads the old one and finds its files.
const manifest = path.join(out, "manifest.json");
await writeFile(`${manifest}.new`, JSON.stringify({ stamp, files }, null, 1) + "\n");
await rename(`${manifest}.new`, manifest);

const kept = new Set(["manifest.json", ...Object.values(files)]);
for (const name of await readdir(out)) {
  if (!kept.has(name)) await rm(path.join(out, name), { recursive: true });
}
