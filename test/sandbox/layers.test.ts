import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOf, textOf } from '../repository.ts'

const home = 'src/sandbox/network'
const layers = 'ledger queue history network http streams faults friendbot control'.split(' ')

/** What each of the lower layers may know, itself aside. Those above may know everything below. */
const known: Readonly<Record<string, readonly string[]>> = {
  ledger: [],
  queue: ['ledger'],
  history: ['ledger'],
  // Installing a fixture asks for the key that friendbot pays from, and nothing else of it.
  network: ['ledger', 'queue', 'history', 'friendbot/root-key.ts'],
}

const sources = (layer: string) =>
  filesOf(`${home}/${layer}`).filter((path) => path.endsWith('.ts'))
const importsOf = (path: string) =>
  [...textOf(path).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? posix.relative(home, posix.join(posix.dirname(path), target)) : target,
  )
const codeOf = (path: string) =>
  textOf(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')

describe('the layers of the sandbox network', () => {
  it('are all there (SBX-02)', () => {
    expect(layers.filter((layer) => sources(layer).length === 0)).toEqual([])
  })

  it.each(Object.entries(known))('%s knows nothing above itself (SBX-02)', (layer, below) => {
    const foreign = sources(layer).flatMap((path) =>
      importsOf(path)
        .filter((target) => layers.includes(target.split('/')[0] ?? ''))
        .filter((target) => ![layer, ...below].some((one) => `${target}/`.startsWith(`${one}/`)))
        .map((target) => `${path}: ${target}`),
    )
    expect(foreign).toEqual([])
  })

  it('of ledger, queue and history have no clock, chance or I/O (SBX-02)', () => {
    const pure = ['ledger', 'queue', 'history'].flatMap(sources)
    const outside = pure.flatMap((path) => [
      ...importsOf(path).filter((name) => name.startsWith('node:') && name !== 'node:crypto'),
      ...(codeOf(path).match(
        /Date\.now|new Date\(\)|Math\.random|randomBytes|randomUUID|performance\.|set(Timeout|Interval|Immediate)|process\.|fetch\(/g,
      ) ?? []),
    ])
    expect(pure.length).toBeGreaterThan(50)
    expect(outside).toEqual([])
  })

  it('of ledger, queue and history count without floating point (SBX-04)', () => {
    const floating =
      /parseFloat|toFixed|toPrecision|Math\.(?!max|min)\w+|\bNumber\.EPSILON|(?<![\w.'"])\d+\.\d|\d[eE]-\d/g
    const found = ['ledger', 'queue', 'history']
      .flatMap(sources)
      .flatMap((path) => (codeOf(path).match(floating) ?? []).map((text) => `${path}: ${text}`))
    expect(found).toEqual([])
  })

  it('turn big integers into numbers only where 32 bits are enough (SBX-04)', () => {
    const found = ['ledger', 'queue', 'history']
      .flatMap(sources)
      .flatMap((path) => codeOf(path).match(/\bNumber\([^\n]*/g) ?? [])
      .map((text) => text.replace(/\).*$/, ')'))
    expect([...new Set(found)].toSorted()).toEqual(
      [
        'Number((id >> 12n)', // place of a transaction in its ledger
        'Number(baseFee)', // 32 bits in the header
        'Number(baseReserve)',
        'Number(head.baseFee)',
        'Number(head.baseReserve)',
        'Number(id & 0xfffn)', // place of an operation in its transaction
        'Number(id >> 32n)', // number of the ledger
        'Number(sign)', // plus or minus one
        'Number(unixSeconds)',
      ].toSorted(),
    )
  })
})

describe('the sandbox network as a package (SBX-01)', () => {
  it('has no native dependency', () => {
    const packages = new Set(
      filesOf(home)
        .filter((path) => path.endsWith('.ts'))
        .flatMap(importsOf)
        .filter((name) => /^(?!node:)(@[^/]+\/)?[a-z][^/]*/.test(name) && !name.endsWith('.ts'))
        .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]),
    )
    // Pure JavaScript each; a new one wants a look before it is added here.
    expect(packages).toEqual(new Set(['@peculiar/x509', '@stellar/stellar-sdk']))
  })

  it('calls nobody', () => {
    const calling = filesOf(home)
      .filter((path) => path.endsWith('.ts') && !path.endsWith('/preload.ts'))
      .filter((path) => /\bfetch\(|\brequest\(|net\.connect|undici|node:dns/.test(codeOf(path)))
    expect(calling).toEqual([])
  })
})

describe('the README of the sandbox network', () => {
  const readme = textOf(`${home}/README.md`)
  const listed = readme.slice(readme.indexOf('## Deliberate deviations'))

  it.each([
    'No consensus',
    'no peers',
    'no history archives',
    'no Soroban and no RPC',
    'no liquidity pools',
    'result_meta_xdr',
    'No surge auction',
    'share a close time',
  ])('lists the deviation "%s" (SBX-123)', (deviation) => {
    expect(listed.replaceAll(/\s+/g, ' ')).toContain(deviation)
  })
})
