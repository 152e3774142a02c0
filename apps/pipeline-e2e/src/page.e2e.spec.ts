import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { launchBrowser, type Browser } from '@medley/testing/browser';
import { Service } from '@medley/testing/service';
import { Visitor, type VisitOptions } from './fixtures/visitor.ts';

jest.setTimeout(420_000);

let service: Service | undefined;
let browser: Browser | undefined;
let visitor: Visitor | undefined;

beforeAll(async () => {
  service = await Service.start({
    models: ['tiny-codi'],
    logs: 'e2e-page',
    variables: { MEDLEY_PLAYGROUND: 'public' },
  });
  browser = await launchBrowser();
});
afterEach(async () => {
  const { page } = visitor ?? {};
  visitor = undefined;
  await page?.context().close();
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** Comes to the page; whoever is left there at the end of a test is sent away. */
async function enter(options: VisitOptions = {}): Promise<Visitor> {
  visitor = await Visitor.enter(browser!, service!, options);
  return visitor;
}

const ALL = (['text', 'image', 'audio', 'video'] as const).map((type) => ({ type }));
const LONG = { Steps: '250', Samples: '8' };

describe('a visitor', () => {
  it('with the key in the address is signed in, and the address no longer tells it', async () => {
    const { page, ...rest } = await enter();
    await visitor!.button('Make it').waitFor();
    expect(page.url()).toBe(`${service!.url}/`);
    const cookies = await rest.context.cookies();
    expect(cookies).toMatchObject([{ name: 'medley_session', httpOnly: true, sameSite: 'Strict' }]);
    await visitor!.expectAccessible();
    await visitor!.picture('welcome-light');
    await visitor!.leave();
  });

  it('loads at most 250 KB, compressed', async () => {
    const { page } = await enter();
    await visitor!.page.waitForFunction(() => performance.getEntriesByName('medley:ready').length > 0);
    const bytes = await page.evaluate(async () => {
      await document.fonts.ready;
      return (['navigation', 'resource'] as const)
        .flatMap((type) => performance.getEntriesByType(type) as PerformanceResourceTiming[])
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    });
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(250 * 1024);
  });

  it('who pastes the address into a page that is open is signed in, and the address no longer tells the key', async () => {
    const { page } = await enter({ path: '/' });
    await visitor!.button('Make it').waitFor();
    expect(await visitor!.button(/^Sign out/).count()).toBe(0);
    await page.goto(`${service!.url}/#key=${service!.key}`);
    await visitor!.button(/^Sign out/).waitFor();
    expect(page.url()).toBe(`${service!.url}/`);
    await visitor!.leave();
  });

  it('stays who he is when the service has no answer for a moment, and is told why he waits', async () => {
    const { page } = await enter();
    await visitor!.button(/^Sign out/).waitFor();
    const limited = { code: 'rate_limited', detail: 'this key may send 600 requests a minute; try again in 1 s' };
    let begun = 0;
    await page.route('**/v1/session', (route) => {
      if (route.request().method() === 'POST') begun += 1;
      return route.fulfill({ status: 429, json: limited });
    });
    await page.reload();
    await page.getByText(limited.detail).waitFor();
    await visitor!.expectAccessible();
    await visitor!.picture('waits-light');
    await page.unroute('**/v1/session');
    await visitor!.button(/^Sign out/).waitFor();
    expect(begun).toBe(0);
    await visitor!.leave();
  });

  it('is told when signing out came to nothing, and stays at the studio', async () => {
    const { page, context } = await enter();
    await visitor!.button(/^Sign out/).waitFor();
    await context.setOffline(true);
    await visitor!.button(/^Sign out/).click();
    await page.getByText('Not signed out: The service does not answer.').waitFor();
    await context.setOffline(false);
    const away = { code: 'queue_unavailable', detail: 'Redis does not answer; try again in a moment' };
    await page.route('**/v1/session', (route) => route.fulfill({ status: 503, json: away }));
    await visitor!.button(/^Sign out/).click();
    await page.getByText(`Not signed out: ${away.detail}`).waitFor();
    await visitor!.picture('not-signed-out-light');
    await page.unroute('**/v1/session');
    await visitor!.button(/^Sign out/).click();
    await page.getByLabel('Your API key').waitFor();
    await visitor!.leave();
  });

  it('with a wrong key is told so, and may type another', async () => {
    const { page } = await enter({ path: '/#key=mdl_wrong', colors: 'dark' });
    await page.getByRole('alert').waitFor();
    await visitor!.expectAccessible();
    await visitor!.picture('sign-in-dark');
    await page.getByLabel('Your API key').fill(service!.key);
    await visitor!.button('Enter').click();
    await visitor!.button('Make it').waitFor();
    await visitor!.button(/^Sign out/).click();
    await page.getByLabel('Your API key').waitFor();
    expect(await visitor!.context.cookies()).toEqual([]);
  });

  it('without a key is a guest where that is allowed, and makes something with one press', async () => {
    const { page } = await enter({ path: '/' });
    await visitor!.make();
    await visitor!.reaches('succeeded');
    expect(await page.getByRole('button', { name: /^Sign out/ }).count()).toBe(0);
    await visitor!.leave();
  });
});

describe('a generation', () => {
  it('shows each of its outputs, which can be played, fetched and used', async () => {
    const { page, stage } = await enter();
    await visitor!.write('a cat');
    await visitor!.set({ Seed: '7', Steps: '3' });
    await visitor!.make();
    await visitor!.reaches('succeeded');
    const picture = stage.getByRole('img', { name: 'Generated picture' });
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('img.tile__picture')!.naturalWidth === 64,
    );
    await picture.waitFor();
    await visitor!.button('Play the clip', stage).click();
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('video.tile__picture')!.currentTime > 0);
    await visitor!.button('Pause the clip', stage).click();
    await visitor!.button('Sound on', stage).click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll<SVGRectElement>('.wave rect')].some((bar) => bar.height.baseVal.value > 50),
    );
    await visitor!.button('Play the sound', stage).click();
    await page.waitForFunction(() => document.querySelector('audio')!.currentTime > 0);
    expect(await stage.locator('blockquote').textContent()).not.toBe('');
    const downloads = await stage.getByRole('link', { name: /^Download/ }).all();
    expect(downloads.length).toBe(5);
    for (const link of downloads) {
      const href = await link.getAttribute('href');
      expect((await page.request.get(service!.url + href!)).headers()['content-disposition']).toContain('attachment');
    }
    await visitor!.expectAccessible();
    await visitor!.picture('result-light');
    await visitor!.leave();
  });

  it('is made again with another seed, edited, used as a prompt, and deleted', async () => {
    const { page, stage } = await enter();
    await visitor!.write('a cat');
    await visitor!.set({ Seed: '7', Steps: '3' });
    await visitor!.make();
    const first = await visitor!.reaches('succeeded');
    await visitor!.button('Again, another seed').click();
    await page.waitForFunction((id) => location.hash !== `#${id}`, first);
    const second = await visitor!.reaches('succeeded');
    const [before, after] = await Promise.all([first, second].map((id) => service!.client.get(id)));
    expect(before).toMatchObject({ seed: 7, steps: 3 });
    expect(after).toMatchObject({ steps: 3, conditions: before!.conditions });
    expect(after!.seed).not.toBe(7);

    // What the seed of the second made of words is anything, nothing at all included.
    await page.locator(`.thumb[href="#${first}"]`).click();
    await visitor!.reaches('succeeded');
    await visitor!.button('Edit', stage).click();
    await visitor!.button('Use the picture as a prompt', stage).click();
    await visitor!.button('Use the words as a prompt', stage).click();
    await visitor!.make();
    await page.waitForFunction((id) => location.hash !== `#${id}`, first);
    const third = await service!.client.get(await visitor!.reaches('succeeded'));
    expect(third.conditions.map(({ type }) => type)).toEqual(['text', 'image', 'text']);

    await visitor!.button('Delete', stage).click();
    await page.getByRole('heading', { name: /^Say it once/ }).waitFor();
    await expect(service!.client.get(third.id)).rejects.toMatchObject({ status: 410 });
    await visitor!.leave();
  });

  it('says so when no words came, and offers none as a prompt', async () => {
    const { stage } = await enter();
    await visitor!.write('a cat');
    await visitor!.set({ Seed: '41', Steps: '3' }); // with this seed the model of random weights ends its caption at once
    await visitor!.make();
    await visitor!.reaches('succeeded');
    await stage.getByText('No words came.').waitFor();
    await visitor!.button('Use the picture as a prompt', stage).waitFor();
    expect(await visitor!.button('Use the words as a prompt', stage).count()).toBe(0);
    await visitor!.leave();
  });

  it('shows previews while it runs, and ends when it is canceled', async () => {
    const { page } = await enter({ colors: 'dark' });
    await visitor!.set(LONG);
    await visitor!.make();
    const preview = page.getByRole('img', { name: /^Preview of the picture/ });
    await preview.waitFor();
    const step = Number(await preview.getAttribute('data-step'));
    await page.waitForFunction(
      (seen) => Number(document.querySelector<HTMLElement>('.tile--image .preview')?.dataset['step']) > seen,
      step,
    );
    await visitor!.button('Cancel', visitor!.stage).click();
    const id = await visitor!.reaches('canceled');
    expect(await service!.client.get(id)).toMatchObject({ status: 'canceled' });
    await visitor!.picture('canceled-dark');

    await visitor!.make();
    await preview.waitFor();
    await visitor!.picture('running-dark');
    await visitor!.expectAccessible();
    await service!.client.cancel(visitor!.shownId());
    await visitor!.leave();
  });

  it('goes on when the page is loaded anew in the middle of it', async () => {
    const { page } = await enter();
    await visitor!.set({ Steps: '200', Samples: '4' });
    await visitor!.make();
    await page
      .getByRole('img', { name: /^Preview/ })
      .first()
      .waitFor();
    const id = visitor!.shownId();
    await page.reload();
    expect(await visitor!.reaches('succeeded')).toBe(id);
    expect(await page.getByRole('group', { name: /^Sample \d/ }).count()).toBe(4);
    await page.locator(`.thumb[href="#${id}"][data-status="succeeded"]`).waitFor();
    await visitor!.leave();
  });

  it('is shared by a link, which can be taken back', async () => {
    await enter();
    await visitor!.make();
    await visitor!.reaches('succeeded');
    await visitor!.button('Share').click();
    const link = new URL(await visitor!.page.getByLabel('Link to this result').inputValue());
    const stranger = await Visitor.enter(browser!, service!, { path: link.pathname, width: 390, height: 844 });
    await stranger.page.getByRole('img', { name: 'Generated picture' }).waitFor();
    await stranger.expectAccessible();
    await stranger.picture('shared-narrow');
    await visitor!.button('Take it back').click();
    await visitor!.page.getByText('The link shows nothing any more.').waitFor();
    const answer = await stranger.page.reload();
    expect(answer!.status()).toBeGreaterThanOrEqual(400);
    await stranger.page.getByRole('alert').waitFor();
    await stranger.leave();
    await visitor!.leave();
  });
});

