const PATHS = {
  text: 'M4 6h16M4 11h16M4 16h10',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  audio: 'M4 10v4M8 7v10M12 4v16M16 8v8M20 10.5v3',
  video: 'M3 6h12v12H3zM15 11l6-4v10l-6-4',
  file: 'M12 15V4M8 8l4-4 4 4M5 15v4h14v-4',
  microphone: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  remove: 'M6 6l12 12M18 6L6 18',
  play: 'M8 5l11 7-11 7z',
  pause: 'M8 5v14M16 5v14',
  loud: 'M4 10v4h4l5 4V6L8 10zM17 9a4 4 0 0 1 0 6',
  silent: 'M4 10v4h4l5 4V6L8 10zM17 9l4 6M21 9l-4 6',
  download: 'M12 4v11M8 11l4 4 4-4M5 20h14',
  again: 'M20 11a8 8 0 1 0-2.3 6M20 5v6h-6',
  prompt: 'M19 12H6M11 7l-5 5 5 5',
  share: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  light:
    'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4',
  leave: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
} as const;
export type GlyphName = keyof typeof PATHS;

/** A small line drawing; the control around it has the words. */
export function Glyph({ name, size = 20 }: { name: GlyphName; size?: number }) {
  return (
    <svg className="glyph" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
