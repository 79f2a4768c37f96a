import { PipelineError, isPipelineError } from '../../errors';

/** What pg says without any code. */
const NO_TLS = 'The server does not support SSL connections';
const NO_PASSWORD = 'client password must be a';

interface Sentence {
	codes: readonly string[];
	message: string;
	retryable?: boolean;
	hint?: string;
}

const ADDRESS_HINT =
	"Check the state store's credential or GREENLIGHT_DATABASE_URL, and that the database server runs.";

/** SQLSTATE codes (PostgreSQL documentation, appendix A) and Node's codes that have a sentence of their own. */
const SENTENCES: readonly Sentence[] = [
	{
		codes: [NO_PASSWORD],
		message: 'PostgreSQL asks for a password, and none is given for the state store.',
		hint: "Fill in 'Password' in the state store's credential, or put it into GREENLIGHT_DATABASE_URL.",
	},
	{ codes: ['28P01'], message: 'PostgreSQL refused the user name or the password of the state store.' },
	{
		codes: ['28000'],
		message: "The state store's database server does not let this user in by this way.",
		hint: "If it takes encrypted connections only, set 'Encryption (TLS)' in the credential, or add ?sslmode=verify-full to GREENLIGHT_DATABASE_URL. Otherwise its administrator has to allow this user (pg_hba.conf).",
	},
	{ codes: ['3D000'], message: 'The database of the state store does not exist.' },
	{
		codes: ['42501'],
		message: 'The database user may not create or use tables in the database of the state store.',
		hint: 'Its administrator has to let this user create a schema in the database, or make it the owner of the schema greenlight and its tables.',
	},
	{
		codes: ['53100'],
		message: "The disk of the state store's database server is full, so nothing was saved.",
		retryable: true,
	},
	{ codes: ['53300'], message: "The state store's database server has no connection left.", retryable: true },
	{
		codes: ['40001', '40P01'],
		message: "Two steps stood in each other's way in the state store, so nothing of this one was saved.",
		retryable: true,
		hint: 'Run the step again.',
	},
	{ codes: ['57014'], message: 'The state store took too long and was stopped.', retryable: true },
	{
		codes: ['ENOTFOUND', 'EAI_AGAIN'],
		message: 'The address of the state store is not known.',
		retryable: true,
	},
	{
		codes: ['ERR_INVALID_URL', 'URIError'],
		message: 'The address of the state store cannot be read.',
		hint: 'Write it as postgres://user:password@host:5432/database, with signs such as @ : / % in the password as %40 %3A %2F %25.',
	},
	{
		codes: [
			'DEPTH_ZERO_SELF_SIGNED_CERT',
			'SELF_SIGNED_CERT_IN_CHAIN',
			'UNABLE_TO_GET_ISSUER_CERT',
			'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
			'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		],
		message:
			"The certificate of the state store's database server is from an authority that n8n does not know.",
		hint: "Start n8n with NODE_EXTRA_CA_CERTS set to the authority's certificate file. Or set 'Encryption (TLS)' to 'On, Without Checking the Certificate' (in GREENLIGHT_DATABASE_URL: ?sslmode=no-verify): encrypted, but nobody vouches for the server.",
	},
	{
		codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
		message: "The certificate of the state store's database server is for another name.",
		hint: 'Use the name that the certificate is for.',
	},
	{
		codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
		message: "The certificate of the state store's database server is not valid at this time.",
		hint: 'Its administrator has to renew it.',
	},
	{
		codes: [NO_TLS],
		message: "The state store's database server does not take encrypted connections.",
		hint: "Set 'Encryption (TLS)' to Off, or remove ?sslmode=… from GREENLIGHT_DATABASE_URL; or have encryption switched on there.",
	},
];
const LOST_CONNECTION = /^(08|57P0)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH)$/;

/** What PostgreSQL, Node and pg fail with becomes `store_unavailable`; no sentence holds a password, user or address. */
export async function inSentences<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (isPipelineError(error) || !(error instanceof Error)) throw error;
		const code = codeOf(error);
		const known = SENTENCES.find(({ codes }) => codes.includes(code));
		const connectionLost =
			known === undefined && (LOST_CONNECTION.test(code) || /connection|timeout/i.test(error.message));
		if (known === undefined && !connectionLost && code === '') throw error;
		throw new PipelineError('store_unavailable', known?.message ?? sentenceFor(connectionLost), {
			retryable: known === undefined ? connectionLost : (known.retryable ?? false),
			hint: known?.hint ?? ADDRESS_HINT,
			details: { connectionLost, sqlState: code },
		});
	}
}

function sentenceFor(connectionLost: boolean): string {
	return connectionLost
		? "The state store's database server cannot be reached."
		: 'The state store refused a statement.';
}

function codeOf(error: Error): string {
	if ('code' in error && typeof error.code === 'string') return error.code;
	if (error instanceof URIError) return error.name;
	return [NO_TLS, NO_PASSWORD].find((text) => error.message.includes(text)) ?? '';
}
