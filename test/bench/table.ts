import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { median } from './measure.ts'
import { isMet } from './row.ts'
import type { Line } from './row.ts'

/** The figures as a table in Markdown. */
export function writeTable(lines: readonly Line[]): string {
  const heads = ['Row', 'Figure (median, spread)', 'Bare (median)', 'Ratio (spread)', 'Target', '']
  const cells = lines.map((line) => [
    line.row,
    `${round(median(line.figures))} ${line.unit} (${spread(line.figures)})`,
    line.bare === undefined ? '' : `${round(median(line.bare.figures))}: ${line.bare.what}`,
    line.bare === undefined
      ? ''
      : `${median(line.bare.ratios).toFixed(2)} (${spread(line.bare.ratios)})`,
    targetOf(line),
    verdictOf(line),
  ])
  const rows = [heads, heads.map(() => '---'), ...cells]
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** What the rows cost, one line each. */
export const writeCosts = (lines: readonly Line[]): string =>
  lines
    .filter(({ cost }) => cost !== undefined)
    .map(({ row, cost }) => `- ${row}: ${cost}.`)
    .join('\n')

const spread = (figures: readonly number[]): string =>
  `${round(Math.min(...figures))}–${round(Math.max(...figures))}`

const round = (figure: number): string =>
  figure >= 100 ? figure.toFixed(0) : figure >= 10 ? figure.toFixed(1) : figure.toFixed(2)

function targetOf({ target, unit }: Line): string {
  switch (target.kind) {
    case 'ratio':
      return `ratio ≥ ${target.least}`
    case 'ratioMost':
      return `ratio ≤ ${target.most}`
    case 'least':
      return `≥ ${target.figure} ${unit}`
    case 'most':
      return `≤ ${target.figure} ${unit}`
    case 'none':
      return ''
  }
}

function verdictOf(line: Line): string {
  const met = isMet(line)
  if (met === undefined) return ''
  return met ? 'met' : 'missed'
}

const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->']

/** Puts the figures into the document, between the two marks. */
export async function writeFigures(path: string, report: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const [first, last] = [text.indexOf(begin), text.indexOf(end)]
  if (first === -1 || last < first) throw new Error(`${path} lacks ${begin} and ${end}`)
  const written = `${text.slice(0, first)}${begin}\n\n${report}\n\n${text.slice(last)}`
  await writeFile(path, await format(written, { parser: 'markdown' }))
}
