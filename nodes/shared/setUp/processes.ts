/** Rules about the processes of n8n: which are there, what they run on, where they keep the state and what time they think it is. */
import type { ProcessFacts, SeenProcess } from '../state';
import type { Finding, SetUpFacts } from './facts';
import { counted, finding, good, notSeen, problem } from './findings';

/** A process says every 20 seconds that it lives. */
const ALIVE_MS = 60_000;
const OLDEST_NODE = 24;
const OLDEST_N8N = [2, 39] as const;
/** Links run out and waits end by the clock; a few seconds do no harm. */
const CLOCK_MS = 5_000;

const INSTALL =
	'Install n8n-nodes-greenlight on every process of n8n, give each the same GREENLIGHT_DATABASE_URL, and restart them.';

/** Those that live; without a store only the one that checks is known. */
export function living({ own, processes }: SetUpFacts): Array<ProcessFacts & Partial<SeenProcess>> {
	return processes?.filter(({ heardMsAgo }) => heardMsAgo <= ALIVE_MS) ?? [own];
}

export function nodeVersion(facts: SetUpFacts): Finding {
	const about = finding('node', 'Node.js');
	const old = living(facts).filter(({ node }) => Number(node.split('.')[0]) < OLDEST_NODE);
	if (old.length === 0) return good(about, `${facts.own.node} is new enough.`);
	return problem(
		about,
		`Greenlight needs Node.js ${OLDEST_NODE}, and ${list(old, ({ node }) => `has ${node}`)}.`,
		`Run n8n on Node.js ${OLDEST_NODE}; n8n's own Docker images bring it.`,
	);
}

export function n8nVersion(facts: SetUpFacts): Finding {
	const about = finding('n8n', 'n8n');
	const needed = OLDEST_N8N.join('.');
	const nextStep = `Update n8n to ${needed} or newer, in every process.`;
	const old = living(facts).filter(({ n8n }) => n8n !== null && isOld(n8n));
	if (old.length > 0) {
		return problem(
			about,
			`Greenlight needs n8n ${needed} or newer, and ${list(old, ({ n8n }) => `is n8n ${n8n}`)}.`,
			nextStep,
		);
	}
	const { n8n } = facts.own;
	if (n8n === null)
		return notSeen(about, 'This n8n does not say which version it is.', `See that it is ${needed} or newer.`);
	return good(about, `${n8n} is new enough.`);
}

function isOld(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major < OLDEST_N8N[0] || (major === OLDEST_N8N[0] && minor < OLDEST_N8N[1]);
}

/** Two that differ read each other's state, and one of them may not know what the other wrote. */
export function sameVersions(facts: SetUpFacts): Finding {
	const about = finding('sameVersions', 'Versions of all processes');
	const all = living(facts);
	for (const [name, versionOf] of [
		['n8n', (each: ProcessFacts) => each.n8n],
		['Greenlight', (each: ProcessFacts) => each.greenlight],
	] as const) {
		if (new Set(all.map(versionOf)).size > 1) {
			return problem(
				about,
				`Not all processes have the same ${name}: ${list(all, (each) => `has ${versionOf(each) ?? 'an unknown one'}`)}.`,
				`Install the same version of ${name} everywhere, and restart.`,
			);
		}
	}
	return good(about, `${counted(all.length, 'process')} with the same versions.`);
}

export function workers(facts: SetUpFacts): Finding {
	const about = finding('workers', 'Workers');
	if (!facts.own.queueMode) return good(about, 'This n8n runs without workers.');
	if (facts.processes === undefined)
		return notSeen(about, 'Without the state nobody knows which workers use it.', 'Solve that first.');
	const seen = living(facts).filter(({ role }) => role === 'worker');
	const names = seen.length === 0 ? '' : ` (${seen.map(nameOf).join(', ')})`;
	const heard = `${counted(seen.length, 'worker')} with Greenlight and this state${names}`;
	if (facts.workers === undefined) {
		return notSeen(
			about,
			`Heard of ${heard}. Others may be there that have no Greenlight, or another state.`,
			"Type into 'Workers' how many you run, and check again.",
		);
	}
	if (seen.length >= facts.workers) return good(about, `Heard of ${heard}.`);
	return notSeen(
		about,
		`${facts.workers} should be there, and this state has heard of ${heard}. The others have no Greenlight, keep their state elsewhere, or have not worked for it since they started.`,
		`Check some times more, so that each worker gets something to do. If the number stays: ${INSTALL}`,
	);
}

/** A file that several machines write at once gets damaged. */
export function sharedFile(facts: SetUpFacts): Finding[] {
	const all = living(facts);
	const isFile = !facts.own.state.startsWith('PostgreSQL');
	if (!isFile || new Set(all.map(({ host }) => host)).size < 2) return [];
	return [
		problem(
			finding('sharedFile', 'One file for several machines'),
			`The state is a file, and processes on several machines use it: ${all.map(nameOf).join(', ')}.`,
			'Keep the state in PostgreSQL: set GREENLIGHT_DATABASE_URL for every process.',
		),
	];
}

export function clocks(facts: SetUpFacts): Finding {
	const about = finding('clocks', 'Clocks');
	const wrong = living(facts).filter(({ clockAheadMs = 0 }) => Math.abs(clockAheadMs) > CLOCK_MS);
	if (facts.processes === undefined)
		return notSeen(about, 'Without the state there is no clock to compare with.', 'Solve that first.');
	if (wrong.length === 0) return good(about, `All within ${CLOCK_MS / 1000} seconds of that of the state.`);
	return problem(
		about,
		`Links and waits end by the clock, and ${list(wrong, ({ clockAheadMs = 0 }) => offBy(clockAheadMs))}.`,
		'Let the machines set their clocks by the network (NTP).',
	);
}

function offBy(ms: number): string {
	return `is ${Math.round(Math.abs(ms) / 1000)} seconds ${ms > 0 ? 'ahead' : 'behind'}`;
}

export function unverifiedPackages(facts: SetUpFacts): Finding {
	const about = finding('unverifiedPackages', 'Packages that n8n has not verified');
	const isOff = ({ n8n, unverifiedPackages: allowed }: ProcessFacts): boolean =>
		allowed === false || (allowed === null && Number(n8n?.split('.')[0] ?? 0) >= 3);
	const off = living(facts).filter(isOff);
	if (off.length === 0) return good(about, 'n8n loads them.');
	return problem(
		about,
		`n8n was told not to accept them, by ${off.map(nameOf).join(', ')}. Greenlight is one of them: n8n refuses to install it, and n8n 3 does not load it.`,
		'Set N8N_UNVERIFIED_PACKAGES_ENABLED=true for every process, and restart.',
	);
}

function list(
	processes: ReadonlyArray<ProcessFacts & Partial<SeenProcess>>,
	what: (each: ProcessFacts & Partial<SeenProcess>) => string,
): string {
	return processes.map((each) => `${nameOf(each)} ${what(each)}`).join(', ');
}

export function nameOf({ role, host, pid }: ProcessFacts): string {
	return `${role} ${host} (${pid})`;
}
