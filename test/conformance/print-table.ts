import { parseArgs } from 'node:util'
import { exemptions, levels, protocols } from './requirement-lists.ts'
import type { Level, Protocol, Requirement } from './requirement-lists.ts'
import { contradictionsIn, shareOf, shortfallsOf, standingOf } from './standing.ts'
import type { Count, Evidence, Standing } from './standing.ts'
import { namedInTitles } from './titles.ts'

const usage = `Which requirements the titles of tests name.

npm run conformance                          a row per protocol, and what is missing
npm run conformance -- --missing SEP31       each requirement of SEP-31 that no test names
npm run conformance -- --protocol SEP-10     each requirement of SEP-10, with the tests that name it

Exit code 1 when a MUST has no test, less than 90 % of SHOULD have one, or claims contradict.
`

const { values } = parseArgs({
  options: {
    missing: { type: 'string' },
    protocol: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const lists = protocols()
const evidence: Evidence = { named: namedInTitles(), exempt: exemptions() }
const standings = lists.map((protocol) => standingOf(protocol, evidence))

function printTable(): void {
  const wrong = [...standings.flatMap(shortfallsOf), ...contradictionsIn(lists, evidence)]
  const gaps = standings
    .flatMap(({ missing }) => missing)
    .filter(({ level }) => level === 'MUST' || level === 'SHOULD')
  print([
    ...table(standings),
    '',
    'named by the title of a test / applicable; noted: known faults, habits of clients, guides;',
    'n/a: does not apply, with its reason in docs/conformance.md',
    ...(gaps.length > 0 ? ['', 'Missing:', ...gaps.map(lineOf)] : []),
    ...(wrong.length > 0 ? ['', 'Wrong:', ...wrong.map((line) => `  ${line}`)] : []),
  ])
  if (wrong.length > 0) process.exitCode = 1
}

function table(rows: readonly Standing[]): readonly string[] {
  const cells = [
    ['protocol', 'MUST', 'SHOULD', 'MAY', 'noted', 'n/a'],
    ...rows.map(({ protocol, counts, exempt }) => [
      protocol.name,
      ...levels.map((level) => cellOf(level, counts[level])),
      exempt === 0 ? '-' : String(exempt),
    ]),
    ['all', ...levels.map((level) => cellOf(level, total(level))), String(sum(rows))],
  ]
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   '),
  )
  const rule = '-'.repeat(lines[0]?.length ?? 0)
  return [...lines.slice(0, 1), rule, ...lines.slice(1, -1), rule, ...lines.slice(-1)]
}

function cellOf(level: Level, count: Count): string {
  if (count.applicable === 0) return '-'
  const figures = `${count.named}/${count.applicable}`
  return level === 'MUST' || level === 'SHOULD' ? `${figures} ${percent(count)}` : figures
}

const percent = (count: Count) => `${String(shareOf(count)).padStart(3)} %`

function total(level: Level): Count {
  const counts = standings.map((standing) => standing.counts[level])
  return {
    named: counts.reduce((all, { named }) => all + named, 0),
    applicable: counts.reduce((all, { applicable }) => all + applicable, 0),
  }
}

const sum = (rows: readonly Standing[]) => rows.reduce((all, { exempt }) => all + exempt, 0)

function missingLines(prefix: string): readonly string[] {
  const rows = standings
    .flatMap(({ missing }) => missing)
    .filter(({ id }) => plain(id).startsWith(plain(prefix)))
  return rows.length > 0 ? rows.map(lineOf) : [`nothing of ${prefix} is missing`]
}

/** Each requirement of one protocol, with the tests that name it or the reason why none does. */
function protocolLines(name: string): readonly string[] {
  const list = lists.find((one) => plain(one.name) === plain(name) || idsBegin(one, name))
  if (!list) {
    process.exitCode = 1
    return [`no protocol ${name}; there are ${lists.map((one) => one.name).join(', ')}`]
  }
  return [
    `${list.name}: ${list.title}`,
    ...list.requirements.flatMap((requirement) => [
      '',
      lineOf(requirement),
      ...proofOf(requirement),
    ]),
  ]
}

const idsBegin = (list: Protocol, name: string) =>
  plain(list.requirements[0]?.id ?? '').startsWith(plain(name))

function proofOf({ id }: Requirement): readonly string[] {
  const reason = evidence.exempt.find((one) => one.id === id)?.reason
  const paths = evidence.named.filter((one) => one.id === id).map(({ path }) => path)
  if (reason !== undefined) return [`      n/a: ${reason}`]
  return paths.length > 0 ? paths.map((path) => `      ${path}`) : ['      no test']
}

const lineOf = ({ id, level, rule }: Requirement) =>
  `  ${id.padEnd(9)} ${level.padEnd(6)} ${rule.length > 110 ? `${rule.slice(0, 109)}…` : rule}`

function plain(name: string): string {
  return name.toUpperCase().replaceAll('-', '')
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

if (values.help) print([usage.trimEnd()])
else if (values.missing !== undefined) print(missingLines(values.missing))
else if (values.protocol !== undefined) print(protocolLines(values.protocol))
else printTable()
