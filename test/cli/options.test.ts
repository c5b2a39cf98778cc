import { describe, expect, it } from 'vitest'
import { OptionRefused, readOptions } from '../../src/cli/options.ts'

const known = { role: 'text', json: 'flag' } as const

describe('the options of a command', () => {
  it('are read in either form, flags as they are there', () => {
    expect(readOptions(['--role', 'worker', '--json'], known)).toEqual({
      role: 'worker',
      json: true,
    })
    expect(readOptions(['--role=worker'], known)).toEqual({ role: 'worker' })
    expect(readOptions([], known)).toEqual({})
  })

  it.each([
    [['--rol', 'worker'], '--rol'],
    [['--role'], '--role'],
    [['--role', '--json'], '--role'],
    [['--json=yes'], '--json'],
    [['--no-json'], '--no-json'],
    [['worker'], 'worker'],
    [['-r'], '-r'],
  ])('are refused when they are misspelt or lack their text: %j', (args, named) => {
    const reading = () => readOptions(args, known)
    expect(reading).toThrow(OptionRefused)
    expect(reading).toThrow(named)
    expect(reading).toThrow(/See fairlead --help$/)
    expect(reading).toThrow(expect.objectContaining({ cause: expect.any(TypeError) as unknown }))
  })
})
