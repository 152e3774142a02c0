/** Injection tokens of what the composition root provides. */
export const ASSET_STORE = Symbol('AssetStore');
export const EVENT_LOG = Symbol('EventLog');
export const HEALTH = Symbol('Health');
export const ENVIRONMENT = Symbol('GatewayEnvironment');
export const KEY_LIMITS = Symbol('KeyLimits');
export const PAGE_FILES = Symbol('PageFiles');
export const WAITING_LINE = Symbol('WaitingLine');
