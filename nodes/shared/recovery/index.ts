/** When to try again and when to hand over. */
export { circleError, circling, stopCircle, type EarlierPass } from './circles';
export { decideNext, type Place, type RoundFacts } from './decideNext';
export { failureOf } from './foreignFailure';
export { LONGEST_WAIT_INSIDE_MS, resolvePolicy, type RetryPolicy } from './policy';
export {
	decideRound,
	isRoundComplete,
	noteEmitted,
	type DecidedRound,
	type RouterRound,
} from './decideRound';
export { factsOfRound, wasGenerated, type Arrival } from './roundFacts';
