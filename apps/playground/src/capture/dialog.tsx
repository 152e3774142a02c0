import { useEffect, useRef, type ReactNode } from 'react';

/** A modal dialog: Escape and the button close it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <button type="button" className="button" onClick={() => dialog.current?.close()}>
        Cancel
      </button>
    </dialog>
  );
}
