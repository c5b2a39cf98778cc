import type { BodyKind, Draft, Member } from './draft.ts'
import { render } from './draft.ts'
import { encodeLoosely } from './odd-values.ts'
import { authorizationOf, headerSafe } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

type Mutation = (draft: Draft, surroundings: Surroundings) => void

/** Changes a request in one way that nobody means, or in several. */
export function mutate(draft: Draft, surroundings: Surroundings): Draft {
  const { dice } = surroundings
  const times = dice.oneIn(5) ? 2 + dice.below(3) : 1
  for (let time = 0; time < times; time += 1) dice.choose(mutations)(draft, surroundings)
  draft.isWellFormed = false
  return draft
}

const mutations: readonly (readonly [number, Mutation])[] = [
  [30, changeMember],
  [5, dropMember],
  [4, repeatMember],
  [6, addMember],
  [8, changeQuery],
  [8, changePath],
  [8, changeHeaders],
  [4, changeToken],
  [3, changeMethod],
  [5, changeKind],
  [8, breakBytes],
]

function changeMember(draft: Draft, surroundings: Surroundings): void {
  const { dice, odd } = surroundings
  const members = draft.body?.members ?? []
  if (members.length === 0) return changeQuery(draft, surroundings)
  const at = dice.below(members.length)
  const member = members[at]
  if (member === undefined) return
  members[at] = {
    ...member,
    json: dice.choose([
      [6, () => odd.json(dice)],
      [3, () => JSON.stringify(odd.text(dice))],
      [1, () => `[${member.json}]`],
      [1, () => `{"${member.name}":${member.json}}`],
      [1, () => member.json.replace(/^"(.*)"$/, '$1')],
      [1, () => JSON.stringify(member.json)],
      [2, () => breakText(member.json, surroundings)],
    ])(),
    ...(member.file !== undefined && {
      file: { ...member.file, ...oddFile(surroundings) },
    }),
  }
}

const oddFile = ({ dice, odd }: Surroundings): Partial<NonNullable<Member['file']>> =>
  dice.pick([
    { bytes: odd.bytes(dice) },
    { bytes: new Uint8Array() },
    { type: headerSafe(odd.text(dice)) },
    { type: '' },
    { type: 'text/plain; charset=utf-16' },
    { fileName: headerSafe(odd.text(dice)).replaceAll('"', '%22') },
  ])

function dropMember(draft: Draft, { dice }: Surroundings): void {
  const members = draft.body?.members ?? []
  members.splice(dice.below(members.length), 1)
}

function repeatMember(draft: Draft, { dice, odd }: Surroundings): void {
  const members = draft.body?.members ?? []
  const member = members[dice.below(members.length)]
  if (member !== undefined) {
    members.push(dice.oneIn(2) ? member : { ...member, json: odd.json(dice) })
  }
}

function addMember(draft: Draft, surroundings: Surroundings): void {
  const { dice, odd } = surroundings
  draft.body ??= { kind: dice.pick(kinds), members: [] }
  const times = dice.oneIn(40) ? 250 : 1
  for (let time = 0; time < times; time += 1) {
    draft.body.members.push({ name: odd.name(dice), json: odd.json(dice) })
  }
}

function changeQuery(draft: Draft, { dice, odd }: Surroundings): void {
  const pair = [odd.name(dice), odd.text(dice).slice(0, 8_000)] as const
  const at = dice.below(draft.query.length)
  const known = draft.query[at]
  if (known === undefined || dice.oneIn(4)) draft.query.push(pair)
  else {
    draft.query[at] = [known[0], pair[1]]
    if (dice.oneIn(4)) draft.query.push(known)
    if (dice.oneIn(6)) draft.query.push([`${known[0]}[]`, known[1]])
    if (dice.oneIn(6)) draft.query.push([`${known[0]}[__proto__]`, known[1]])
  }
  if (dice.oneIn(4))
    draft.queryTail = dice.pick(['&', '&&=', '?', '&='] as const) + odd.encoded(dice)
}

