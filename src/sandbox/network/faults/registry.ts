import type { Exchange } from '../http/exchange.ts'
import type { Random } from '../network/seeded.ts'
import type { Fault, FaultEffect, FaultHit, FaultMatch, FaultOrder } from './fault.ts'

export type Asked = Pick<Exchange, 'method' | 'path' | 'query' | 'headers' | 'body'>

export type EffectOf<K extends FaultEffect['kind']> = Extract<FaultEffect, { kind: K }>

/** The faults in force. */
export interface FaultRegistry {
  readonly faults: readonly Fault[]
  add(order: FaultOrder): Fault
  remove(id: string): boolean
  clear(): void
  /** The first fault of one of these kinds that this request meets; counts as a hit. */
  meet<K extends FaultEffect['kind']>(kinds: readonly K[], asked: Asked): EffectOf<K> | undefined
}

interface Standing {
  readonly id: string
  readonly order: FaultOrder
  readonly hits: FaultHit[]
  matches: number
  removed: boolean
}

export interface RegistryOptions {
  readonly random: Random
  /** The accounts and hashes of a submitted transaction. */
  readonly named: (asked: Asked) => ReadonlySet<string>
}

export function createFaultRegistry({ random, named }: RegistryOptions): FaultRegistry {
  const standing: Standing[] = []
  const inForce = () => standing.filter(({ removed }) => !removed)

  function fires(fault: Standing, asked: Asked): boolean {
    const { match = {}, times = Infinity } = fault.order
    if (!fits(match, asked, named)) return false
    fault.matches += 1
    if (fault.matches < (match.nth ?? 1)) return false
    if (match.probability !== undefined && random() >= match.probability) return false
    fault.hits.push({ method: asked.method, path: asked.path })
    fault.removed = fault.hits.length >= times
    return true
  }

  return {
    get faults() {
      return standing
    },
    add(order) {
      const fault = {
        id: String(standing.length + 1),
        order,
        hits: [],
        matches: 0,
        removed: order.times === 0,
      }
      standing.push(fault)
      return fault
    },
    remove(id) {
      const fault = inForce().find((one) => one.id === id)
      if (fault) fault.removed = true
      return fault !== undefined
    },
    clear() {
      for (const fault of standing) fault.removed = true
    },
    meet<K extends FaultEffect['kind']>(kinds: readonly K[], asked: Asked) {
      const met = inForce().find(
        (fault) =>
          (kinds as readonly string[]).includes(fault.order.effect.kind) && fires(fault, asked),
      )
      return met?.order.effect as EffectOf<K> | undefined
    },
  }
}

function fits(match: FaultMatch, asked: Asked, named: RegistryOptions['named']): boolean {
  return (
    (match.method === undefined || match.method === asked.method) &&
    (match.path === undefined || pathFits(match.path, asked.path)) &&
    (match.client === undefined || clientOf(asked).includes(match.client)) &&
    [match.account, match.hash].every((word) => word === undefined || names(asked, word, named))
  )
}

function pathFits(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(path)
}

function clientOf({ headers, query }: Asked): string {
  const names = [headers['x-client-name'], headers['user-agent'], query.get('X-Client-Name')]
  return names.join(' ')
}

function names(asked: Asked, word: string, named: RegistryOptions['named']): boolean {
  return (
    asked.path.includes(word) || [...asked.query.values()].includes(word) || named(asked).has(word)
  )
}
