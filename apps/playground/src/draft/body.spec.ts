import { resolveObjectURL } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import { againBody, bodyOf, fieldAt } from './body.ts';
import {
  changeDraft,
  draftOf,
  fileCondition,
  firstDraft,
  outputCondition,
  releasePreviews,
  textCondition,
  type Draft,
} from './draft.ts';

const draft = (...changes: Parameters<typeof changeDraft>[1][]): Draft =>
  changes.reduce(changeDraft, firstDraft('a dog'));

describe('bodyOf', () => {
  it('asks for everything together with nothing but an example', () => {
    expect(bodyOf(draft()).body).toEqual({
      conditions: [{ type: 'text', text: 'a dog', weight: 1 }],
      outputs: [{ type: 'image' }, { type: 'video' }, { type: 'audio' }, { type: 'text' }],
    });
  });

  it('leaves out empty words, and keeps what was typed into the settings', () => {
    const { body } = bodyOf(
      draft(
        { do: 'add', condition: textCondition('  ') },
        { do: 'want', type: 'video', wanted: false },
        { do: 'want', type: 'text', wanted: false },
        { do: 'format', type: 'image', format: 'webp' },
        { do: 'set', settings: { seed: '7', steps: '0', negative: ' a cat ', priority: 'high' } },
      ),
    );
    expect(body).toEqual({
      conditions: [{ type: 'text', text: 'a dog', weight: 1 }],
      outputs: [{ type: 'image', format: 'webp' }, { type: 'audio' }],
      seed: 7,
      steps: 0,
      negative: 'a cat',
      priority: 'high',
    });
  });

  it('names an output as what conditions the next one', () => {
    const asset = `ast_${'0'.repeat(28)}`;
    const picture = outputCondition({ type: 'image', asset });
    expect(bodyOf(draft({ do: 'add', condition: picture })).body.conditions[1]).toEqual({
      type: 'image',
      asset,
      weight: 1,
    });
    expect(outputCondition({ type: 'text', text: 'a cat', asset })).toMatchObject({ type: 'text', text: 'a cat' });
  });
});

describe('what was made', () => {
  const generation = {
    id: 'gen_1',
    status: 'succeeded',
    model: 'tiny',
    conditions: [
      { type: 'text', text: ' a dog', weight: 0.5 },
      { type: 'audio', asset: `ast_${'1'.repeat(26)}`, weight: 1 },
      { type: 'image', url: 'https://example.com/a.png', weight: 1 },
    ],
    negative: 'a cat',
    requested: [
      { type: 'image', format: 'png', guidance: 3 },
      { type: 'text', format: 'txt', guidance: 2, max_tokens: 9 },
    ],
    seed: 7,
    steps: 4,
    sampler: 'euler',
    samples: 2,
    determinism: 'strict',
    priority: 'normal',
    metadata: { order: '1234' },
    timings: {},
  };
  const { id: _id, status: _status, seed: _seed, requested, timings: _timings, ...rest } = generation;

  it('is made again with everything that it was made with but its seed', () => {
    expect(againBody(generation as never)).toEqual({ ...rest, outputs: requested });
  });

  it('is a draft with the settings that each output had, until others are chosen', () => {
    const first = draftOf(generation as never);
    expect(bodyOf(first).body).toMatchObject({ outputs: requested, steps: 4, samples: 2, negative: 'a cat' });
    expect(bodyOf(first).body).not.toHaveProperty('guidance');
    const typed = bodyOf(changeDraft(first, { do: 'set', settings: { guidance: '5' } })).body;
    const [image, text] = [
      { type: 'image', format: 'png' },
      { type: 'text', format: 'txt' },
    ];
    expect(typed).toMatchObject({ guidance: 5 });
    expect(typed.outputs).toEqual([image, { ...text, max_tokens: 9 }]);
    expect(bodyOf(changeDraft(first, { do: 'model', model: 'other' })).body.outputs).toEqual([image, text]);
  });

  it('is a draft with one guidance where its outputs had the same', () => {
    const same = { ...generation, requested: [{ type: 'image', format: 'png', guidance: 3 }] };
    expect(bodyOf(draftOf(same as never)).body).toMatchObject({
      guidance: 3,
      outputs: [{ type: 'image', format: 'png' }],
    });
  });
});

describe('releasePreviews', () => {
  it('lets go of the files that the draft has no more, and of no others', () => {
    const [kept, removed] = ['kept', 'removed'].map((name) => fileCondition('image', new Blob([name]), name));
    const made = outputCondition({ type: 'image', asset: `ast_${'0'.repeat(28)}` });
    releasePreviews([textCondition('a dog'), kept!, removed!, made], [kept!]);
    expect(resolveObjectURL(kept!.preview!)).toBeInstanceOf(Blob);
    expect(resolveObjectURL(removed!.preview!)).toBeUndefined();
    releasePreviews([kept!], []);
    expect(resolveObjectURL(kept!.preview!)).toBeUndefined();
  });
});

describe('fieldAt', () => {
  const first = textCondition('');
  const second = textCondition('a dog');
  const sent = bodyOf({ ...draft({ do: 'want', type: 'image', wanted: false }), conditions: [first, second] });

  it.each([
    ['/conditions/0/text', `conditions/${second.key}`],
    ['/conditions', 'conditions'],
    ['/conditions/9', 'conditions'],
    ['/outputs/0/format', 'outputs/video'],
    ['/outputs', 'outputs'],
    ['/steps', 'steps'],
    ['', undefined],
    [undefined, undefined],
  ])('of %j is %s', (pointer, field) => {
    expect(fieldAt(pointer, sent)).toBe(field);
  });
});
