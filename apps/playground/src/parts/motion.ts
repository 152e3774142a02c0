/** Whether the visitor has asked for nothing that moves by itself. */
export const motionIsReduced = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
