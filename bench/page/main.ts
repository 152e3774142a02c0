/**
 * How soon the page can be used, and how soon a preview is seen: `npm run bench:page [-- --model NAME]`.
 *
 * A headless Chromium opens the page with an empty cache, signed in by the key in its address. It is interactive when the
 * models are known and the first request can be sent (the mark `medley:ready`). Then it makes pictures of many steps; a
 * second client of the same generation notes when it is told of each step, and the page when the preview of that step has
 * been painted. Both read the clock of this machine.
 */
import { parseArgs } from 'node:util';
import { launchBrowser, type Page } from '@medley/testing/browser';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';

const VISITS = 10;
const GENERATIONS = 5;
const STEPS = '200';

const { model } = parseArgs({ options: { model: { type: 'string', default: 'tiny-codi' } } }).values;
const service = await Service.start({ models: [model], logs: 'bench-page' });
const browser = await launchBrowser();

/** Milliseconds from the begin of the navigation, and bytes that came over the wire. */
async function visit() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${service.url}/#key=${service.key}`);
  await page.waitForFunction(() => performance.getEntriesByName('medley:ready').length > 0);
  const figures = await page.evaluate(() => ({
    ready_ms: performance.getEntriesByName('medley:ready')[0]!.startTime,
    first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    kilobytes:
      (['navigation', 'resource'] as const)
        .flatMap((type) => performance.getEntriesByType(type) as PerformanceResourceTiming[])
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1024,
  }));
  await context.close();
  return figures;
}

/** Notes in the page when a preview of each step was painted. */
async function watchPreviews(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: [step: number, at: number][] = [];
    Object.assign(globalThis, { seenPreviews: seen });
    const note = () => {
      const step = Number(document.querySelector<HTMLElement>('.tile--image .preview')?.dataset['step'] ?? 0);
      if (step > 0 && step !== seen.at(-1)?.[0]) seen.push([step, 0]);
      else return;
      const entry = seen.at(-1)!;
      requestAnimationFrame(() => setTimeout(() => (entry[1] = Date.now())));
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}

/** Milliseconds from each step that was previewed to its preview. */
async function delays(page: Page): Promise<number[]> {
  await page.evaluate(() => (globalThis as unknown as { seenPreviews: unknown[] }).seenPreviews.splice(0));
  const before = new URL(page.url()).hash;
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.waitForFunction((hash) => location.hash !== hash, before);
  const steps = new Map<number, number>();
  for await (const event of service.client.events(new URL(page.url()).hash.slice(1)))
    if (event.type === 'step') steps.set(event.step, Date.now());
  await page.locator('.stage[data-status="succeeded"]').waitFor();
  const seen = await page.evaluate(() => (globalThis as unknown as { seenPreviews: [number, number][] }).seenPreviews);
  return seen.filter(([step, at]) => at > 0 && steps.has(step)).map(([step, at]) => at - steps.get(step)!);
}

const visits: Awaited<ReturnType<typeof visit>>[] = [];
const previews: number[] = [];
try {
  await visit(); // The gateway and Chromium warm up.
  for (let at = 0; at < VISITS; at += 1) visits.push(await visit());
  const page = await browser.newPage();
  await page.goto(`${service.url}/#key=${service.key}`);
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Steps', { exact: true }).fill(STEPS);
  await watchPreviews(page);
  for (let at = 0; at < GENERATIONS; at += 1) previews.push(...(await delays(page)));
} finally {
  await browser.close();
  await service.stop();
}

console.log(`${model}, ${VISITS} visits, ${previews.length} previews\n${describeMachine()}\n`);
printTable(visits);
const [ready, late] = [median(visits.map(({ ready_ms: at }) => at)), quantile(previews, 0.95)];
console.log(`\npreviews after their steps: p50 ${median(previews).toFixed(0)} ms, p95 ${late.toFixed(0)} ms`);
judge([
  { claim: 'first load, KB compressed', value: Math.max(...visits.map(({ kilobytes }) => kilobytes)), limit: 250 },
  { claim: 'interactive, median, ms', value: ready, limit: 1_000 },
  { claim: 'preview after its step, p95, ms', value: late, limit: 300 },
]);
