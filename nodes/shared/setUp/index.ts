/** Whether n8n is set up so that Greenlight works in it. Other rooms import from here only. */
import type { Finding, SetUpFacts } from './facts';
import * as places from './places';
import * as processes from './processes';

export type { AddressAnswer, Finding, GeminiAnswers, LinkAnswer, SetUpFacts } from './facts';
export { counted } from './findings';

const ORDER: readonly Finding['status'][] = ['problem', 'notSeen', 'good'];

/** One finding for each thing that is looked at, problems first. */
export function judgeSetUp(facts: SetUpFacts): Finding[] {
	const findings = [
		processes.n8nVersion(facts),
		processes.nodeVersion(facts),
		processes.unverifiedPackages(facts),
		places.state(facts),
		places.disk(facts),
		places.webAddress(facts),
		places.signedLinks(facts),
		places.sameState(facts),
		processes.workers(facts),
		processes.sameVersions(facts),
		...processes.sharedFile(facts),
		processes.clocks(facts),
		places.geminiKey(facts),
		places.model(facts),
		places.savedProgress(facts),
	];
	return findings.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}
