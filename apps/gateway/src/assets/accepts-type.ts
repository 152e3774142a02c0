/** Whether a file of that content type can condition as `type`: a clip's sound may be used as audio, a GIF as a clip. */
export function acceptsType(type: 'image' | 'audio' | 'video', contentType: string): boolean {
  const family = contentType.split('/')[0];
  return (
    family === type || (type === 'audio' && family === 'video') || (type === 'video' && contentType === 'image/gif')
  );
}
