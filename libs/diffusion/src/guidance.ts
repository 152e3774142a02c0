/**
 * Classifier-free guidance (Ho, Salimans 2022) into `conditional`: unconditional + scale × (conditional - unconditional).
 * Scale 1 needs no unconditional prediction.
 */
export function applyGuidance(conditional: Float32Array, unconditional: Float32Array, scale: number): void {
  for (let index = 0; index < conditional.length; index += 1) {
    const base = unconditional[index]!;
    conditional[index] = base + scale * (conditional[index]! - base);
  }
}

/** Whether a scale needs the unconditional prediction too. */
export function needsUnconditional(scale: number): boolean {
  return scale !== 1;
}
