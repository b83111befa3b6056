// Weighs the scripts that the inbox loads at first, compressed as the server sends them.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const limit = 250_000
const dist = new URL('../build/dist/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('manifest.json', dist), 'utf8'))
const files = new Set()

function need(key) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const imported of chunk.imports ?? []) need(imported)
}
for (const key of ['index.html', 'src/inbox/ContentRoom.tsx']) {
  if (!manifest[key]) throw new Error(`the build has no ${key}`)
  need(key)
}
let sum = 0
for (const file of files) sum += gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length
console.log(`the inbox loads ${(sum / 1000).toFixed(0)} kB of compressed script (at most ${limit / 1000})`)
if (sum > limit) process.exit(1)
