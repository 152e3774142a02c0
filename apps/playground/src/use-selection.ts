import { useEffect, useState } from 'react';

const FORM = /^#(gen_[0-9a-z]{26})$/;

/** The generation that the address names (`#gen_…`), so that it survives a reload and the back button works. */
export function useSelection(): [string | undefined, (id: string | undefined) => void] {
  const [selected, setSelected] = useState(named);
  useEffect(() => {
    const follow = () => setSelected(named());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const select = (id: string | undefined) => {
    if (id !== undefined) {
      location.hash = id;
      return;
    }
    history.pushState(null, '', location.pathname);
    setSelected(undefined);
  };
  return [selected, select];
}

function named(): string | undefined {
  return FORM.exec(location.hash)?.[1];
}
