import { EventSourceParserStream } from 'eventsource-parser/stream';

/** One server-sent event with its parsed JSON. Previews and snapshots have no id. */
export interface ServerEvent {
  type: string;
  id?: string;
  [field: string]: unknown;
}

/** Reads a text/event-stream body. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoded = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>);
  for await (const message of decoded.pipeThrough(new EventSourceParserStream())) {
    const content = JSON.parse(message.data) as Record<string, unknown>;
    yield { ...content, type: message.event ?? 'message', ...(message.id === undefined ? {} : { id: message.id }) };
  }
}
