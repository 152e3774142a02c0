import { describe, expect, it } from '@jest/globals';
import { MedleyClient } from '../client.ts';
import { parseCommand } from './arguments.ts';
import { buildBody } from './generation-body.ts';

/** Nothing is sent for texts and URLs. */
const client = new MedleyClient({ url: 'http://127.0.0.1:9', key: 'mdl_none', retries: 0 });
const build = (...argv: string[]) => {
  const { argument, options } = parseCommand(['generate', ...argv]);
  return buildBody(argument, options, client, new AbortController().signal);
};

describe('buildBody', () => {
  it('asks for a picture of the prompt by default', async () => {
    expect(await build('a dog')).toEqual({
      conditions: [{ type: 'text', text: 'a dog' }],
      outputs: [{ type: 'image' }],
    });
  });

  it('carries every setting', async () => {
    const settings = '--seed 7 --steps 3 --guidance 2.5 --samples 2 --sampler ddim --model m --negative cat --strict';
    const outputs = '--to image,audio --format image=webp';
    expect(await build('a dog', ...`${settings} ${outputs}`.split(' '))).toEqual({
      model: 'm',
      conditions: [{ type: 'text', text: 'a dog' }],
      negative: 'cat',
      outputs: [{ type: 'image', format: 'webp' }, { type: 'audio' }],
      seed: 7,
      steps: 3,
      guidance: 2.5,
      samples: 2,
      sampler: 'ddim',
      determinism: 'strict',
    });
  });

  it('weighs conditions by their modality or their place', async () => {
    const urls = ['--image', 'https://a.example/1.png', '--image', 'https://a.example/2.png'];
    const { conditions } = await build('a dog', ...urls, '--weight', 'image=0.5', '--weight', '3=0.25');
    expect(conditions.map(({ weight }) => weight)).toEqual([undefined, 0.5, 0.25]);
  });

  it.each([
    [[], 'give a prompt in quotes'],
    [['dog', '--to', 'smell'], '--to names "smell"'],
    [['dog', '--format', 'audio=wav'], '--format names "audio", which is not among --to image'],
    [['dog', '--weight', 'audio=1'], '--weight names "audio"; there is no such condition'],
    [['dog', '--weight', '2=1'], '--weight names "2"'],
    [['dog', '--weight', '0=1'], '--weight names "0"'],
    [['dog', '--weight', 'text=much'], '--weight text is "much"'],
    [['dog', '--seed', 'x'], '--seed is "x"'],
    [['--image', '/nothing/here.png'], '--image is "/nothing/here.png", which can\'t be read'],
  ])('refuses %j in words', async (argv, words) => {
    await expect(build(...argv)).rejects.toThrow(words);
  });
});
