import { defineConfig } from 'vite';

/** `npx vite apps/playground` serves the sources beside a running `npm start`; scripts/build.mjs builds them. */
export default defineConfig({
  build: {
    target: ['chrome123', 'edge123', 'firefox128', 'safari18'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
