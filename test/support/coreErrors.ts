import { types } from 'node:util';

/** Errors of Node's own modules come from outside Jest's sandbox, where `instanceof Error` does not know them. */
export function recogniseCoreErrors(): void {
	beforeAll(() => {
		Object.defineProperty(Error, Symbol.hasInstance, {
			configurable: true,
			value(this: unknown, value: unknown) {
				return this === Error
					? types.isNativeError(value)
					: Function.prototype[Symbol.hasInstance].call(this, value);
			},
		});
	});
	afterAll(() => {
		Reflect.deleteProperty(Error, Symbol.hasInstance);
	});
}
