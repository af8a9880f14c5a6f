export type { Clock } from './base/clock.ts';
export type { ErrorCode } from './base/error-table.ts';
export { ConfigError, GatewayError } from './base/errors.ts';
export type { Log } from './base/log.ts';
export type {
  GatewayOptions,
  RouteSettings,
  SockJsSettings,
  StompRouteSettings,
  StompSettings,
  TlsSettings,
} from './config/options.ts';
export {
  createGateway,
  type Gateway,
  type GatewayAddress,
  type GatewayParts,
  type GatewaySocket,
  type Handler,
  type HandlerOptions,
  type HandlerRequest,
} from './gateway.ts';
