import type { EvidenceBody } from '../api/types'

export interface Piece {
  text: string
  why?: string
}

/** pieces cuts a text at its quoted words. Offsets are bytes of UTF-8, as the server counts. */
export function pieces(text: string, evidence: Pick<EvidenceBody, 'start' | 'end' | 'why' | 'quote'>[]): Piece[] {
  const bytes = new TextEncoder().encode(text)
  const decoder = new TextDecoder()
  const part = (from: number, to: number) => decoder.decode(bytes.subarray(from, to))
  const out: Piece[] = []
  let at = 0
  for (const { start, end, why, quote } of [...evidence].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start || end > bytes.length) continue
    const marked = part(start, end)
    if (quote && quote !== marked) continue // of another version of the text
    if (start > at) out.push({ text: part(at, start) })
    out.push({ text: marked, why })
    at = end
  }
  if (at < bytes.length) out.push({ text: part(at, bytes.length) })
  return out
}
