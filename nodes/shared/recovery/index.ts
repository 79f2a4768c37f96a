/** When to try again and when to hand over. */
export { decideNext, type Place, type RoundFacts } from './decideNext';
export { failureOf } from './foreignFailure';
export { DEFAULT_POLICY, resolvePolicy, type RetryPolicy } from './policy';
export { decideRound, isRoundComplete, noteEmitted, type RouterRound } from './decideRound';
export { factsOfRound, wasGenerated, type Arrival } from './roundFacts';
