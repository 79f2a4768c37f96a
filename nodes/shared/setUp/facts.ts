/** What was found out about a set-up, before anybody judges it. */
import type { Failure } from '../errors';
import type { ProcessFacts, SeenProcess } from '../state';

export interface SetUpFacts {
	/** The process that checks. */
	own: ProcessFacts;
	/** Whether the state can be opened and written to, tried just now. */
	store: { works: true } | { works: false; failure: Failure };
	/** Those that use this store, this one among them; missing where the store does not work. */
	processes: SeenProcess[] | undefined;
	/** How many workers there should be; undefined: nobody said. */
	workers: number | undefined;
	/** Free bytes where n8n keeps its files; undefined: could not be found out. */
	freeBytes: number | undefined;
	/** What came back from n8n's own web address. */
	address: AddressAnswer;
	/** What came back from a signed link to a review. */
	signedLink: LinkAnswer;
	gemini: GeminiAnswers;
	/** Whether n8n saves the progress of this workflow's executions; undefined: it does not say. */
	savesProgress: boolean | undefined;
}

/** What came back from an address. */
export interface Reply {
	status: number;
	/** Names in small letters. */
	headers: Readonly<Record<string, unknown>>;
	body: unknown;
}

export type AddressAnswer =
	/** `detail`: what the network said, in short. */
	{ kind: 'unreachable'; url: string; detail: string } | { kind: 'answered'; url: string; reply: Reply };

export type LinkAnswer =
	/** There is no review to try it on. */
	| { kind: 'noReview' }
	| { kind: 'unreachable' }
	/** `notice`: what the gate said in place of the review; empty when it said nothing. */
	| { kind: 'answered'; reply: Reply; notice: string };

export type GeminiAnswers =
	| { kind: 'notAsked' }
	| { kind: 'refused'; failure: Failure }
	/** Whether the model is on the list of the credential's API version, and on that of the other one where it was asked for. */
	| {
			kind: 'listed';
			model: string;
			apiVersion: string;
			isListed: boolean;
			other: { apiVersion: string; isListed: boolean } | undefined;
	  };

/** What the check says of one thing. `notSeen`: nobody knows; never to be taken for good. */
export interface Finding {
	check: string;
	title: string;
	status: 'good' | 'problem' | 'notSeen';
	/** What was found. */
	why: string;
	/** What to do; empty where all is good. */
	nextStep: string;
}
