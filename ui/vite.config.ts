import react from '@vitejs/plugin-react';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

/** The service that `make ui` talks to: its address as `nexus serve` printed it. */
const service = process.env.NEXUS_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // Beside the code that serves it, so that a checkout and a wheel find it in one place.
    outDir: '../orchestrator/page',
    emptyOutDir: true,
    target: 'es2023',
    // The Content-Security-Policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/v1', '/admin', '/demo', '/login', '/docs', '/openapi.json'].map((path) => [path, { target: service, changeOrigin: true }]),
    ),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
});
