/** The environment of the object store's process; the launcher sets all of it. Throws an Error that names what is missing. */
export function objectStoreEnvironment() {
  const read = (name: string): string => {
    const value = process.env[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  };
  return {
    folder: read('S3_FOLDER'),
    bucket: read('S3_BUCKET'),
    port: Number(read('S3_PORT')),
    credentials: {
      accessKeyId: read('S3_ACCESS_KEY_ID'),
      secretAccessKey: read('S3_SECRET_ACCESS_KEY'),
      region: read('S3_REGION'),
    },
  };
}
