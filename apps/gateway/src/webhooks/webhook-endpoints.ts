import { z } from 'zod';
import {
  GenerationError,
  WEBHOOK_EVENTS,
  generationId,
  objectKeys,
  type AssetStore,
  type WebhookSubmission,
} from '@medley/domain';
import type { RedisCopies } from '@medley/queue';
import { DEFAULT_ENDPOINT, endpointRecord, signingSecrets, type EndpointRecord } from './endpoint-record.ts';
import type { SecretBox } from './secret-box.ts';
import { newWebhookSecret } from './signature.ts';
import { putStored, readStored, type Stored } from './stored-json.ts';

const MOST_ENDPOINTS = 16;
const MOST_SECRETS = 5;
const COPY_SECONDS = 60;
const ATTEMPTS = 5;

const subscribed = z.array(z.strictObject({ endpoint: z.string(), events: z.array(z.enum(WEBHOOK_EVENTS)) }));

/** An endpoint and the one time that its new secret is told. */
export interface EndpointWithSecret {
  endpoint: EndpointRecord;
  secret: string;
}

/** Webhook endpoints of API keys: in S3, their secrets sealed; who is subscribed is remembered in Redis. */
export class WebhookEndpoints {
  readonly #store: AssetStore;
  readonly #copies: RedisCopies;
  readonly #box: SecretBox;

  constructor(store: AssetStore, copies: RedisCopies, box: SecretBox) {
    this.#store = store;
    this.#copies = copies;
    this.#box = box;
  }

  /** Throws GenerationError `conflict` when the key has as many as it may have. */
  async create(owner: string, { url, events }: WebhookSubmission): Promise<EndpointWithSecret> {
    const standing = await this.list(owner);
    if (standing.length >= MOST_ENDPOINTS)
      throw new GenerationError(
        'conflict',
        `this key has ${standing.length} endpoints, the most it may have; delete one`,
      );
    await this.#copies.drop(owner); // A Redis that is away is found out before anything is stored.
    const made = this.#make(owner, generationId().replace('gen_', 'whe_'), { url, events });
    await putStored(this.#store, objectKeys.webhookEndpoint(owner, made.endpoint.id), made.endpoint);
    await this.#copies.drop(owner);
    return made;
  }

  /** The endpoint of a key; the default one is made when it is first asked for. */
  async find(owner: string, id: string): Promise<EndpointRecord | undefined> {
    return (await this.#read(owner, id))?.value;
  }

  /** The newest first, without the default one. */
  async list(owner: string): Promise<EndpointRecord[]> {
    const { keys } = await this.#store.list(objectKeys.webhookEndpointPrefix(owner), { limit: 1_000 });
    const read = await Promise.all(keys.map((key) => readStored(this.#store, key, endpointRecord)));
    return read
      .flatMap((stored) => (stored === undefined || stored.value.id === DEFAULT_ENDPOINT ? [] : [stored.value]))
      .sort((a, b) => b.created_at.localeCompare(a.created_at));
  }

  async delete(owner: string, id: string): Promise<void> {
    await this.#store.delete([objectKeys.webhookEndpoint(owner, id)]);
    await this.#copies.drop(owner);
  }

  /**
   * A new secret. Those before it sign on beside it for `overlapSeconds`, or until their own end. Throws GenerationError
   * `conflict` where that would be too many.
   */
  async rotate(owner: string, id: string, overlapSeconds: number): Promise<EndpointWithSecret | undefined> {
    const secret = newWebhookSecret();
    const now = Date.now();
    const end = new Date(now + overlapSeconds * 1000).toISOString();
    const endpoint = await this.#change(owner, id, (record) => {
      const former = signingSecrets(record, now).map(({ expires_at: expires, ...rest }) => ({
        ...rest,
        expires_at: expires !== undefined && expires < end ? expires : end,
      }));
      const kept = former.filter(({ expires_at: expires }) => Date.parse(expires) > now);
      if (kept.length >= MOST_SECRETS) throw tooManySecrets(id, kept.length);
      return { ...record, secrets: [this.#seal(owner, id, secret), ...kept] };
    });
    return endpoint === undefined ? undefined : { endpoint, secret };
  }

  /** Nothing more is sent to it. */
  async disable(owner: string, id: string, reason: string): Promise<void> {
    await this.#change(owner, id, (record) => {
      if (record.disabled !== undefined) return record;
      return { ...record, disabled: { at: new Date().toISOString(), reason } };
    });
    await this.#copies.drop(owner);
  }

  /** Who of a key is told of a generation that is accepted now. */
  async subscribed(owner: string): Promise<z.infer<typeof subscribed>> {
    const known = await this.#copies.get(owner);
    if (known !== undefined) return subscribed.parse(JSON.parse(known));
    const version = await this.#copies.version(owner);
    const enabled = (await this.list(owner)).filter(({ disabled }) => disabled === undefined);
    const list = enabled.map(({ id, events }) => ({ endpoint: id, events }));
    await this.#copies.keep(owner, JSON.stringify(list), { version, seconds: COPY_SECONDS });
    return list;
  }

  /** The secrets that sign for an endpoint now, the newest first, without those that were sealed under another MEDLEY_SECRET. */
  secretsOf(record: EndpointRecord): string[] {
    return signingSecrets(record, Date.now()).flatMap(
      ({ sealed }) => this.#box.open(sealed, `${record.owner}/${record.id}`) ?? [],
    );
  }

  async #read(owner: string, id: string): Promise<Stored<EndpointRecord> | undefined> {
    if (id !== DEFAULT_ENDPOINT && !/^whe_[0-9a-z]{26}$/.test(id)) return undefined;
    const key = objectKeys.webhookEndpoint(owner, id);
    const stored = await readStored(this.#store, key, endpointRecord);
    if (stored !== undefined || id !== DEFAULT_ENDPOINT) return stored;
    const { endpoint } = this.#make(owner, id, { events: [] });
    return (await putStored(this.#store, key, endpoint)) ?? readStored(this.#store, key, endpointRecord);
  }

  #make(owner: string, id: string, rest: Pick<EndpointRecord, 'url' | 'events'>): EndpointWithSecret {
    const secret = newWebhookSecret();
    const made = this.#seal(owner, id, secret);
    return { secret, endpoint: { v: 1, id, owner, ...rest, created_at: made.created_at, secrets: [made] } };
  }

  #seal(owner: string, id: string, secret: string): EndpointRecord['secrets'][number] {
    return { sealed: this.#box.seal(secret, `${owner}/${id}`), created_at: new Date().toISOString() };
  }

  async #change(
    owner: string,
    id: string,
    change: (record: EndpointRecord) => EndpointRecord,
  ): Promise<EndpointRecord | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await this.#read(owner, id);
      if (stored === undefined) return undefined;
      const changed = change(stored.value);
      if (changed === stored.value) return changed;
      const put = await putStored(this.#store, objectKeys.webhookEndpoint(owner, id), changed, stored.etag);
      if (put !== undefined) return put.value;
    }
    throw new GenerationError('conflict', `the endpoint "${id}" is being changed by others; try again`);
  }
}

function tooManySecrets(id: string, count: number): GenerationError {
  return new GenerationError(
    'conflict',
    `${count} former secrets of ${id} still sign, the most there may be; wait for one to end, or end all with overlap_seconds 0`,
    { pointer: '/overlap_seconds' },
  );
}
