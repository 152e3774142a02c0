/**
 * Megabytes that an HTTP/2 session may hold. Node's limit of 10 counts what waits to be sent, and refuses new streams beyond it:
 * twenty slow readers would be enough. Chunks bound what one stream holds, and jobs in hand how many streams there are.
 */
export const SESSION_MEMORY = Number.MAX_SAFE_INTEGER;
