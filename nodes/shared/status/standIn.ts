import { isStandIn } from '../page';
import type { RecordedStep } from '../state';

/** Whether all of these calls that were answered were answered by the offline stand-in, which charges nothing. */
export function areByStandIn(calls: readonly RecordedStep[]): boolean {
	const models = calls
		.filter(({ state }) => state === 'answered')
		.map(({ answer }): unknown => Object(answer).model);
	return models.length > 0 && models.every((model) => typeof model === 'string' && isStandIn(model));
}
