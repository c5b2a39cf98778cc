import { expect, it } from 'vitest'
import { describedIn } from '../../../src/domain/asset/asset-policy.ts'

it('says a text in the language asked for, and else in English (SEP31-16)', () => {
  const text = {
    description: 'type of deposit',
    translations: { es: 'tipo de depósito', fr: 'dépôt' },
  }
  expect(describedIn(text, 'es')).toBe('tipo de depósito')
  expect(describedIn(text, 'fr')).toBe('dépôt')
  expect(describedIn(text, 'de')).toBe('type of deposit')
  expect(describedIn(text, 'constructor')).toBe('type of deposit')
  expect(describedIn({ description: 'type of deposit' }, 'es')).toBe('type of deposit')
})
