import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.ts';

const parse = (...argv: string[]) => parseArguments(argv, '/home/me', '/project');

describe('parseArguments', () => {
  it('has a default for everything', () => {
    expect(parse()).toEqual({ port: 8080, data: '/project/.medley', json: false, help: false });
  });

  it('reads a relative data folder from where npm was called', () => {
    expect(parse('--port', '0', '--data', 'here', '--json')).toMatchObject({
      port: 0,
      data: '/home/me/here',
      json: true,
    });
  });

  it.each([
    [['--port', 'http'], /--port is "http"; 0 to 65535 are allowed/],
    [['--port', '70000'], /--port is "70000"/],
    [['--prot', '1'], /'--prot'.*npm start -- --help/],
    [['fast'], /'fast'.*npm start -- --help/],
  ])('names what is wrong with %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
  });
});
