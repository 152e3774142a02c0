/** Bytes of the body that have left, and all of them. */
export type UploadProgress = (sent: number, total: number) => void;

/**
 * Sends a file as `own`, or else `fetch`, does, and tells how far it is. Browsers tell that of XMLHttpRequest alone: with an
 * `own` they tell the beginning and the end.
 */
export function uploading(file: Blob, onProgress: UploadProgress, own: typeof fetch | undefined): typeof fetch {
  if (typeof XMLHttpRequest === 'undefined') return counting(file, onProgress, own ?? fetch);
  return own === undefined ? byXmlHttpRequest(onProgress) : framing(file, onProgress, own);
}

/** Where requests may be streams. */
function counting(file: Blob, onProgress: UploadProgress, send: typeof fetch): typeof fetch {
  return (url, init) => {
    let sent = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
        onProgress(sent, file.size);
      },
    });
    const body = file.stream().pipeThrough(counted);
    return send(url, { ...init, body, duplex: 'half' } as RequestInit);
  };
}

function framing(file: Blob, onProgress: UploadProgress, send: typeof fetch): typeof fetch {
  return async (url, init) => {
    onProgress(0, file.size);
    const response = await send(url, init);
    onProgress(file.size, file.size);
    return response;
  };
}

function byXmlHttpRequest(onProgress: UploadProgress): typeof fetch {
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers, body, signal } = init;
      const request = new XMLHttpRequest();
      request.open(method, url instanceof Request ? url.url : url);
      new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value));
      request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded, total));
      const abort = () => request.abort();
      request.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
      request.addEventListener('load', () => resolve(toResponse(request)));
      request.addEventListener('error', () => reject(new TypeError('the network failed')));
      request.addEventListener('abort', () => reject(signal?.reason as Error));
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) reject(signal.reason as Error);
      else request.send(body as XMLHttpRequestBodyInit);
    });
}

function toResponse(request: XMLHttpRequest): Response {
  const lines = request.getAllResponseHeaders().trim().split(/\r?\n/);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const { status, statusText, responseText } = request;
  return new Response(responseText, { status, statusText, headers });
}