describe('an error', () => {
  it('stands in the service’s words at the field that caused it, which has the focus', async () => {
    const { page } = await enter();
    await visitor!.set({ Steps: '100000' });
    await page.getByText('Settings', { exact: true }).click();
    await visitor!.make();
    const field = page.getByLabel('Steps', { exact: true });
    await page.getByText(/steps is 100000; bundle tiny-codi takes 1 to 250/).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await visitor!.expectAccessible();
    await visitor!.picture('error-light');

    await visitor!.set({ Steps: '' });
    await visitor!.write('');
    await visitor!.make();
    await page.locator('.problem', { hasText: 'conditions' }).waitFor();
    await visitor!.leave();
  });

  it('of a file stands at that file', async () => {
    const { page } = await enter();
    const buffer = Buffer.from('this is no picture');
    await page.getByLabel('Files to add').setInputFiles({ name: 'words.png', mimeType: 'image/png', buffer });
    await page
      .locator('.condition', { hasText: 'words.png' })
      .getByText(/none of JPEG, PNG/)
      .waitFor();
    await page.getByLabel('Files to add').setInputFiles({ name: 'words.pdf', mimeType: 'application/pdf', buffer });
    await page.getByText('words.pdf is neither a picture, a sound nor a clip').waitFor();
    await visitor!.leave();
  });
});

