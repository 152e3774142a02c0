/** What stands over a shared result: its first words, where a model said any. */
export function headingOf(outputs: readonly { text?: string | undefined }[]): string {
  return outputs.find(({ text = '' }) => text.trim() !== '')?.text ?? 'Made together';
}
