import { chromium, type Browser } from 'playwright-core';
import { searchPath } from './env.ts';
import { findChromium } from './find-chromium.ts';

export type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** A headless Chromium of this machine with a microphone and a camera of its own making, which it gives to every page. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium(searchPath());
  if (executablePath === undefined) throw new Error('there is no Chromium on the PATH; npm test installs one');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
    ],
  });
}
