import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Bundle } from '@medley/domain';

type Message = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Where the messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) hold others in which a tensor may be, by field number. */
const INNER: Record<Message, Readonly<Record<number, Message>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};
/** TensorProto.external_data, whose entries have a key and a value. */
const EXTERNAL_DATA = 13;
const KEY = 1;
const VALUE = 2;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Files that a model keeps tensors in, as it names them. Throws an Error for bytes that are no ONNX model. */
export function externalLocations(model: Uint8Array): Set<string> {
  const locations = new Set<string>();
  walk('model', model, locations);
  return locations;
}

function walk(message: Message, bytes: Uint8Array, locations: Set<string>): void {
  for (const { number, part } of lengthDelimited(bytes)) {
    const inner = INNER[message][number];
    if (inner !== undefined) walk(inner, part, locations);
    if (message !== 'tensor' || number !== EXTERNAL_DATA) continue;
    const entry = new Map<number, string>();
    for (const field of lengthDelimited(part)) entry.set(field.number, Buffer.from(field.part).toString('utf8'));
    if (entry.get(KEY) === 'location') locations.add(entry.get(VALUE) ?? '');
  }
}

/** The fields of a message that are texts, bytes or messages; the others are passed over. */
function* lengthDelimited(bytes: Uint8Array): Generator<{ number: number; part: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) break;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('it is no ONNX model');
  };
  while (at < bytes.byteLength) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === VARINT) varint();
    else if (type === FIXED64) at += 8;
    else if (type === FIXED32) at += 4;
    else if (type === LENGTH_DELIMITED) {
      const length = varint();
      const part = bytes.subarray(at, at + length);
      at += length;
      if (at <= bytes.byteLength) yield { number, part };
    } else throw new Error('it is no ONNX model');
    if (at > bytes.byteLength) throw new Error('it is no ONNX model');
  }
}

/**
 * Checks that a graph of a bundle (a path inside it) keeps its tensors in itself or in files whose sha256 the manifest pins:
 * onnxruntime reads whatever a model names. Throws an Error that names the first other one.
 */
export async function checkExternalData({ folder, name, manifest }: Bundle, file: string): Promise<void> {
  const pinned = new Set(manifest.files.map(({ path }) => path));
  for (const location of locationsOf(name, file, await readFile(join(folder, file)))) {
    const path = posix.join(posix.dirname(file), location);
    if (posix.isAbsolute(location) || location.includes('\\') || !pinned.has(path))
      throw new Error(`bundle ${name}: ${file} keeps data in "${location}", which is no file of the bundle`);
  }
}

function locationsOf(name: string, file: string, model: Uint8Array): Set<string> {
  try {
    return externalLocations(model);
  } catch (error) {
    throw new Error(`bundle ${name}: ${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}
