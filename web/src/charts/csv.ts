// Figures as a file for a spreadsheet, which must not take any cell for a formula.

type Cell = string | number | null

/** csv returns rows as RFC 4180 has them. A text that a spreadsheet could compute is kept a
 * text by an apostrophe before it. */
export function csv(rows: Cell[][]): string {
  return rows.map(row => row.map(cell).join(',') + '\r\n').join('')
}

function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^\s*[=+\-@\t\r\n]/.test(value) || /^[＝＋－＠]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** download gives the browser a file to keep. */
export function download(name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** fileName makes a name that every system takes. */
export function fileName(title: string, ending: string): string {
  return `${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'triage'}.${ending}`
}
