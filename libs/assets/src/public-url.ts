import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { Agent } from 'undici';
import { GenerationError } from '@medley/domain';
import { isPublicAddress } from './public-address.ts';

/**
 * Takes a client's URL when it is http or https without credentials; an address written in it is checked here, since it is
 * never looked up. `allowed` holds hosts, addresses or CIDR networks that pass although they are not public. Throws
 * GenerationError `url_refused`.
 */
export function checkPublicUrl(text: string, allowed: readonly string[]): URL {
  const url = new URL(text);
  const refuse = (reason: string) => new GenerationError('url_refused', `${text} is not fetched: ${reason}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse(`${url.protocol.slice(0, -1)} is not http or https`);
  if (url.username !== '' || url.password !== '') throw refuse('it holds a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // URL has already turned decimal, octal and hexadecimal spellings into dotted ones.
  if (isIP(host) !== 0 && !isPublicAddress(host, allowed)) throw refuse(`${host} is not a public address`);
  return url;
}

class RefusedAddress extends Error {}

/** Why a connection of `guardedAgent` was not made; undefined when it failed by itself. */
export function refusalOf(error: unknown): string | undefined {
  const refused = (error as { cause?: unknown }).cause ?? error;
  return refused instanceof RefusedAddress ? refused.message : undefined;
}

/** An agent that connects to public addresses only, whatever a name resolves to at that moment. */
export function guardedAgent(allowed: readonly string[]): Agent {
  return new Agent({
    connect: {
      timeout: 5_000,
      lookup: (host, options, callback) => {
        lookupName(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
          if (error !== null) return callback(error, '', 0);
          const passes = allowed.includes(host)
            ? addresses
            : addresses.filter(({ address }) => isPublicAddress(address, allowed));
          const [first] = passes;
          if (first === undefined) return callback(new RefusedAddress(`${host} resolves to no public address`), '', 0);
          if (options.all === true)
            return (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, passes);
          return callback(null, first.address, first.family);
        });
      },
    },
  });
}
