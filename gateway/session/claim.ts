/** What a client finds its session by before it has the token, or instead of it. */
export interface Claim {
  /** The session is forgotten. Called once. */
  ended(): void;
}