function changePath(draft: Draft, { dice, odd }: Surroundings): void {
  const pieces = draft.path.split('/')
  const at = 1 + dice.below(pieces.length - 1)
  dice.pick([
    () => (pieces[at] = odd.encoded(dice)),
    () => (pieces[at] = encodeLoosely(odd.text(dice).slice(0, 2_000))),
    () => pieces.splice(at, 0, odd.encoded(dice)),
    () => pieces.push(''),
    () => pieces.splice(at, 1),
    () => (pieces[at] = (pieces[at] ?? '').toUpperCase()),
    () => (pieces[at] = `${pieces[at] ?? ''}${odd.encoded(dice)}`),
  ])()
  draft.path = `/${pieces.slice(1).join('/')}`.replaceAll(/[?#]/g, '')
}

function changeHeaders(draft: Draft, surroundings: Surroundings): void {
  const { dice, odd } = surroundings
  const text = headerSafe(odd.text(dice))
  const contentTypes = [
    '',
    'text/plain',
    'application/json; charset=utf-16',
    'application/json;charset="utf-8"; x=y; ;',
    'application/JSON',
    'application/graphql',
    'application/json, text/html',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary="${'b'.repeat(200)}"`,
    'multipart/mixed; boundary=the-boundary-of-the-fuzzer',
    text,
  ]
  dice.pick([
    () => (draft.contentType = dice.pick(contentTypes)),
    () => (draft.contentType = dice.pick(contentTypes)),
    () => draft.headers.push(['content-encoding', dice.pick(['gzip', 'br', 'identity', 'x'])]),
    () =>
      draft.headers.push(['accept', dice.pick(['text/html', '*/*;q=0', 'multipart/mixed', text])]),
    () => draft.headers.push(['accept-encoding', text], ['accept-language', text]),
    () => draft.headers.push(['cookie', 'a=b; '.repeat(dice.below(2_000))]),
    () => draft.headers.push(['idempotency-key', text]),
    () => draft.headers.push(['if-none-match', text], ['range', 'bytes=0-1']),
    () => draft.headers.push(['x-forwarded-for', text], ['forwarded', text]),
    () => draft.headers.push(['origin', text], ['access-control-request-method', 'PUT']),
    () => draft.headers.push(['x-http-method-override', 'DELETE'], ['x-request-id', text]),
    () => draft.headers.push(['payout-signature', text], ['payout-timestamp', text]),
    () => draft.headers.push(['host', dice.pick(['', 'evil.example', 'a:99999', text])]),
    () => {
      const more = Array.from({ length: 300 }, (_, at) => [`x-${at}`, '1'] as const)
      draft.headers.push(...more)
    },
  ])()
}

function changeToken(draft: Draft, surroundings: Surroundings): void {
  const others = draft.headers.filter(([name]) => name !== 'authorization')
  let token = authorizationOf(surroundings)
  if (surroundings.dice.oneIn(3)) token = undefined
  draft.headers = token === undefined ? others : [...others, ['authorization', token]]
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']

function changeMethod(draft: Draft, { dice }: Surroundings): void {
  draft.method = dice.pick(methods)
}

const kinds: readonly BodyKind[] = ['json', 'form', 'multipart']

function changeKind(draft: Draft, { dice }: Surroundings): void {
  const before = render(draft)
  if (draft.body === undefined) return
  draft.body.kind = dice.pick(kinds)
  // or only the name of the form
  if (dice.oneIn(3) && before.body !== undefined) draft.bytes = before.body
}

function breakBytes(draft: Draft, surroundings: Surroundings): void {
  const { dice } = surroundings
  const written = render(draft).body
  if (written === undefined) return
  const bytes = Buffer.from(written)
  const at = dice.below(bytes.length + 1)
  draft.bytes = dice.pick([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.of(dice.below(256)), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.of(0, 0xff, 0xfe), bytes.subarray(at)]),
    () => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]),
    () => Buffer.concat([bytes, bytes]),
    () =>
      Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ (1 << dice.below(8)) : byte))),
    () => Buffer.from(breakText(bytes.toString(), surroundings)),
    () => Buffer.alloc(0),
    () => (dice.oneIn(20) && bytes.length > 0 ? Buffer.alloc(300_000, bytes) : bytes),
  ])()
}

/** Swaps, drops or doubles a stretch of a text. */
export function breakText(text: string, { dice, odd }: Surroundings): string {
  const from = dice.below(text.length + 1)
  const to = from + dice.below(Math.min(text.length - from, 20) + 1)
  const [head, part, tail] = [text.slice(0, from), text.slice(from, to), text.slice(to)]
  return dice.pick([
    () => head + tail,
    () => head + part + part + tail,
    () => head + odd.text(dice).slice(0, 2_000) + tail,
    () => head + dice.pick(['{', '}', '"', ',', ':', '(', ')', '@', '$', '...', '#', '\\']) + tail,
    () => tail + part + head,
  ])()
}
