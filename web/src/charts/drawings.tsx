// The drawings of charts. They are as wide as there is room, so that their words keep the
// size of the page's.
import classes from './Chart.module.css'
import type { Figures } from './Chart'
import { everyNth, niceTop } from './scale'

interface Props {
  figures: Figures
  width: number
  height: number
  beside?: boolean
}

const left = 46
const bottom = 20
const top = 8

/** Axes are the lines of the values, and the labels below. */
function Axes({ figures, width, height, ticks, y, x }: Props & { ticks: number[]; y(value: number): number; x(n: number): number }) {
  const nth = everyNth(figures.labels.length, width - left, 58)
  return (
    <>
      {ticks.map(tick => (
        <g key={tick}>
          <line className={classes.grid} x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
          <text className={classes.label} x={left - 6} y={y(tick) + 4} textAnchor="end">{figures.format(tick)}</text>
        </g>
      ))}
      {figures.labels.map((label, n) => n % nth === 0 && (
        <text key={label} className={classes.label} x={x(n)} y={height - 5} textAnchor="middle">{label}</text>
      ))}
    </>
  )
}

/** Columns stand for each label, the series on top of each other or side by side. */
export function Columns({ figures, width, height, beside }: Props) {
  const sums = figures.labels.map((_, n) => figures.series.reduce((sum, s) => (beside ? Math.max(sum, s.values[n] ?? 0) : sum + (s.values[n] ?? 0)), 0))
  const { top: greatest, ticks } = niceTop(Math.max(0, ...sums), figures.whole ?? false)
  const room = (width - left) / Math.max(1, figures.labels.length)
  const column = Math.min(room * 0.72, 90)
  const y = (value: number) => top + (1 - value / greatest) * (height - top - bottom)
  const x = (n: number) => left + (n + 0.5) * room
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <Axes figures={figures} width={width} height={height} ticks={ticks} y={y} x={x} />
      {figures.labels.map((label, n) => {
        let below = 0
        const wide = column / (beside ? figures.series.length : 1)
        return figures.series.map((s, k) => {
          const value = s.values[n] ?? 0
          if (!value) return null
          const base = beside ? 0 : below
          below = base + value
          return (
            <rect key={label + s.name} className={classes.area} data-tone={s.tone} x={x(n) - column / 2 + (beside ? k * wide : 0)} width={Math.max(1, wide)} y={y(below)} height={Math.max(1, y(base) - y(below) - 0.5)}>
              <title>{`${label}: ${s.name} ${figures.format(value)}`}</title>
            </rect>
          )
        })
      })}
    </svg>
  )
}

/** Lines join the values of each series; where there is none the line is broken. */
export function Lines({ figures, width, height }: Props) {
  const all = figures.series.flatMap(s => s.values.filter(v => v !== null))
  const { top: greatest, ticks } = niceTop(Math.max(0, ...all), figures.whole ?? false)
  const room = (width - left) / Math.max(1, figures.labels.length)
  const y = (value: number) => top + (1 - value / greatest) * (height - top - bottom)
  const x = (n: number) => left + (n + 0.5) * room
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <Axes figures={figures} width={width} height={height} ticks={ticks} y={y} x={x} />
      {figures.series.map(s => (
        <g key={s.name}>
          <path className={classes.line} data-tone={s.tone} d={pathOf(s.values, x, y)} />
          {s.values.map((value, n) => value !== null && (
            <circle key={figures.labels[n]} className={classes.area} data-tone={s.tone} cx={x(n)} cy={y(value)} r={3.2}>
              <title>{`${figures.labels[n]}: ${s.name} ${figures.format(value)}`}</title>
            </circle>
          ))}
        </g>
      ))}
    </svg>
  )
}

function pathOf(values: (number | null)[], x: (n: number) => number, y: (value: number) => number): string {
  let pen = 'M'
  let path = ''
  values.forEach((value, n) => {
    if (value === null) {
      pen = 'M'
      return
    }
    path += `${pen}${x(n)} ${y(value)}`
    pen = 'L'
  })
  return path
}

/** Bars lie one below the other, with their names before and their sums behind them. */
export function Bars({ figures, width }: Props) {
  const row = 25
  const names = Math.min(170, width * 0.42)
  const figure = 48
  const sums = figures.labels.map((_, n) => figures.series.reduce((sum, s) => sum + (s.values[n] ?? 0), 0))
  const greatest = Math.max(1e-9, ...sums)
  const height = figures.labels.length * row + 4
  const most = Math.floor(names / 6.6)
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      {figures.labels.map((label, n) => {
        let before = names
        return (
          <g key={label}>
            <text className={classes.name} x={names - 8} y={n * row + 17} textAnchor="end">{label.length > most ? `${label.slice(0, most - 1)}…` : label}</text>
            {figures.series.map(s => {
              const value = s.values[n] ?? 0
              const long = (value / greatest) * (width - names - figure)
              const from = before
              before += long
              return value > 0 && <rect key={s.name} className={classes.area} data-tone={s.tone} x={from} y={n * row + 4} width={Math.max(1, long - 0.5)} height={row - 8}><title>{`${label}: ${s.name} ${figures.format(value)}`}</title></rect>
            })}
            <text className={classes.name} x={before + 6} y={n * row + 17}>{figures.format(sums[n] ?? 0)}</text>
          </g>
        )
      })}
    </svg>
  )
}
