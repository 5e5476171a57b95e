// Bundles the pages: web/modules/pages/*.js and web/styles/*.css become web/static/dist/, with
// hashed names (cached for ever by browsers), a manifest to find them by, and compressed copies.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = join(dirname(dirname(fileURLToPath(import.meta.url))), "web");
const dist = join(web, "static", "dist");
const fresh = `${dist}.fresh`;
const SMALLEST_WORTH_COMPRESSING = 512;

/** List the entry points of a folder; a folder not there has none. */
function entries(folder, suffix) {
  const path = join(web, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith(suffix)).sort().map((name) => join(path, name));
}

/** Name an entry as templates do: pages/map.js, styles/site.css. */
function nameOf(entryPoint) {
  return relative(web, entryPoint).replaceAll("\\", "/").replace(/^modules\//, "");
}

/** Bundle entry points and return {name: file in dist}. */
async function bundle(entryPoints, options) {
  if (entryPoints.length === 0) return {};
  const { metafile } = await build({
    entryPoints,
    absWorkingDir: dirname(web),
    bundle: true,
    charset: "utf8",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    entryNames: "[name]-[hash]",
    legalComments: "linked",
    loader: { ".png": "file", ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
    metafile: true,
    minify: true,
    outdir: fresh,
    sourcemap: true,
    target: ["es2022"],
    ...options,
  });
  const made = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(
    made.map(([file, output]) => [nameOf(join(dirname(web), output.entryPoint)), basename(file)]),
  );
}

/** Put compressed copies beside each text, once here rather than at each request. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css|svg|json)$/.test(name)) continue;
    const bytes = readFileSync(join(folder, name));
    if (bytes.length < SMALLEST_WORTH_COMPRESSING) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, quality));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
const manifest = {
  ...(await bundle(entries("modules/pages", ".js"), { format: "esm", splitting: true })),
  ...(await bundle(entries("styles", ".css"), {})),
};
compress(fresh);
writeFileSync(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
// The former bundle is replaced whole, and only once the new one is complete.
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
