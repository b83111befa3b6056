/** niceTop returns a round number at or above the greatest value, and the steps up to it. */
export function niceTop(greatest: number, whole: boolean): { top: number; ticks: number[] } {
  if (greatest <= 0) return { top: 1, ticks: [0, 1] }
  const rough = greatest / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  let step = power * ([1, 2, 2.5, 5, 10].find(n => n * power >= rough) ?? 10)
  if (whole) step = Math.max(1, Math.ceil(step))
  const count = Math.ceil(greatest / step - 1e-9)
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, n) => n * step) }
}

/** everyNth thins labels so that each has room. */
export function everyNth(count: number, width: number, label: number): number {
  return Math.max(1, Math.ceil((count * label) / Math.max(width, 1)))
}
