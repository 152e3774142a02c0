import { describe, expect, it } from '@jest/globals';
import { parseCommand, parseNumber, parsePairs } from './arguments.ts';
import { UsageError } from './usage.ts';

describe('parseCommand', () => {
  it('reads a generate with all that it can have', () => {
    const line =
      'generate dog --to image,text --image a.png --image b.png --audio c.wav --weight audio=0.5 --seed 7 --json --strict';
    expect(parseCommand(line.split(' '))).toEqual({
      name: 'generate',
      argument: 'dog',
      options: {
        to: 'image,text',
        image: ['a.png', 'b.png'],
        audio: ['c.wav'],
        weight: ['audio=0.5'],
        seed: '7',
        json: true,
        strict: true,
      },
    });
  });

  it('needs no prompt where files condition', () => {
    expect(parseCommand(['generate', '--audio', 'c.wav'])).toMatchObject({ name: 'generate' });
  });

  it.each([[[]], [['help']], [['--help']], [['generate', 'dog', '-h']]])('answers %j with the help', (argv) => {
    expect(parseCommand(argv).name).toBe('help');
  });

  it.each([
    ['get', 'gen_1'],
    ['cancel', 'gen_1'],
    ['delete', 'gen_1'],
  ])('%s takes an id', (name, id) => {
    expect(parseCommand([name, id])).toMatchObject({ name, argument: id });
    expect(() => parseCommand([name])).toThrow(`medley ${name} needs the id of a generation`);
  });

  it.each([
    [['keys'], { verb: 'list' }],
    [['keys', 'list'], { verb: 'list' }],
    [['keys', 'create', 'my page'], { verb: 'create', argument: 'my page' }],
    [['keys', 'revoke', 'key_1'], { verb: 'revoke', argument: 'key_1' }],
  ])('reads %j', (argv, parsed) => {
    expect(parseCommand(argv)).toEqual({ name: 'keys', options: {}, ...parsed });
  });

  it.each([
    [['keys', 'lend'], "medley keys can't lend; it can create, list, revoke"],
    [['keys', 'create'], 'medley keys create needs a name for the key'],
    [['keys', 'revoke'], 'medley keys revoke needs the id of the key'],
    [['keys', 'list', 'all'], '"all" is one argument too many'],
    [['keys', 'create', 'my', 'page'], '"page" is one argument too many'],
    [['paint'], 'there is no command "paint"'],
    [['list', 'all'], 'medley list takes no argument'],
    [['generate', 'a', 'dog'], '"dog" is one argument too many; put a prompt in quotes'],
    [['generate', '--colour', 'red'], '--colour'],
    [['generate', '--seed'], '--seed'],
  ])('refuses %j in words', (argv, words) => {
    expect(() => parseCommand(argv)).toThrow(UsageError);
    expect(() => parseCommand(argv)).toThrow(words);
  });
});

describe('parsePairs', () => {
  it('splits at the first equals sign', () => {
    expect(parsePairs('weight', ['text=1', 'image=a=b'])).toEqual([
      ['text', '1'],
      ['image', 'a=b'],
    ]);
    expect(parsePairs('weight')).toEqual([]);
  });

  it.each(['text', '=1', 'text='])('refuses %s', (pair) => {
    expect(() => parsePairs('weight', [pair])).toThrow(`--weight is "${pair}"; write NAME=VALUE`);
  });
});

describe('parseNumber', () => {
  it.each([
    ['7', 7],
    ['0.5', 0.5],
    ['-1', -1],
    [undefined, undefined],
  ])('reads %s', (value, number) => {
    expect(parseNumber('seed', value)).toBe(number);
  });

  it.each(['', ' ', 'x', '1x', 'NaN', 'Infinity'])('refuses "%s"', (value) => {
    expect(() => parseNumber('seed', value)).toThrow('--seed is');
  });
});
