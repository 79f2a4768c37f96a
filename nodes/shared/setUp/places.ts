/** Rules about what n8n works with: the state, the disk, its address in the web, Gemini, saved progress. */
import type { Finding, Reply, SetUpFacts } from './facts';
import { finding, good, notSeen, problem } from './findings';
import { living, nameOf } from './processes';

/** Below that, n8n's own database stops soon. */
const LITTLE_BYTES = 500_000_000;
/** Notices with which a gate says that it does not find in its state what this process has in its own. */
const NOT_IN_ITS_STATE = ['unavailable', 'notValid'];

export function state({ own, store }: SetUpFacts): Finding {
	const about = finding('state', 'State');
	if (store.works) return good(about, `Kept in ${own.state}. It can be written to.`);
	return problem(about, store.failure.message, store.failure.hint);
}

export function disk({ freeBytes }: SetUpFacts): Finding {
	const about = finding('disk', 'Disk');
	if (freeBytes === undefined)
		return notSeen(about, "How much room n8n's folder has is not known.", 'See that its disk is not full.');
	const free = `${Math.floor(freeBytes / 1_000_000)} MB are free where n8n keeps its files`;
	if (freeBytes >= LITTLE_BYTES) return good(about, `${free}.`);
	return problem(
		about,
		`Only ${free}.`,
		"Free some space there, or give n8n a larger disk. Old executions take most of it: n8n's EXECUTIONS_DATA_MAX_AGE says how long they stay.",
	);
}

export function webAddress(facts: SetUpFacts): Finding {
	const about = finding('webAddress', 'Web address');
	const { own, address } = facts;
	const nextStep =
		'Set WEBHOOK_URL to the address at which reviewers reach n8n, such as https://n8n.example.com/, for every process, and restart.';
	if (own.address === '') {
		return problem(
			about,
			`WEBHOOK_URL is not set, so links to reviews begin with ${originOf(address.url)}${isOfThisMachine(address.url) ? ', which works on this machine only' : ', as n8n puts it together'}.`,
			nextStep,
		);
	}
	const differing = living(facts).find((each) => each.address !== own.address);
	if (differing !== undefined) {
		return problem(
			about,
			`WEBHOOK_URL is not the same in all processes: here ${own.address}, in ${nameOf(differing)} ${differing.address || 'not set'}.`,
			nextStep,
		);
	}
	const origin = originOf(address.url);
	if (address.kind === 'unreachable') {
		return problem(
			about,
			`n8n itself cannot open its own address ${origin} (${address.detail}). Reviewers may not either, and what was decided cannot be delivered again.`,
			`See that ${origin} leads to this n8n, also from its own machine. ${nextStep}`,
		);
	}
	const { status } = address.reply;
	const isOfN8n = answeredBy(address.reply) === 'n8n';
	// n8n says so of the very execution that asks.
	if (isOfN8n && (status === 409 || status === 401)) {
		const whom = isOfThisMachine(address.url)
			? ' That works on this machine only: reviewers elsewhere cannot open it.'
			: '';
		return good(about, `${origin} leads to this n8n.${whom}`);
	}
	if (isOfN8n && status === 404) {
		return problem(
			about,
			`At ${origin} there is an n8n that does not know this execution: it is another one, or has another database.`,
			nextStep,
		);
	}
	return problem(
		about,
		`At ${origin} something else answers in place of n8n (${address.reply.status}), such as a login page or a proxy.`,
		`Let the addresses below /webhook and /webhook-waiting through to n8n without a login. ${nextStep}`,
	);
}

export function signedLinks({ address, signedLink }: SetUpFacts): Finding {
	const about = finding('signedLinks', 'Signed links');
	const broken = problem(
		about,
		'A link that n8n signed comes back changed: what lies between (a proxy) adds to the address, takes from it or rewrites it. Reviewers read that the link is not valid.',
		'Let the proxy pass on path and query exactly as they come. If n8n is below a path, such as /n8n/, set N8N_PATH to it, and WEBHOOK_URL with it.',
	);
	if (address.kind === 'answered' && isRefusedByN8n(address.reply)) return broken;
	if (signedLink.kind !== 'answered') {
		return notSeen(
			about,
			signedLink.kind === 'noReview'
				? 'There is no review to try a link on.'
				: 'The link to a review could not be opened from here.',
			'Start a workflow with a Human Gate, and check again while it waits.',
		);
	}
	const { reply } = signedLink;
	if (isRefusedByN8n(reply)) return broken;
	if (answeredBy(reply) !== 'other')
		return good(about, 'The link to a review came through as it was signed.');
	return notSeen(
		about,
		`The link to a review was answered with ${reply.status}, by something else than n8n.`,
		'Let the addresses below /webhook-waiting through to n8n without a login, and check again.',
	);
}

