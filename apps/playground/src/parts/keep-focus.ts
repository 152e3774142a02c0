import { useEffectEvent, useLayoutEffect, useRef } from 'react';

/**
 * For what goes away with the focus in it: the focus goes on to what `next` finds on the page then, instead of falling back
 * to the page's beginning. Belongs to the outermost element that goes away.
 */
export function useKeepFocus<Part extends HTMLElement>(next: () => HTMLElement | null | undefined) {
  const part = useRef<Part>(null);
  const goOn = useEffectEvent(() => next()?.focus());
  useLayoutEffect(() => {
    const element = part.current;
    return () => {
      // What takes its place is on the page only when the whole change is.
      if (element?.contains(document.activeElement) === true) queueMicrotask(() => goOn());
    };
  }, []);
  return part;
}

/** The heading of what is shown in the middle. */
export const stageHeading = () => document.querySelector<HTMLElement>('#stage h2');