describe('the page', () => {
  it('shows in each tab what the others make, and ends it for them', async () => {
    const first = await enter();
    const second = await first.anotherTab();
    await first.set(LONG);
    await first.make();
    await first.stage.waitFor();
    const id = first.shownId();
    await second.page.locator(`.thumb[href="#${id}"]`).waitFor();
    await second.page.getByRole('tab', { name: 'Queue, 1' }).click();
    await second.button(/^Cancel a dog/).click();
    await second.page.getByText('Nothing waits, nothing runs.').waitFor();
    await first.reaches('canceled');

    // So many that they are still there at the page's next look at the list.
    const body = {
      conditions: [{ type: 'text' as const, text: 'of another program' }],
      outputs: ALL,
      steps: 250,
      samples: 8,
    };
    const others = await Promise.all(Array.from({ length: 6 }, () => service!.client.create(body)));
    // As when somebody comes back to the tab: with nothing open it looks seldom.
    await second.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await second.page.getByRole('link', { name: 'of another program' }).first().waitFor();
    await second.picture('queue-light');
    await second.expectAccessible();
    await Promise.all(others.map(({ id: other }) => service!.client.cancel(other)));
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });

  it('asks for the list seldom while nothing is open', async () => {
    const { page } = await enter({ path: '/openapi.json' });
    await page.clock.install();
    await page.goto(`${service!.url}/`);
    await page.getByText('What you make stays here.').waitFor();
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 60_000);
    const isLook = (request: { url(): string }) => new URL(request.url()).pathname === '/v1/generations';
    const looked = async () => (await page.waitForResponse(isLook)).finished();
    const first = looked();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await first;
    let looks = 0;
    page.on('request', (request) => {
      if (isLook(request)) looks += 1;
    });
    await page.clock.runFor(58_000);
    const second = looked();
    await page.clock.runFor(3_000);
    await second;
    expect(looks).toBe(1);
    await visitor!.leave();
  });

  it('fits a phone', async () => {
    for (const colors of ['light', 'dark'] as const) {
      const { page } = await enter({ width: 390, height: 844, colors });
      await visitor!.button('Make it').waitFor();
      await visitor!.picture(`phone-welcome-${colors}`);
      await visitor!.make();
      await visitor!.reaches('succeeded');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await visitor!.expectAccessible();
      await visitor!.picture(`phone-result-${colors}`);
      await visitor!.leave();
    }
  });

  it('is used by keyboard alone', async () => {
    const { page } = await enter();
    await visitor!.button('Make it').waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
    const tabTo = async (name: string) => {
      for (let presses = 0; (await focused()) !== name; presses += 1) {
        expect(presses).toBeLessThan(40);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo('Words 1');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('a cat');
    await page.keyboard.press('Enter');
    const id = await visitor!.reaches('succeeded');
    expect(await service!.client.get(id)).toMatchObject({ conditions: [{ text: 'a cat' }] });
    await tabTo('History');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Queue');
    expect(await page.getByText('Nothing waits, nothing runs.').isVisible()).toBe(true);
    await visitor!.leave();
  });
});
