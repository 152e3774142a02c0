import type { Reached } from '../limited-key.ts';

/** One generation as its client and the service saw it. */
export interface Timed {
  /** Milliseconds from sending the POST to its 202. */
  accepted: number;
  /** To the `succeeded` event. */
  succeeded: number;
  /** Moments of the service, in milliseconds since the POST was sent. */
  moments: Readonly<Record<string, number>>;
}

/** Parts of the way, each from the moment of the part before it to its own; `stage` names the graphs within. */
export const PARTS: readonly { name: string; until: string; stage?: 'encode' | 'diffuse' | 'decode' }[] = [
  { name: 'the request is sent, read and checked', until: 'created' },
  { name: 'it is put to S3 and enqueued, the encoder takes it', until: 'encode_started' },
  { name: 'the text is encoded', until: 'encode_completed', stage: 'encode' },
  { name: 'the diffusion worker takes it', until: 'diffuse_started' },
  { name: 'all steps, the latent put to S3', until: 'diffuse_completed', stage: 'diffuse' },
  { name: 'the second flow is enqueued, the decoder takes it', until: 'decode_started' },
  { name: 'the latent is fetched, decoded, a PNG made and put to S3', until: 'decode_completed', stage: 'decode' },
  { name: 'the file is noted', until: 'assemble_started' },
  { name: 'it is assembled', until: 'committed' },
  { name: 'the result is put to S3, the event reaches the client', until: 'succeeded' },
];

/** Milliseconds of each of PARTS. */
export function partsOf({ moments, succeeded }: Timed): number[] {
  const until = PARTS.map((part) => (part.until === 'succeeded' ? succeeded : moments[part.until]!));
  return until.map((moment, index) => moment - (until[index - 1] ?? 0));
}

/** Text → image. The text has to be new: embeddings are kept. */
export async function generate(service: Reached, steps: number, text: string): Promise<Timed> {
  const body = JSON.stringify({ conditions: [{ type: 'text', text }], outputs: [{ type: 'image' }], steps, seed: 1 });
  const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' };
  const [sent, begin] = [Date.now(), performance.now()];
  const answer = await fetch(`${service.url}/v1/generations`, { method: 'POST', headers, body });
  const { id } = (await answer.json()) as { id: string };
  const accepted = performance.now() - begin;
  for await (const { type } of service.client.events(id)) {
    if (type === 'failed') throw new Error(`generation ${id} failed`);
  }
  const succeeded = performance.now() - begin;
  const { created_at: createdAt, timings } = await service.client.get(id);
  const created = Date.parse(createdAt) - sent;
  const moments = Object.entries(timings).map(([name, seconds]) => [
    name.replace(/_seconds$/, ''),
    created + seconds * 1000,
  ]);
  return { accepted, succeeded, moments: { created, ...(Object.fromEntries(moments) as Record<string, number>) } };
}
