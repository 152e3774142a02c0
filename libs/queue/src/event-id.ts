/** Order of two event ids `<epoch>-<sequence>`: negative when `a` comes first. */
export function compareEventIds(a: string, b: string): number {
  const [epochA, sequenceA] = parse(a);
  const [epochB, sequenceB] = parse(b);
  return epochA - epochB || sequenceA - sequenceB;
}

/** Whether `b` is the id right after `a` within one epoch. */
export function follows(a: string, b: string): boolean {
  const [epochA, sequenceA] = parse(a);
  const [epochB, sequenceB] = parse(b);
  return epochA === epochB && sequenceB === sequenceA + 1;
}

function parse(id: string): [epoch: number, sequence: number] {
  const [epoch, sequence] = id.split('-');
  return [Number(epoch), Number(sequence)];
}
