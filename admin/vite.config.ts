import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null
}

let first: Set<string> | undefined

/** Our files that main.tsx imports without waiting are one with what they need: left to themselves, the parts that screens need too would be a hundred small ones, which compress badly. */
function firstLoaded(id: string, modules: Modules): string | null {
  if (first === undefined) {
    first = new Set()
    const left = [fileURLToPath(new URL('main.tsx', import.meta.url))]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (first.has(next)) continue
      first.add(next)
      left.push(...(modules.getModuleInfo(next)?.importedIds ?? []))
    }
  }
  return first.has(id) && !id.includes('node_modules') ? 'panel' : null
}

/** The panel is built into admin/dist and served by the API at /admin. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/admin/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: true,
    // Small pictures stay files: the content security policy names no data: source for scripts or styles.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstLoaded }] } } },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } },
  },
})
