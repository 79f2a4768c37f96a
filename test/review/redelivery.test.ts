/** What Review: Deliver Due makes of the answer that it gets at the address of a review. */
import { readReply } from '../../nodes/shared/review';

describe('an answer to "Continue the run"', () => {
	const thanks = { 'x-greenlight-notice': 'thanks', 'content-type': 'text/html; charset=utf-8' };

	it('says that the run goes on when n8n sent the notice of the gate', () => {
		expect(readReply({ status: 200, headers: thanks, body: '<!doctype html>' })).toEqual({
			kind: 'delivered',
		});
	});

	it('does not say so when n8n failed after the gate had set its headers', () => {
		const body = '{"code":0,"message":"Deadlock"}';
		expect(readReply({ status: 500, headers: thanks, body })).toMatchObject({
			kind: 'failed',
			why: expect.stringContaining('answered 500'),
		});
	});

	it('says that the run had gone on when n8n had taken the execution up before', () => {
		const body = '{"code":409,"message":"is running already"}';
		expect(readReply({ status: 409, headers: thanks, body })).toEqual({ kind: 'movedOn' });
	});
});
