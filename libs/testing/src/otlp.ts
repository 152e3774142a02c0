import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as it was sent. Times are milliseconds since the epoch. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  begin: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
  events: { name: string; at: number; attributes: ReceivedSpan['attributes'] }[];
  links: { traceId: string; spanId: string }[];
  failed: boolean;
  /** `service.name` of the process. */
  service: string;
}

type Field = (reader: BinaryReader) => void;

const STATUS_ERROR = 2;

/** `ExportTraceServiceRequest` (https://github.com/open-telemetry/opentelemetry-proto, opentelemetry/proto/trace/v1/trace.proto). */
export function readExportRequest(body: Uint8Array): ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  readFields(new BinaryReader(body), { 1: (reader) => spans.push(...readResourceSpans(nested(reader))) });
  return spans;
}

function readResourceSpans(reader: BinaryReader): ReceivedSpan[] {
  const resource: ReceivedSpan['attributes'] = {};
  const spans: ReceivedSpan[] = [];
  readFields(reader, {
    1: (outer) => readFields(nested(outer), { 1: (inner) => readAttribute(nested(inner), resource) }),
    2: (outer) => readFields(nested(outer), { 2: (inner) => spans.push(readSpan(nested(inner))) }),
  });
  return spans.map((span) => ({ ...span, service: String(resource['service.name']) }));
}

function readSpan(reader: BinaryReader): ReceivedSpan {
  const span: ReceivedSpan = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    begin: 0,
    end: 0,
    attributes: {},
    events: [],
    links: [],
    failed: false,
    service: '',
  };
  readFields(reader, {
    1: (field) => (span.traceId = hex(field)),
    2: (field) => (span.spanId = hex(field)),
    4: (field) => (span.parentSpanId = hex(field)),
    5: (field) => (span.name = field.string()),
    6: (field) => (span.kind = field.int32()),
    7: (field) => (span.begin = milliseconds(field)),
    8: (field) => (span.end = milliseconds(field)),
    9: (field) => readAttribute(nested(field), span.attributes),
    11: (field) => span.events.push(readEvent(nested(field))),
    13: (field) => span.links.push(readLink(nested(field))),
    15: (field) => readFields(nested(field), { 3: (code) => (span.failed = code.int32() === STATUS_ERROR) }),
  });
  return span;
}

function readEvent(reader: BinaryReader): ReceivedSpan['events'][number] {
  const event = { name: '', at: 0, attributes: {} };
  readFields(reader, {
    1: (field) => (event.at = milliseconds(field)),
    2: (field) => (event.name = field.string()),
    3: (field) => readAttribute(nested(field), event.attributes),
  });
  return event;
}

function readLink(reader: BinaryReader): ReceivedSpan['links'][number] {
  const link = { traceId: '', spanId: '' };
  readFields(reader, { 1: (field) => (link.traceId = hex(field)), 2: (field) => (link.spanId = hex(field)) });
  return link;
}

/** Values of the kinds that this project sends. */
function readAttribute(reader: BinaryReader, attributes: ReceivedSpan['attributes']): void {
  let key = '';
  readFields(reader, {
    1: (field) => (key = field.string()),
    2: (outer) =>
      readFields(nested(outer), {
        1: (field) => (attributes[key] = field.string()),
        2: (field) => (attributes[key] = field.bool()),
        3: (field) => (attributes[key] = Number(field.int64())),
        4: (field) => (attributes[key] = field.double()),
      }),
  });
}

function readFields(reader: BinaryReader, fields: Readonly<Record<number, Field>>): void {
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields[number];
    if (field === undefined) reader.skip(wireType);
    else field(reader);
  }
}

const nested = (reader: BinaryReader) => new BinaryReader(reader.bytes());
const hex = (reader: BinaryReader) => Buffer.from(reader.bytes()).toString('hex');
const milliseconds = (reader: BinaryReader) => Number(reader.fixed64()) / 1e6;
