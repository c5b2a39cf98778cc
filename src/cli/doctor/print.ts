import type { Examined, Finding, Verdict } from './finding.ts'

const marks: Readonly<Record<Verdict, string>> = {
  good: '✓',
  warning: '!',
  fault: '✗',
  unknown: '?',
}

const colours: Readonly<Record<Verdict, number>> = { good: 32, warning: 33, fault: 31, unknown: 2 }

/** One part of the report, as lines for a person. */
export function printPart({ part, findings }: Examined, isColoured: boolean): string {
  const lines = findings.flatMap(({ verdict, says, doNext }) => {
    const mark = isColoured
      ? `\u001b[${colours[verdict]}m${marks[verdict]}\u001b[0m`
      : marks[verdict]
    return [`  ${mark} ${says}`, ...(doNext === undefined ? [] : [`      → ${doNext}`])]
  })
  return [part, ...lines].join('\n')
}

/** The last line. */
export function printVerdict(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length
  const [faults, warnings, unknowns] = [count('fault'), count('warning'), count('unknown')]
  const counted = [
    ...(faults > 0 ? [plural(faults, 'fault')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(unknowns > 0 ? [`${unknowns} not looked at`] : []),
  ].join(', ')
  if (faults > 0) return `${counted}. Mend the faults before you start.`
  return counted === '' ? 'All is well. Ready to start.' : `${counted}. It may be started.`
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
