/** Injection tokens of what the composition root provides. */
export const ASSET_STORE = Symbol('AssetStore');
export const LIVE_STORE = Symbol('LiveStore');
export const EVENT_LOG = Symbol('EventLog');
export const FLOW_QUEUE = Symbol('FlowQueue');
export const ENVIRONMENT = Symbol('GatewayEnvironment');
