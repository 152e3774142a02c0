/** The first of `offered` that an Accept-Encoding field (RFC 9110, section 12.5.3) takes; `identity` where it takes none. */
export function chooseEncoding<Coding extends string>(
  field: string | undefined,
  offered: readonly Coding[],
): Coding | 'identity' {
  const taken = new Set(
    (field ?? '').split(',').flatMap((part) => {
      const [coding = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [coding];
    }),
  );
  return offered.find((coding) => taken.has(coding)) ?? 'identity';
}
