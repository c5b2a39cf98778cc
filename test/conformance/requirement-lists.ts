import { filesOf, textOf } from '../repository.ts'

/**
 * What the standards ask for, one line each, in test/conformance/requirements. NOTE: no rule of the standard
 * itself, but a known fault, a habit of a client or a line of a guide.
 */
export interface Requirement {
  readonly id: string
  readonly level: Level
  readonly rule: string
}

export const levels = ['MUST', 'SHOULD', 'MAY', 'NOTE'] as const
export type Level = (typeof levels)[number]

export interface Protocol {
  readonly name: string
  readonly title: string
  readonly requirements: readonly Requirement[]
}

export const idPattern = /\b(?:SEP\d{2}-[A-Z]?\d{2,3}|SBX-\d{2,3})\b/g

export function protocols(): readonly Protocol[] {
  return filesOf('test/conformance/requirements')
    .map((path) => protocolOf(textOf(path)))
    .toSorted((one, other) => rank(one) - rank(other))
}

/** The standards by number, the sandbox last. */
const rank = ({ name }: Protocol) => Number(/^SEP-(\d+)$/.exec(name)?.[1] ?? Infinity)

export function protocolOf(text: string): Protocol {
  const [heading = '', ...lines] = text.split('\n')
  const named = /^# ([^:]+): (.+)$/.exec(heading)
  if (!named) throw new Error(`expected "# Protocol: title", not "${heading}"`)
  const [, name = '', title = ''] = named
  return {
    name,
    title,
    requirements: lines.filter((line) => line.startsWith('-')).map(requirementOf),
  }
}

function requirementOf(line: string): Requirement {
  const parts = /^- (S[A-Z0-9]+-[A-Z]?\d{2,3}) (MUST|SHOULD|MAY|NOTE): (.+)$/.exec(line)
  if (!parts) throw new Error(`expected "- ID LEVEL: rule", not "${line}"`)
  const [, id = '', level, rule = ''] = parts
  return { id, level: level as Level, rule }
}

export interface Exemption {
  readonly id: string
  readonly reason: string
}

/** Lines of docs/conformance.md in the form "- ID n/a: reason.". */
export function exemptionsIn(text: string): readonly Exemption[] {
  return text
    .split('\n')
    .filter((line) => /\bn\/a\b/.test(line) && !line.includes('`n/a`'))
    .map((line) => {
      const parts = /^- (S[A-Z0-9]+-[A-Z]?\d{2,3}) n\/a: ([\w`].{8,}\.)$/.exec(line)
      if (!parts) throw new Error(`expected "- ID n/a: reason.", not "${line}"`)
      const [, id = '', reason = ''] = parts
      return { id, reason }
    })
}

export const exemptions = () => exemptionsIn(textOf('docs/conformance.md'))
