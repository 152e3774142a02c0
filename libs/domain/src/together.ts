/** As Promise.all, but rejects when all have settled: none of them goes on behind a caller that has failed. */
export async function together<const Values extends readonly unknown[]>(
  values: Values,
): Promise<{ -readonly [Index in keyof Values]: Awaited<Values[Index]> }> {
  await Promise.allSettled(values);
  return Promise.all(values);
}
