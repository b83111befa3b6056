import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The types of the contract are needed by `tsc` only, so a build needs no Go.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'build/dist',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // know light-dark()
    manifest: 'manifest.json',
    assetsInlineLimit: 0, // the policy of the page allows no data: but pictures
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/v1': process.env.TRIAGE_URL ?? 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'] },
})
