import type { FaultOrder } from '../faults/fault.ts'
import type { Exchange, Reply, Route } from '../http/exchange.ts'
import { badField, Problem } from '../http/problem.ts'
import type { Lag } from '../network/ingestion.ts'
import type { Pace } from '../network/pace.ts'
import type { ExportedNetwork } from '../network/time-travel.ts'
import type { Control, FundCommand } from './control.ts'
import { isLocal } from '../../local-caller.ts'
import { readCommand } from './read-command.ts'
import type { Command } from './read-command.ts'

type Answer = object | Promise<object>
type Verb = (control: Control, command: Command, exchange: Exchange) => Answer

const DONE = { done: true }

/** Every POST takes a JSON object; see the README for the fields. */
const VERBS: Readonly<Record<string, Verb>> = {
  close: (control, command) => ({
    sequence: control.close({
      ledgers: command.whole('ledgers', 1),
      ...(command.has('closeTime') ? { closeTime: BigInt(command.whole('closeTime', 0)) } : {}),
    }),
  }),
  mode(control, command) {
    control.mode(paceOf(command))
    return DONE
  },
  submit: (control, command) => control.submit(command.text('tx')),
  fund: (control, command) => control.fund(command.value as unknown as FundCommand),
  wait_for_ledger: async (control, command) => ({
    reached: await control.waitForLedger(
      command.whole('sequence', 0),
      command.whole('timeoutMs', 30_000),
    ),
  }),
  wait_for_tx: async (control, command) => ({
    reached: await control.waitForTransaction(
      command.text('hash'),
      command.whole('timeoutMs', 30_000),
    ),
  }),
  snapshot: (control) => ({ id: control.snapshot() }),
  revert(control, command) {
    if (!control.revert(command.text('id'))) throw badField('id', 'id: there is no such snapshot')
    return DONE
  },
  reset(control) {
    control.reset()
    return DONE
  },
  import(control, command) {
    control.import(command.value as unknown as ExportedNetwork)
    return DONE
  },
  lag(control, command) {
    control.lag(command.value as Lag)
    return DONE
  },
  advance(control, command) {
    control.advance(command.whole('seconds', 0))
    return DONE
  },
  freeze(control) {
    control.freeze()
    return DONE
  },
  unfreeze(control) {
    control.unfreeze()
    return DONE
  },
  faults: (control, command) => control.addFault(faultOrder(command)),
  remove_fault: (control, command) => ({ removed: control.removeFault(command.text('id')) }),
  clear_faults(control) {
    control.clearFaults()
    return DONE
  },
  chaos(control) {
    control.chaos()
    return DONE
  },
  clear_log(control) {
    control.clearRequests()
    return DONE
  },
  slip_in(control, command) {
    const when = command.text('when')
    if (when !== 'admission' && when !== 'application') {
      throw badField('when', 'when: say admission or application')
    }
    control.slipIn({ tx: command.text('tx'), before: command.text('before'), when })
    return DONE
  },
  trim(control, command) {
    control.trim(command.whole('elder', 0))
    return DONE
  },
  surge(control, command) {
    const baseFee = BigInt(command.whole('baseFee', 100))
    control.surge({ baseFee, ledgers: command.whole('ledgers', 1) })
    return DONE
  },
}

const READS: Readonly<Record<string, (control: Control) => object>> = {
  state: (control) => control.state(),
  log: (control) => ({ requests: control.requests() }),
  export: (control) => control.export(),
  faults: (control) => ({ faults: control.faults() }),
}

function paceOf(command: Command): Pace {
  const mode = command.text('mode')
  if (mode === 'manual') return { mode }
  if (mode === 'interval') return { mode, intervalMs: command.whole('intervalMs', 1000) }
  if (mode === 'instant') {
    return command.has('idleMs') ? { mode, idleMs: command.whole('idleMs', 5000) } : { mode }
  }
  throw badField('mode', 'mode: say instant, interval or manual')
}

function faultOrder(command: Command): FaultOrder {
  const order = command.value as unknown as FaultOrder
  if (typeof order.effect?.kind !== 'string') {
    throw badField('effect', 'effect: an object with the kind of the fault')
  }
  return order
}

function json(value: object): Reply {
  const body = JSON.stringify(
    value,
    (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part),
    2,
  )
  return { status: 200, type: 'application/json; charset=utf-8', body }
}

/** The control API under `/_sandbox/`, for this machine only (SBX-93). */
export function controlRoutes(control: Control): Route[] {
  return [
    {
      pattern: '/_sandbox/:verb',
      get(exchange) {
        onlyLocal(exchange)
        const read = namedBy(exchange, READS)
        if (!read) throw new Problem('not_found')
        return json(read(control))
      },
      async post(exchange) {
        onlyLocal(exchange)
        const verb = namedBy(exchange, VERBS)
        if (!verb) throw new Problem('not_found')
        return json(await carryOut(verb, control, exchange))
      },
    },
  ]
}

/** An object has more names than were given to it: `constructor` is none of ours. */
const namedBy = <T>({ params: { verb = '' } }: Exchange, all: Readonly<Record<string, T>>) =>
  Object.hasOwn(all, verb) ? all[verb] : undefined

/** What the network cannot make sense of is the caller's to mend, never a 5xx. */
async function carryOut(verb: Verb, control: Control, exchange: Exchange): Promise<object> {
  const command = readCommand(exchange)
  try {
    return await verb(control, command, exchange)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('bad_request', {
      reason: error instanceof Error ? error.message : 'the command was not understood',
    })
  }
}

function onlyLocal(exchange: Exchange): void {
  if (!isLocal(exchange)) throw new Problem('not_found')
}
