import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** A PostgreSQL database that keeps the state, for several n8n processes or machines. */
export class GreenlightStateStore implements ICredentialType {
	name = 'greenlightStateStore';

	displayName = 'Greenlight State Store';

	icon: Icon = { light: 'file:greenlightStateStore.svg', dark: 'file:greenlightStateStore.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-greenlight#where-the-state-is-kept';

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: 'localhost',
			required: true,
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 5432,
		},
		{
			displayName: 'Database',
			name: 'database',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. greenlight',
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			required: true,
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Encryption (TLS)',
			name: 'tls',
			type: 'options',
			options: [
				{ name: 'Off', value: 'off', description: 'For a server on this machine or in a private network' },
				{ name: 'On', value: 'on', description: "The server's certificate has to be valid" },
				{
					name: 'On, Without Checking the Certificate',
					value: 'unchecked',
					description: 'Nobody can read along, but nobody vouches for the server',
				},
			],
			default: 'off',
		},
	];
}
