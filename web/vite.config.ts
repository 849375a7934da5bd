import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The font is fetched beside the code: text that was drawn without it would be drawn again, and jump. */
const fontFirst: Plugin = {
  name: 'font-first',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${file}` },
          injectTo: 'head',
        })),
  },
};

/** Shared code runs as scripts of its own, one after the other: as parts of one, they would hold the page in one long task. */
const oneByOne: Plugin = {
  name: 'one-by-one',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => {
      const shared = [...html.matchAll(/ *<link rel="modulepreload" crossorigin href="([^"]+)">\n/g)];
      const scripts = shared.map(([, file]) => `    <script type="module" crossorigin src="${file}"></script>\n`);
      const rest = shared.reduce((left, [line]) => left.replace(line, ''), html);
      return rest.replace(/ *<script type="module"/, (entry) => scripts.join('') + entry);
    },
  },
};

export default defineConfig({
  plugins: [react(), fontFirst, oneByOne],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  css: { modules: { generateScopedName: '[name]_[local]_[hash:base64:4]' } },
  build: {
    outDir: '../src/outbid/web',
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of this host: the policy forbids data: URLs for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What several pages share comes in three files, not in twenty.
        codeSplitting: {
          groups: [
            { name: 'drawing', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'controls', test: /node_modules\/@(mantine|floating-ui)/, minShareCount: 2 },
            { name: 'kit', test: /src\/kit\/(data|form|filter|frame|noun|words)/, minShareCount: 3 },
          ],
        },
      },
    },
  },
  // For work on the pages: `npm run dev` beside a running exchange.
  server: { proxy: { '/v1': process.env.OUTBID_URL ?? 'http://127.0.0.1:8800' } },
});
