/** How the bank misbehaves at the moment; set over POST /_sandbox/settings. */
export interface BankSettings {
  /** Added before every answer on the rail. */
  readonly latencyMs: number
  /** The next so many rail requests fail in the way of `failWith`. */
  readonly failNext: number
  readonly failWith: FailWith
  /** How the magic "unknown" numbers withhold the answer: closed at once, or left open. */
  readonly unknownAs: 'drop' | 'hang'
  /** After how long "later" is, for magic numbers. */
  readonly settleAfterMs: number
  readonly dropWebhooks: boolean
  /** Added after the work is done, before the answer: webhooks then come first. */
  readonly answerLatencyMs: number
  /** Every webhook is told so many times more. */
  readonly webhookRepeats: number
  /** Each webhook waits for some part of this first, so that they overtake each other. */
  readonly webhookJitterMs: number
}

/**
 * `unavailable`: 503, nothing done. `drop_before`: connection closed, nothing done. `drop_after`: done,
 * then connection closed. `error_after`: done, then 500. `malformed`: done, then an answer that is not JSON.
 */
export const failures = [
  'unavailable',
  'drop_before',
  'drop_after',
  'error_after',
  'malformed',
] as const
export type FailWith = (typeof failures)[number]

export const defaultSettings: BankSettings = {
  latencyMs: 0,
  failNext: 0,
  failWith: 'unavailable',
  unknownAs: 'drop',
  settleAfterMs: 3_000,
  dropWebhooks: false,
  answerLatencyMs: 0,
  webhookRepeats: 0,
  webhookJitterMs: 0,
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: BankSettings }
  | { readonly ok: false; readonly fault: string }

const millisecondsMax = 600_000
const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= millisecondsMax
const isOneOf =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    words.some((word) => word === value)

const settingsOnTheWire = {
  latency_ms: { name: 'latencyMs', fits: isCount, says: 'a whole number, 0 to 600000' },
  fail_next: { name: 'failNext', fits: isCount, says: 'a whole number, 0 to 600000' },
  fail_with: { name: 'failWith', fits: isOneOf(failures), says: `one of ${failures.join(', ')}` },
  unknown_as: { name: 'unknownAs', fits: isOneOf(['drop', 'hang']), says: 'drop or hang' },
  settle_after_ms: { name: 'settleAfterMs', fits: isCount, says: 'a whole number, 0 to 600000' },
  drop_webhooks: {
    name: 'dropWebhooks',
    fits: (value: unknown) => typeof value === 'boolean',
    says: 'true or false',
  },
  answer_latency_ms: {
    name: 'answerLatencyMs',
    fits: isCount,
    says: 'a whole number, 0 to 600000',
  },
  webhook_repeats: { name: 'webhookRepeats', fits: isCount, says: 'a whole number, 0 to 600000' },
  webhook_jitter_ms: {
    name: 'webhookJitterMs',
    fits: isCount,
    says: 'a whole number, 0 to 600000',
  },
} as const satisfies Record<
  string,
  { name: keyof BankSettings; fits: (value: unknown) => boolean; says: string }
>

/** Lays what the JSON names over the present settings. */
export function readSettings(
  present: BankSettings,
  json: Record<string, unknown>,
): SettingsReading {
  const known = new Map(Object.entries(settingsOnTheWire))
  const changes: [string, unknown][] = []
  for (const [wireName, value] of Object.entries(json)) {
    const setting = known.get(wireName)
    if (setting === undefined) return { ok: false, fault: `There is no setting ${wireName}.` }
    if (!setting.fits(value)) return { ok: false, fault: `${wireName} has to be ${setting.says}.` }
    changes.push([setting.name, value])
  }
  return { ok: true, settings: { ...present, ...Object.fromEntries(changes) } }
}

export const writeSettings = (settings: BankSettings): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settingsOnTheWire).map(([wireName, { name }]) => [wireName, settings[name]]),
  )
