import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Generation, GenerationEvent } from './types.ts';

/**
 * An event of a generation with its place in the log, or what has none: previews, and a snapshot where the log no longer
 * tells the beginning.
 */
export type GenerationUpdate = (GenerationEvent | { type: 'snapshot'; generation: Generation }) & {
  id?: string;
};

/** Reads a text/event-stream body. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<GenerationUpdate> {
  const decoded = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>);
  // Not every browser iterates over streams.
  const reader = decoded.pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const { data, event: type, id } = next.value;
      const content = JSON.parse(data) as Record<string, unknown>;
      const update = type === 'snapshot' ? { type, generation: content } : { ...content, type };
      yield { ...update, ...(id === undefined ? {} : { id }) } as GenerationUpdate;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
