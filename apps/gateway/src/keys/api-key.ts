import { z } from 'zod';

/** What a key may do: `read` what is its own; `generate` as well, and send files; `admin` manages the keys. */
export const SCOPES = ['read', 'generate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const limit = z.int().min(0).nullable();

/** Limits of one key. Null is no limit; what is not set follows the deployment. */
export const ownLimits = z
  .strictObject({
    requests_per_minute: z.int().min(1).max(1_000_000).nullable().optional().describe('Requests a minute.'),
    generations_in_flight: limit.optional().describe('Generations that are open at once.'),
    asset_bytes: limit.optional().describe('Bytes of all its assets together.'),
  })
  .meta({
    id: 'KeyLimitsBody',
    description: 'Limits of a key. Null is no limit; what is not set follows the deployment.',
  });

/** The limits that hold for a key. */
export type KeyLimits = { [Name in keyof z.infer<typeof ownLimits>]-?: number | null };

/** A key without its secret: `keys/<sha256 of the secret>.json`. */
export const apiKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  limits: ownLimits.default({}),
  /** Of a visitor without a key: in Redis alone. */
  guest: z.literal(true).optional(),
  /** Of a guest: what of his address tells clients apart. */
  address: z.string().optional(),
  created_at: z.string(),
  revoked_at: z.string().optional(),
});
export type ApiKey = z.infer<typeof apiKey>;

/** A guest's key lives so long. */
export const GUEST_SECONDS = 86_400;

/** The second at which a guest ends. */
export function guestEnd({ created_at: since }: Pick<ApiKey, 'created_at'>): number {
  return Math.floor(Date.parse(since) / 1000) + GUEST_SECONDS;
}

export const UNLIMITED = {
  requests_per_minute: null,
  generations_in_flight: null,
  asset_bytes: null,
} as const satisfies KeyLimits;

/** `deployment`: what holds where the key says nothing. */
export function limitsOf({ limits }: ApiKey, deployment: KeyLimits): KeyLimits {
  const own = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return { ...deployment, ...Object.fromEntries(own) };
}

/** Whose places and bytes a key takes: its own, a guest those of all guests of his address. */
export function accountOf({ id, address }: Pick<ApiKey, 'id' | 'address'>): string {
  return address === undefined ? id : `guests ${address}`;
}

/** Who generates reads what comes of it. */
export function mayDo({ scopes }: ApiKey, scope: Scope): boolean {
  return scopes.includes(scope) || (scope === 'read' && scopes.includes('generate'));
}