/** The gate's page is served by another process than the one that checks, as soon as there are several. */
export function sameState({ own, signedLink, store }: SetUpFacts): Finding {
	const about = finding('sameState', 'One state for all');
	if (!own.queueMode) return good(about, 'This n8n is one process.');
	const isOfGate = signedLink.kind === 'answered' && answeredBy(signedLink.reply) === 'gate';
	if (!isOfGate || !store.works) {
		return notSeen(
			about,
			'There is no review that waits, with which to see whether the processes that serve pages use this state.',
			'Start a workflow with a Human Gate, and check again while it waits.',
		);
	}
	if (NOT_IN_ITS_STATE.includes(signedLink.notice)) {
		return problem(
			about,
			'The process that serves review pages does not find a review in its state that this process finds in its own.',
			`Set the same GREENLIGHT_DATABASE_URL for main, webhook processes and workers, and restart them. This process keeps its state in ${own.state}.`,
		);
	}
	return good(about, 'A review of this state is found by the process that serves its page.');
}

/** n8n's own answers are known by their form: what lies between answers too, and says nothing about n8n. */
function answeredBy({ status, headers, body }: Reply): 'gate' | 'n8n' | 'other' {
	const policy = String(headers['content-security-policy'] ?? '');
	if (policy.startsWith("default-src 'none'") && headers['x-robots-tag'] !== undefined) return 'gate';
	const { code, error } = Object(body);
	const isOfN8n = policy.startsWith('sandbox') || code === status || error === 'Invalid token';
	return isOfN8n ? 'n8n' : 'other';
}

function isRefusedByN8n(reply: Reply): boolean {
	return reply.status === 401 && answeredBy(reply) === 'n8n';
}

export function geminiKey({ gemini }: SetUpFacts): Finding {
	const about = finding('geminiKey', 'Gemini credential');
	if (gemini.kind === 'notAsked')
		return notSeen(about, 'None was chosen here.', "Choose one in this step under 'Gemini Credential'.");
	if (gemini.kind === 'refused') return problem(about, gemini.failure.message, gemini.failure.hint);
	return good(about, 'Gemini answers to it.');
}

export function model({ gemini }: SetUpFacts): Finding {
	const about = finding('model', 'Model');
	if (gemini.kind !== 'listed')
		return notSeen(about, 'Without a credential that works nobody knows.', 'Solve that first.');
	const { model: name, apiVersion, isListed, other } = gemini;
	if (isListed) return good(about, `${name} can be used with ${apiVersion}.`);
	if (other?.isListed === true) {
		return problem(
			about,
			`${name} is not offered with ${apiVersion}, but with ${other.apiVersion}.`,
			`Open the Gemini credential and choose ${other.apiVersion} as API Version, or pick another model.`,
		);
	}
	return problem(
		about,
		`Gemini does not offer ${name} to this credential.`,
		"Pick another model from the list in 'Model'.",
	);
}

export function savedProgress({ savesProgress }: SetUpFacts): Finding {
	const about = finding('savedProgress', 'Saved progress of this workflow');
	if (savesProgress === true) return good(about, 'After a crash Retry goes on at the step in flight.');
	const nextStep =
		'Open the settings of the workflow (… at the top right) and set Save execution progress to Save. The templates have it.';
	if (savesProgress === undefined)
		return notSeen(about, 'This n8n does not say whether it saves progress.', nextStep);
	return problem(
		about,
		'It is off in the workflow that has this step: after a crash everything would run again from the start.',
		nextStep,
	);
}

function originOf(url: string): string {
	return URL.canParse(url) ? new URL(url).origin : 'an address that is none';
}

function isOfThisMachine(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const { hostname } = new URL(url);
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
