import type { Exemption, Level, Protocol, Requirement } from './requirement-lists.ts'
import type { NamedIn } from './titles.ts'

/** How a protocol stands: what a test names, what does not apply, what is missing. */
export interface Standing {
  readonly protocol: Protocol
  readonly counts: Readonly<Record<Level, Count>>
  readonly exempt: number
  readonly missing: readonly Requirement[]
}

export interface Count {
  readonly named: number
  readonly applicable: number
}

export interface Evidence {
  readonly named: readonly NamedIn[]
  readonly exempt: readonly Exemption[]
}

export const wantedShare: Readonly<Record<Level, number>> = {
  MUST: 100,
  SHOULD: 90,
  MAY: 0,
  NOTE: 0,
}

export function standingOf(protocol: Protocol, evidence: Evidence): Standing {
  const named = new Set(evidence.named.map(({ id }) => id))
  const exempt = new Set(evidence.exempt.map(({ id }) => id))
  const applicable = protocol.requirements.filter(({ id }) => !exempt.has(id))
  const count = (level: Level): Count => {
    const rows = applicable.filter((row) => row.level === level)
    return { named: rows.filter(({ id }) => named.has(id)).length, applicable: rows.length }
  }
  return {
    protocol,
    counts: {
      MUST: count('MUST'),
      SHOULD: count('SHOULD'),
      MAY: count('MAY'),
      NOTE: count('NOTE'),
    },
    exempt: protocol.requirements.length - applicable.length,
    missing: applicable.filter(({ id }) => !named.has(id)),
  }
}

export const shareOf = ({ named, applicable }: Count): number =>
  applicable === 0 ? 100 : Math.floor((named * 100) / applicable)

/** What makes CI red: a MUST without a test, or less than nine tenths of SHOULD. */
export function shortfallsOf({ protocol, counts }: Standing): readonly string[] {
  return (['MUST', 'SHOULD'] as const)
    .filter((level) => shareOf(counts[level]) < wantedShare[level])
    .map(
      (level) =>
        `${protocol.name}: ${shareOf(counts[level])} % of ${level}, wanted ${wantedShare[level]} %`,
    )
}

/** Claims that contradict one another or the lists. Empty when all is well. */
export function contradictionsIn(
  protocols: readonly Protocol[],
  { named, exempt }: Evidence,
): readonly string[] {
  const ids = protocols.flatMap(({ requirements }) => requirements.map(({ id }) => id))
  const known = new Set(ids)
  const exempted = new Set(exempt.map(({ id }) => id))
  return [
    ...repeated(ids).map((id) => `${id} stands twice in the lists`),
    ...repeated(exempt.map(({ id }) => id)).map((id) => `${id} is n/a twice`),
    ...exempt.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} is n/a but in no list`),
    ...named
      .filter(({ id }) => !known.has(id))
      .map(({ id, path }) => `${path} names ${id}, which is in no list`),
    ...named
      .filter(({ id }) => exempted.has(id))
      .map(({ id, path }) => `${path} names ${id}, which docs/conformance.md says is n/a`),
  ]
}

const repeated = (ids: readonly string[]) => ids.filter((id, index) => ids.indexOf(id) !== index)
