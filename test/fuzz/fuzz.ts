import { z } from 'zod'
import type { Doubts } from './doubts.ts'
import type { Findings } from './findings.ts'
import { show } from './findings.ts'
import type { HttpAnswer, Judge } from './judge.ts'
import type { Made, Making } from './make-request.ts'
import { makeRequest } from './make-request.ts'
import { faultsOfRaw, sendRaw } from './raw-requests.ts'
import type { Sender } from './send.ts'
import { faultsOfSocket, sendSocket } from './socket-requests.ts'
import { remember } from './surroundings.ts'
import type { Tally } from './tally.ts'
import type { FuzzWorld } from './world.ts'

export interface Fuzzing extends Making {
  readonly world: FuzzWorld
  readonly sender: Sender
  readonly judge: Judge
  readonly findings: Findings
  readonly tally: Tally
  readonly doubts: Doubts
  /** Told after each request. */
  readonly onDone: () => void
}

/** Sends the requests with these numbers, a few at a time. */
export async function fuzz(
  range: { readonly from: number; readonly to: number; readonly atOnce: number },
  fuzzing: Fuzzing,
): Promise<void> {
  let next = range.from
  const work = async () => {
    while (next < range.to) {
      const index = next
      next += 1
      await tryOne(index, fuzzing)
      fuzzing.onDone()
    }
  }
  await Promise.all(Array.from({ length: range.atOnce }, work))
}

/** Makes, sends and judges one request; what was sent and answered is told when it is asked for. */
export async function tryOne(index: number, fuzzing: Fuzzing): Promise<() => string> {
  const made = makeRequest(index, fuzzing)
  switch (made.kind) {
    case 'raw':
      return tryRaw(index, made, fuzzing)
    case 'socket':
      return trySocket(index, made, fuzzing)
    case 'http':
      return tryHttp(index, made, fuzzing)
  }
}

async function tryRaw(
  index: number,
  { request }: Extract<Made, { readonly kind: 'raw' }>,
  { world, findings, tally }: Fuzzing,
): Promise<() => string> {
  const began = performance.now()
  const answer = await sendRaw(request, world.urls[request.door])
  tally.note(request.label, 400, performance.now() - began)
  const sent = request.writes.map((one) => JSON.stringify(Buffer.from(one).toString('latin1')))
  const shown = () => `${sent.join('\n')}\n-->\n${answer.text}`.slice(0, 4_000)
  for (const fault of faultsOfRaw(answer)) {
    findings.add({ fault: `${request.label}: ${fault}`, index, shown: shown() })
  }
  return shown
}

async function trySocket(
  index: number,
  { request }: Extract<Made, { readonly kind: 'socket' }>,
  { world, findings, tally }: Fuzzing,
): Promise<() => string> {
  const began = performance.now()
  const answer = await sendSocket(request, world.urls[request.door])
  // it was let in, and not thrown out
  const isTaken = answer.heard.length > 0 && answer.closeCode === undefined
  tally.note(request.label, isTaken ? 200 : 400, performance.now() - began)
  const shown = () =>
    [...request.messages, '-->', ...answer.heard, `closed with ${answer.closeCode ?? 'nothing'}`]
      .join('\n')
      .slice(0, 4_000)
  for (const fault of faultsOfSocket(answer)) {
    findings.add({ fault: `${request.label}: ${fault}`, index, shown: shown() })
  }
  return shown
}

async function tryHttp(
  index: number,
  { request, surroundings }: Extract<Made, { readonly kind: 'http' }>,
  { sender, judge, findings, tally, doubts, recent }: Fuzzing,
): Promise<() => string> {
  const answer = await sender.send(request)
  const shown = () => show(request, answer)
  if (answer === undefined) return shown // no client could send it
  if (typeof answer === 'string') {
    const [what] = answer.split('\n', 1)
    findings.add({ fault: `${request.label}: ${what}`, index, shown: shown() })
    return shown
  }
  tally.note(request.label, answer.status, answer.ms)
  if (doubts.note({ index, request, answer })) return shown
  for (const fault of judge(request, answer)) {
    findings.add({ fault: `${request.label}: ${fault}`, index, shown: shown() })
  }
  if (answer.status < 300) learn(request.label, answer, { recent, surroundings })
  return shown
}

const opened = z.object({ id: z.string(), stellar_memo: z.string() })
const cursor = /"a\d+":"([\w-]{24,200})"/g

/** Later requests ask for what earlier ones made. */
function learn(
  label: string,
  { status, text }: HttpAnswer,
  {
    recent,
    surroundings,
  }: Pick<Fuzzing, 'recent'> & Pick<Extract<Made, { kind: 'http' }>, 'surroundings'>,
): void {
  if (status === 201) {
    const read = opened.safeParse(JSON.parse(text))
    if (read.success) remember(recent.transactions, [surroundings.client, read.data.id])
  } else if (label.endsWith('/graphql') && surroundings.dice.oneIn(8)) {
    for (const [, found = ''] of text.matchAll(cursor)) remember(recent.cursors, found)
  }
}
