// node build.mjs [--watch]: src/{app,viewer,charts}.js and icons.json -> ../static/dist/<name>-<hash>.* and manifest.json
import * as esbuild from 'esbuild';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

process.chdir(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname));
const out = '../static/dist';
fs.mkdirSync(out, { recursive: true });
const names = ['app', 'portal', 'viewer', 'charts'];

const options = {
  entryPoints: Object.fromEntries(names.map((name) => [name, `src/${name}.js`])),
  outdir: out, bundle: true, format: 'esm', splitting: true, minify: true, sourcemap: false, metafile: true,
  target: ['chrome109', 'firefox115', 'safari16.4'],
  entryNames: '[name]-[hash]', chunkNames: 'chunk-[hash]', assetNames: 'files/[name]-[hash]', publicPath: '/static/dist/',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'empty', '.svg': 'file', '.png': 'file' },
  define: { 'process.env.NODE_ENV': '"production"' }, legalComments: 'linked', logLevel: 'warning',
  plugins: [{ name: 'manifest', setup(build) { build.onEnd(writeManifest); } }],
};

function writeManifest(result) {
  if (result.errors.length) return;
  const before = new Set(fs.readdirSync(out));
  const outputs = result.metafile.outputs;
  const manifest = { icons: sprite(), theme: copyHashed('src/theme.js') };
  for (const [file, output] of Object.entries(outputs)) {
    if (!output.entryPoint) continue;
    const name = path.basename(output.entryPoint, '.js');
    manifest[name] = {
      js: path.relative(out, file),
      css: output.cssBundle ? path.relative(out, output.cssBundle) : null,
      preload: staticImports(outputs, file).map((each) => path.relative(out, each)),
    };
  }
  compress(current(outputs, manifest));
  fs.writeFileSync(`${out}/manifest.json.new`, JSON.stringify(manifest, null, 1));
  fs.renameSync(`${out}/manifest.json.new`, `${out}/manifest.json`);
  sweep(before, current(outputs, manifest));
  for (const name of names) console.log(name.padEnd(8), kilobytes(manifest[name].js), manifest[name].css ? kilobytes(manifest[name].css) : '');
}

function current(outputs, manifest) {
  return new Set([...Object.keys(outputs).map((each) => path.relative(out, each)), manifest.icons, manifest.theme]);
}

// WhiteNoise serves a .br or .gz that lies beside a file.
function compress(files) {
  for (const file of [...files].filter((each) => /\.(js|css|svg)$/.test(each) && !fs.existsSync(`${out}/${each}.br`))) {
    const content = fs.readFileSync(`${out}/${file}`);
    fs.writeFileSync(`${out}/${file}.gz`, zlib.gzipSync(content, { level: 9 }));
    fs.writeFileSync(`${out}/${file}.br`, zlib.brotliCompressSync(content));
  }
}

// What an earlier build left goes last, so that a running house never misses a file. Dot files are the Makefile's.
function sweep(before, files) {
  for (const file of before) {
    if (file === 'manifest.json' || file.startsWith('.') || files.has(file.replace(/\.(gz|br)$/, ''))) continue;
    fs.rmSync(`${out}/${file}`, { recursive: true });
  }
}

function staticImports(outputs, file, seen = new Set()) {
  for (const each of outputs[file].imports) {
    if (each.kind !== 'import-statement' || seen.has(each.path)) continue;
    seen.add(each.path);
    staticImports(outputs, each.path, seen);
  }
  return [...seen];
}

// One file of <symbol>s from @tabler/icons (MIT); a name ending in -filled comes from its filled set.
function sprite() {
  const symbols = JSON.parse(fs.readFileSync('icons.json', 'utf8')).map((name) => {
    const filled = name.endsWith('-filled');
    const file = `node_modules/@tabler/icons/icons/${filled ? 'filled' : 'outline'}/${name.replace(/-filled$/, '')}.svg`;
    const body = fs.readFileSync(file, 'utf8').replace(/<!--.*?-->/gs, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s*\n\s*/g, '');
    const paint = filled ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
  });
  return writeHashed('icons', '.svg', `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT licence, (c) Paweł Kuna -->${symbols.join('')}</svg>`);
}

function copyHashed(file) {
  return writeHashed(path.basename(file, '.js'), '.js', esbuild.transformSync(fs.readFileSync(file, 'utf8'), { minify: true }).code);
}

function writeHashed(name, extension, text) {
  const hash = crypto.createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  fs.writeFileSync(`${out}/${name}-${hash}${extension}`, text);
  return `${name}-${hash}${extension}`;
}

function kilobytes(file) {
  return `${file} ${(fs.statSync(`${out}/${file}`).size / 1024).toFixed(0)} KB`;
}

if (process.argv.includes('--watch')) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
