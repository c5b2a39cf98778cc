import type { Figures } from './measure.ts'
import { median } from './measure.ts'

/** One line of the table. */
export interface Line {
  readonly row: string
  /** What was counted, for example `logins/s`. */
  readonly unit: string
  /** One figure per round. */
  readonly figures: Figures
  /** The bare baseline of the same rounds. */
  readonly bare?: { readonly what: string; readonly figures: Figures; readonly ratios: Figures }
  readonly target: Target
  /** For a person: what it cost, and where. */
  readonly cost?: string
}

export type Target =
  | { readonly kind: 'ratio'; readonly least: number }
  | { readonly kind: 'ratioMost'; readonly most: number }
  | { readonly kind: 'least' | 'most'; readonly figure: number }
  | { readonly kind: 'none' }

export interface BenchOptions {
  readonly rounds: number
  /** Length of one round. */
  readonly ms: number
  /** Transactions of the large database of `growth`. */
  readonly size: number
  /** Payments that go through for `memory`. */
  readonly payments: number
  /** Payments that wait after the outage of `collect`. */
  readonly backlog: number
}

export function isMet({ target, figures, bare }: Line): boolean | undefined {
  switch (target.kind) {
    case 'ratio':
      return bare !== undefined && median(bare.ratios) >= target.least
    case 'ratioMost':
      return bare !== undefined && median(bare.ratios) <= target.most
    case 'least':
      return median(figures) >= target.figure
    case 'most':
      return median(figures) <= target.figure
    case 'none':
      return undefined
  }
}
