import { describe, expect, it } from '@jest/globals';
import { GenerationError } from '@medley/domain';
import { renameFields } from './field-names.ts';

const names = [
  ['/steps', 'input.num_inference_steps'],
  ['/conditions/0', 'input.prompt'],
  ['/conditions/1', 'input.image[0]'],
  ['/conditions/1/data', 'input.image[0]'],
  ['/outputs/0/width', 'input.width'],
  ['/outputs/0', 'input.outputs[0]'],
] as const;

const told = (message: string, pointer?: string) => {
  const error = new GenerationError('invalid_request', message, pointer === undefined ? {} : { pointer });
  const { message: words, pointer: place } = renameFields(error, names) as GenerationError;
  return [words, place];
};

describe('renameFields', () => {
  it.each([
    ['steps is 900; takes 1 to 250 steps', '/steps', 'input.num_inference_steps is 900; takes 1 to 250 steps'],
    ['outputs[0].width is 65; it makes 64', '/outputs/0/width', 'input.width is 65; it makes 64'],
    [
      'outputs[1].type is "image", which outputs[0] asks for',
      '/outputs/0/type',
      'outputs[1].type is "image", which input.outputs[0] asks for',
    ],
    ['/conditions/1/data is not base64', '/conditions/1/data', 'input.image[0] is not base64'],
    ['conditions[10] is odd', undefined, 'conditions[10] is odd'],
  ])('tells %s', (message, pointer, words) => {
    expect(told(message, pointer)[0]).toBe(words);
  });

  it.each([
    ['/steps', '/input/num_inference_steps'],
    ['/conditions/1/data', '/input/image/0'],
    ['/outputs/0/type', '/input/outputs/0'],
    ['/elsewhere', '/elsewhere'],
    [undefined, undefined],
  ])('points from %s to %s', (from, to) => {
    expect(told('words', from)[1]).toBe(to);
  });

  it('keeps the code and whether trying again helps, and leaves other errors alone', () => {
    const error = new GenerationError('rate_limited', 'later');
    expect(renameFields(error, names)).toMatchObject({ code: 'rate_limited', retryable: true, message: 'later' });
    const other = new Error('other');
    expect(renameFields(other, names)).toBe(other);
  });
});
