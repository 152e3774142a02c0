import { z } from 'zod';

/** Typed arrays of another realm are instances of no class here. */
const isTagged = (tag: string) => (value: unknown) => Object.prototype.toString.call(value) === `[object ${tag}]`;

const numbers = z.object({
  shape: z.array(z.int().min(0)).readonly(),
  data: z.custom<Float32Array>(isTagged('Float32Array')),
});

/** What a child may say: a foreign file may have taken it over. */
export const mediaReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('answer'),
    answer: z.union([z.object({ numbers }), z.object({ bytes: z.custom<Uint8Array>(isTagged('Uint8Array')) })]),
  }),
  /** The medium is at fault; the message goes to the client. */
  z.object({
    type: z.literal('refused'),
    code: z.enum(['media_undecodable', 'media_too_large']),
    message: z.string(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type MediaReply = z.infer<typeof mediaReply>;
