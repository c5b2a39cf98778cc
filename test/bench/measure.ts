/** Figures of one side of a comparison, one per round. */
export type Figures = readonly number[]

export interface Lanes {
  /** Calls under way at any moment. */
  readonly lanes: number
  readonly ms: number
}

/** Keeps `lanes` calls under way for a while; answers how many ended, per second. */
export async function rateOf(
  call: (lane: number) => Promise<unknown>,
  { lanes, ms }: Lanes,
): Promise<number> {
  const began = performance.now()
  const until = began + ms
  let ended = 0
  const run = async (lane: number): Promise<void> => {
    while (performance.now() < until) {
      await call(lane)
      ended += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)))
  return (ended * 1_000) / (performance.now() - began)
}

/** Synchronous work again and again for a while; answers how often, per second. */
export function bareRateOf(work: () => void, ms: number): number {
  const began = performance.now()
  let done = 0
  while (performance.now() - began < ms) {
    work()
    done += 1
  }
  return (done * 1_000) / (performance.now() - began)
}

export type Side = () => number | Promise<number>

/** Each side once per round, in turn, so that whatever else the machine does hits all of them. */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  rounds: number,
): Promise<Record<Name, Figures>> {
  const names = Object.keys(sides) as Name[] // a record has no other keys
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) figures[name].push(await sides[name]())
  }
  return figures
}

export function median(figures: Figures): number {
  return quantile(figures, 0.5)
}

export function quantile(figures: Figures, part: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Round by round, so that a disturbance that hit both sides of a round cancels out. */
export function ratios(ours: Figures, bare: Figures): Figures {
  return ours.map((figure, round) => figure / (bare[round] ?? Number.NaN))
}
