import { describe, expect, it } from 'vitest'
import { filesOf, textOf } from '../repository.ts'
import { idsInTitles } from './titles.ts'

/** Faults of comparable systems, and the tests that they cannot happen here. */

const id = /\b(?:AP-[12]\.\d{1,2}|POLARIS-8\.\d{1,2})\b/g
const own = 'test/conformance/known-faults.test.ts'
const tests = filesOf('test').filter((path) => /\.(test|contract)\.ts$/.test(path) && path !== own)

interface Line {
  readonly id: string
  readonly here: string
  readonly test: string
}

const lines: readonly Line[] = textOf('docs/known-faults.md')
  .split('\n')
  .flatMap((line) => {
    const [, fault = '', , here = '', test = ''] = line.split('|').map((cell) => cell.trim())
    const name = fault.match(id)?.[0]
    return name === undefined ? [] : [{ id: name, here, test }]
  })
const applying = lines.filter(({ here }) => !here.startsWith('does not apply: '))

const shownIn = (path: string): ReadonlySet<string> => idsInTitles(textOf(path), id)

describe('docs/known-faults.md', () => {
  it('has each fault once, in order', () => {
    const numbered = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${name}.${index + 1}`)
    expect(lines.map((line) => line.id)).toEqual([
      ...numbered('AP-1', 29),
      ...numbered('AP-2', 19),
      ...numbered('POLARIS-8', 34),
    ])
  })

  it('names a test for each that could happen here, and a reason for each other', () => {
    const faulty = lines.filter((line) =>
      applying.includes(line)
        ? !tests.includes(line.test)
        : line.test !== '' || !/^does not apply: .{8,}/.test(line.here),
    )
    expect(faulty).toEqual([])
  })

  it('has for each a test with its id in the title, in the file that it names', () => {
    const without = applying.filter(({ id: name, test }) => !shownIn(test).has(name))
    expect(without.map(({ id: name, test }) => `${name}: ${test}`)).toEqual([])
  })

  it('has every id that a title names, and as one that applies', () => {
    const known = new Set(applying.map((line) => line.id))
    const unknown = tests.flatMap((path) =>
      [...shownIn(path)].filter((name) => !known.has(name)).map((name) => `${path}: ${name}`),
    )
    expect(unknown).toEqual([])
  })
})
