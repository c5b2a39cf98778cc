/** Waits for a condition, asking again every few milliseconds; fails after the deadline. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
