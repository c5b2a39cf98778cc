/** How the requests of one kind went. */
interface Line {
  requests: number
  good: number
  refused: number
  slowest: number
  readonly times: Float64Array
}

const timesMax = 5_000

export interface Tally {
  note(label: string, status: number, ms: number): void
  /** A table for people. */
  write(): string
  readonly lines: ReadonlyMap<string, Readonly<Line>>
  slowestMs(): number
}

export function keepTally(): Tally {
  const lines = new Map<string, Line>()
  return {
    lines,
    note(label, status, ms) {
      let line = lines.get(label)
      if (line === undefined) {
        line = { requests: 0, good: 0, refused: 0, slowest: 0, times: new Float64Array(timesMax) }
        lines.set(label, line)
      }
      // the newest few thousand tell how it goes
      line.times[line.requests % timesMax] = ms
      line.requests += 1
      // 503 is an answer of /health; elsewhere it is a finding anyway
      if (status < 400 || status === 503) line.good += 1
      else line.refused += 1
      line.slowest = Math.max(line.slowest, ms)
    },
    slowestMs: () => Math.max(0, ...[...lines.values()].map(({ slowest }) => slowest)),
    write() {
      const rows = [...lines].toSorted(([a], [b]) => a.localeCompare(b))
      const widest = Math.max(...rows.map(([label]) => label.length))
      const head = `${'route'.padEnd(widest)} ${'requests'.padStart(9)} ${'taken'.padStart(8)} ${'refused'.padStart(8)} ${'p99 ms'.padStart(8)} ${'slowest'.padStart(8)}`
      return [head, ...rows.map(([label, line]) => writeLine(label.padEnd(widest), line))].join(
        '\n',
      )
    },
  }
}

function writeLine(label: string, line: Line): string {
  const times = line.times.slice(0, Math.min(line.requests, timesMax)).toSorted()
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0
  const numbers = [line.requests, line.good, line.refused].map((number) => `${number}`)
  const [requests = '', good = '', refused = ''] = numbers
  return `${label} ${requests.padStart(9)} ${good.padStart(8)} ${refused.padStart(8)} ${p99.toFixed(1).padStart(8)} ${line.slowest.toFixed(0).padStart(8)}`
}
