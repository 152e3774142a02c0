import { describe, expect, it } from '@jest/globals';
import { bodyOf, fieldAt } from './body.ts';
import { changeDraft, draftOf, firstDraft, outputCondition, textCondition, type Draft } from './draft.ts';

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

  it('makes once more what was made, with another seed', () => {
    const generation = {
      model: 'tiny',
      conditions: [
        { type: 'text', text: 'a dog', weight: 0.5 },
        { type: 'audio', asset: `ast_${'1'.repeat(26)}`, weight: 1 },
        { type: 'image', url: 'https://example.com/a.png', weight: 1 },
      ],
      negative: 'a cat',
      requested: [{ type: 'image', format: 'png', guidance: 3 }],
      seed: 7,
      steps: 4,
      sampler: 'euler',
      samples: 2,
      determinism: 'strict',
      priority: 'low',
    };
    const { seed: _seed, requested: _requested, ...rest } = generation;
    expect(bodyOf(draftOf(generation as never)).body).toEqual({
      ...rest,
      outputs: [{ type: 'image', format: 'png' }],
      guidance: 3,
    });
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
