/** Files of items that n8n keeps under an id. */
import type { IBinaryData } from 'n8n-workflow';
import { readItemMedia } from '../../nodes/shared/host/itemMedia';
import { fakeContext } from '../support/fakeContext';

const BINARY: IBinaryData = {
	id: 'filesystem-v2:1',
	data: 'filesystem-v2',
	mimeType: 'video/mp4',
	fileName: 'film.mp4',
};

async function read(
	helpers: Record<string, unknown>,
	binary: Record<string, IBinaryData> = { film: BINARY },
) {
	const told: string[] = [];
	const context = fakeContext({
		insides: { helpers, addExecutionHints: ({ message }: { message: string }) => told.push(message) },
	});
	return { files: await readItemMedia(context, { json: {}, binary }), told };
}

it('are not loaded when they are too large', async () => {
	const getBinaryDataBuffer = jest.fn();
	const { files, told } = await read({
		getBinaryMetadata: async () => ({ fileSize: 2 ** 31 }),
		getBinaryDataBuffer,
	});

	expect(files).toEqual([]);
	expect(told).toEqual([expect.stringMatching(/^'film\.mp4' is larger than 32 MB and was not kept/)]);
	expect(getBinaryDataBuffer).not.toHaveBeenCalled();
});

it('are left out with a sentence when n8n has deleted them', async () => {
	const { files, told } = await read({
		getBinaryMetadata: async () => {
			throw new Error('ENOENT /srv/n8n/secret/path');
		},
	});

	expect(files).toEqual([]);
	expect(told).toEqual(["'film.mp4' could not be read and was not kept. Run the step that made it again."]);
});

it('count once when an item has the same file twice', async () => {
	const { files } = await read(
		{ getBinaryMetadata: async () => ({ fileSize: 3 }), getBinaryDataBuffer: async () => Buffer.from('abc') },
		{ one: BINARY, two: BINARY },
	);
	expect(files).toMatchObject([{ media: { bytes: 3, mimeType: 'video/mp4', fileName: 'film.mp4' } }]);
});
