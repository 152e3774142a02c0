import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { launchBrowser, type Browser } from '@medley/testing/browser';
import { Service } from '@medley/testing/service';
import { Studio } from './fixtures/studio.ts';
import { Visitor, type VisitOptions } from './fixtures/visitor.ts';

jest.setTimeout(420_000);

let service: Service | undefined;
let browser: Browser | undefined;
let studio: Studio | undefined;
let visitor: Visitor | undefined;

beforeAll(async () => {
  service = await Service.start({
    models: ['tiny-codi'],
    logs: 'e2e-page-input',
    variables: { MEDLEY_PLAYGROUND: 'public' },
  });
  [browser, studio] = await Promise.all([launchBrowser(), Studio.open()]);
});
afterEach(async () => {
  const { page } = visitor ?? {};
  visitor = undefined;
  await page?.context().close();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([service?.stop(), studio?.close()]);
});

/** Comes to the page; whoever is left there at the end of a test is sent away. */
async function enter(options: VisitOptions = {}): Promise<Visitor> {
  visitor = await Visitor.enter(browser!, service!, options);
  return visitor;
}

const LONG = { Steps: '250', Samples: '8' };

describe('prompts', () => {
  it('come by typing, dropping and choosing files; each weighs what its slider says', async () => {
    const { page } = await enter();
    await visitor!.write('a dog');
    const png = Buffer.from(await studio!.png(0.3));
    const transfer = await page.evaluateHandle(
      (bytes) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([Uint8Array.from(bytes)], 'shade.png', { type: 'image/png' }));
        return dropped;
      },
      [...png],
    );
    await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
    await page.getByLabel('Files to add').setInputFiles([
      { name: 'tone.wav', mimeType: 'audio/wav', buffer: Buffer.from(await studio!.wav(440)) },
      { name: 'clip.mp4', mimeType: 'video/mp4', buffer: Buffer.from(await studio!.mp4(0.2)) },
    ]);
    await page.getByLabel('Weight of Sound 3').focus();
    await page.keyboard.press('Home');
    for (let presses = 0; presses < 10; presses += 1) await page.keyboard.press('ArrowRight');
    await visitor!.expectAccessible();
    await visitor!.picture('prompts-light');
    await visitor!.make();
    const made = await service!.client.get(await visitor!.reaches('succeeded'));
    expect(made.conditions.map(({ type, weight }) => [type, weight])).toEqual([
      ['text', 1],
      ['image', 1],
      ['audio', 0.5],
      ['video', 1],
    ]);
    await visitor!.leave();
  });

  it('come from the microphone and the camera', async () => {
    const { page } = await enter();
    const record = async (start: string) => {
      await visitor!.button(start).click();
      await visitor!.button('Stop (1 s)').click();
    };
    await visitor!.button('Voice').click();
    await visitor!.expectAccessible();
    await visitor!.picture('voice-light');
    await record('Record');
    await page.getByText('Your voice').waitFor();
    await visitor!.button('Camera').click();
    await visitor!.page.waitForFunction(() => document.querySelector<HTMLVideoElement>('.finder')!.videoWidth > 0);
    await visitor!.picture('camera-light');
    await visitor!.button('Take a picture').click();
    await page.getByText('Your picture').waitFor();
    await visitor!.button('Camera').click();
    await record('Record a clip');
    await page.getByText('Your clip').waitFor();
    await visitor!.make();
    const made = await service!.client.get(await visitor!.reaches('succeeded'));
    expect(made.conditions.map(({ type }) => type)).toEqual(['text', 'audio', 'image', 'video']);
    await visitor!.leave();
  });
});

describe('Enter', () => {
  it('makes one generation, however long it is held, and none of files that are on their way', async () => {
    const { page } = await enter();
    const bodies: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/v1/generations')
        bodies.push(request.postData()!);
    });
    const arrived = Promise.withResolvers<void>();
    await page.route('**/v1/assets', async (route) => {
      await arrived.promise;
      await route.continue();
    });
    const buffer = Buffer.from(await studio!.png(0.3));
    await page.getByLabel('Files to add').setInputFiles({ name: 'shade.png', mimeType: 'image/png', buffer });
    await visitor!.button('Sending files').waitFor();
    await visitor!.write('a dog');
    await page.keyboard.press('Enter');
    arrived.resolve();
    await visitor!.button('Make it').waitFor();
    for (let keydowns = 0; keydowns < 12; keydowns += 1) await page.keyboard.down('Enter');
    await visitor!.reaches('succeeded');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    const made = await service!.client.get(visitor!.shownId());
    expect(made.conditions.map(({ type }) => type)).toEqual(['text', 'image']);
    expect(bodies).toHaveLength(1);
    await visitor!.leave();
  });
});

describe('the focus', () => {
  const focused = () =>
    visitor!.page.evaluate(() => {
      const { tagName, textContent } = document.activeElement!;
      return `${tagName} ${document.activeElement!.getAttribute('aria-label') ?? textContent}`;
    });
  const focusIs = (words: string) =>
    visitor!.page.waitForFunction((wanted) => {
      const { tagName, textContent } = document.activeElement!;
      return `${tagName} ${document.activeElement!.getAttribute('aria-label') ?? textContent}` === wanted;
    }, words);

  it('goes on to the next prompt when one is removed', async () => {
    const { page } = await enter();
    await visitor!.write('one');
    for (const name of ['Words 2', 'Words 3']) {
      await visitor!.button('Words').click();
      await page.getByLabel(name, { exact: true }).fill(name);
    }
    const buffer = Buffer.from(await studio!.mp4(0.2));
    await page.getByLabel('Files to add').setInputFiles({ name: 'clip.mp4', mimeType: 'video/mp4', buffer });
    const clip = page.locator('.medium video');
    await clip.waitFor();
    expect(await clip.evaluate((video: HTMLVideoElement) => [video.controls, video.autoplay])).toEqual([true, false]);
    await visitor!.picture('clip-prompt-light');
    await visitor!.button('Remove Words 2').press('Enter');
    await page.getByLabel('Words 3', { exact: true }).waitFor({ state: 'detached' });
    expect(await focused()).toBe('TEXTAREA Words 2');
    expect(await page.getByLabel('Words 2', { exact: true }).inputValue()).toBe('Words 3');
    await visitor!.button('Remove Clip 3').press('Enter');
    await page.locator('.medium').waitFor({ state: 'detached' });
    expect(await focused()).toBe('TEXTAREA Words 2');
    await visitor!.leave();
  });

  it('goes on to what is shown when a generation is canceled, made again or deleted', async () => {
    const { page, stage } = await enter();
    await visitor!.write('a dog');
    await visitor!.set(LONG);
    await visitor!.make();
    await visitor!.button('Cancel', stage).press('Enter');
    await visitor!.reaches('canceled');
    await focusIs('H2 a dog');
    await visitor!.button('Again, another seed').press('Enter');
    await visitor!.button('Cancel', stage).waitFor();
    await focusIs('H2 a dog');
    await page.getByRole('tab', { name: 'Queue, 1' }).click();
    await visitor!.button(/^Cancel a dog/).press('Enter');
    await page.getByText('Nothing waits, nothing runs.').waitFor();
    await focusIs('BUTTON Queue');
    await visitor!.reaches('canceled');
    await visitor!.button('Delete', stage).press('Enter');
    await page.getByRole('heading', { name: /^Say it once/ }).waitFor();
    expect(await focused()).toMatch(/^H2 Say it once/);
    await visitor!.leave();
  });
});
