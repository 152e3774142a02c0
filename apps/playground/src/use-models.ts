import { useEffect, useState } from 'react';
import type { MedleyClient, Model } from '@medley/client';

/** The models of the service, the default first; empty until they are known. The page is ready then. */
export function useModels(client: MedleyClient): readonly Model[] {
  const [models, setModels] = useState<readonly Model[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    client.models(stop.signal).then(setModels, () => undefined); // Everything else of the page tells what is wrong.
    return () => stop.abort();
  }, [client]);
  useEffect(() => {
    if (models.length > 0) performance.mark('medley:ready');
  }, [models]);
  return models;
}
