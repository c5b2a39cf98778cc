import { describe, expect, it } from 'vitest'
import { exemptions, exemptionsIn, protocolOf, protocols } from './requirement-lists.ts'
import { contradictionsIn, shortfallsOf, standingOf } from './standing.ts'
import { idsInTitles, namedInTitles } from './titles.ts'

describe('the requirements of the standards', () => {
  const lists = protocols()
  const evidence = { named: namedInTitles(), exempt: exemptions() }

  it('are those of each protocol that is offered', () => {
    expect(lists.map(({ name }) => name)).toEqual([
      'SEP-1',
      'SEP-9',
      'SEP-10',
      'SEP-12',
      'SEP-31',
      'Sandbox',
    ])
    expect(lists.map(({ requirements }) => requirements.length)).toEqual([
      58, 46, 138, 137, 195, 123,
    ])
  })

  it.each(lists)('of $name: each MUST has a test, and nine tenths of SHOULD', (protocol) => {
    const standing = standingOf(protocol, evidence)
    const missing = standing.missing.filter(({ level }) => level === 'MUST')
    expect(missing).toEqual([])
    expect(shortfallsOf(standing)).toEqual([])
  })

  it('are named by no test that docs/conformance.md contradicts, and none is made up', () => {
    expect(contradictionsIn(lists, evidence)).toEqual([])
  })
})

describe('the count', () => {
  const list = protocolOf('# X: a title\n\n- SEP10-01 MUST: one.\n- SEP10-02 SHOULD: two.\n')

  it('knows the title of a test that runs from a comment, a body and one that is skipped', () => {
    const source = `
      // SEP10-01 is not shown by a comment
      const table = ['SEP10-02']
      describe('a thing (SEP10-03)', () => {
        it.each(table)(\`is right \${table} (SEP10-04)\`, () => { say('SEP10-05') })
        it('SEP10-06', function () { say('SEP10-07') })
        it.skip('SEP10-21', () => {})
        it.todo('SEP10-22')
        test.each(['SEP10-08'])('%s', (id: string) => { expect(id).toBe('SEP10-09') })
      })
      describe.skip('SEP10-23', () => { it('SEP10-24', () => {}) })`
    expect([...idsInTitles(source)]).toEqual([
      'SEP10-02',
      'SEP10-03',
      'SEP10-04',
      'SEP10-06',
      'SEP10-08',
    ])
  })

  it('falls short when a MUST or too much of SHOULD has no test', () => {
    const nothing = standingOf(list, { named: [], exempt: [] })
    expect(nothing.missing.map(({ id }) => id)).toEqual(['SEP10-01', 'SEP10-02'])
    expect(shortfallsOf(nothing)).toEqual([
      'X: 0 % of MUST, wanted 100 %',
      'X: 0 % of SHOULD, wanted 90 %',
    ])
    const exempt = [{ id: 'SEP10-02', reason: 'it does not apply.' }]
    const named = [{ id: 'SEP10-01', path: 'a.test.ts' }]
    expect(shortfallsOf(standingOf(list, { named, exempt }))).toEqual([])
  })

  it('finds what contradicts', () => {
    const exempt = ['SEP10-01', 'SEP10-01', 'SEP10-98'].map((id) => ({ id, reason: 'no.' }))
    const named = ['SEP10-01', 'SEP10-99'].map((id) => ({ id, path: 'a.test.ts' }))
    expect(contradictionsIn([list], { named, exempt })).toEqual([
      'SEP10-01 is n/a twice',
      'SEP10-98 is n/a but in no list',
      'a.test.ts names SEP10-99, which is in no list',
      'a.test.ts names SEP10-01, which docs/conformance.md says is n/a',
    ])
  })

  it('takes an exemption only with its reason, one a line', () => {
    expect(exemptionsIn('- SEP10-01 n/a: there is no such thing.')).toHaveLength(1)
    for (const line of [
      '- SEP10-01 n/a',
      '- SEP10-01, SEP10-02 n/a: both are odd.',
      'SEP10-01 n/a.',
    ])
      expect(() => exemptionsIn(line)).toThrow('expected')
  })
})
