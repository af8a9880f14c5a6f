export type { Gateway, GatewayAddress, GatewayParts, Middleware } from './api.ts';
export type { GatewaySocket, SendCallback, SendOptions, SocketData } from './backend/gateway-socket.ts';
export type { Handler, HandlerOptions, HandlerRequest, Verdict } from './backend/handler.ts';
export type { Clock, Timer } from './base/clock.ts';
export type { ErrorCode } from './base/error-table.ts';
export { ConfigError, GatewayError } from './base/errors.ts';
export type { ListenAddress } from './base/listen.ts';
export type { Log, LogFields, LogFormat, LogLevel, Refusal } from './base/log.ts';
export type { OptionValue, Remedy, Wording, WrittenAs } from './base/remedy.ts';
export type { AppSettings } from './config/app-settings.ts';
export type { ClusterSettings } from './config/cluster-settings.ts';
export type {
  GatewayOptions,
  SockJsSettings,
  StompSettings,
  StompUserSettings,
  TlsSettings,
} from './config/options.ts';
export type { AuthSettings, RouteSettings, StompRouteSettings } from './config/route-settings.ts';
export { createGateway } from './gateway.ts';
export type { TlsVersion } from './http/options.ts';
