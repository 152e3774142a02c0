import { GenerationError, fieldName } from '@medley/domain';

/** What an API calls the fields of a submission: JSON pointers, and the names of its own. A pointer names what lies below it too. */
export type FieldNames = readonly (readonly [pointer: string, name: string])[];

/**
 * An error of a submission, told to somebody who wrote none: in its words and its pointer the fields have the names of the
 * other API. Anything but a GenerationError is the answer as it is.
 */
export function renameFields(error: unknown, names: FieldNames): unknown {
  if (!(error instanceof GenerationError)) return error;
  const { code, retryable } = error;
  const { message, pointer } = renamed(error.message, error.pointer, names);
  return new GenerationError(code, message, {
    ...(pointer === undefined ? {} : { pointer }),
    retryable,
    cause: error,
  });
}

/** The same for an error that was stored. */
export function renamed(
  message: string,
  pointer: string | undefined,
  names: FieldNames,
): { message: string; pointer: string | undefined } {
  const longestFirst = [...names].sort(([a], [b]) => b.length - a.length);
  const words = longestFirst.reduce((text, [from, name]) => replaceField(text, from, name), message);
  const found = longestFirst.find(([from]) => pointer === from || pointer?.startsWith(`${from}/`) === true);
  return { message: words, pointer: found === undefined ? pointer : pointerTo(found[1]) };
}

/** A JSON pointer as messages name the field: `input.image[0]`. */
export function fieldAt(pointer: string): string {
  const path = pointer.split('/').slice(1);
  return fieldName(path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
}

/** `input.image[0]` as a JSON pointer. */
function pointerTo(name: string): string {
  return `/${name.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
}

/** A plain word such as `steps` names a field only where a message begins with it. */
function replaceField(message: string, pointer: string, name: string): string {
  const field = fieldAt(pointer);
  const begin = /\W/.test(field) ? '(?<![\\w.])' : '^';
  const asField = new RegExp(`${begin}${field.replaceAll(/[[\].]/g, '\\$&')}(?![\\w[]|\\.\\w)`, 'g');
  return message.replaceAll(asField, name).replaceAll(new RegExp(`${pointer}(?![\\w/])`, 'g'), name);
}
