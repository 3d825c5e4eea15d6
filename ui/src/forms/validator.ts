import { ErrorSchemaBuilder, type RJSFSchema, type RJSFValidationError, type ValidatorType } from '@rjsf/utils';

import { checkerOf, findings } from './checking';
import { given } from './given';
import type { Schema } from './shape';

/** rjsf's validator, by an interpreter: the page's policy allows no generated code. It checks what would be sent. */
export function validatorFor(root: Schema): ValidatorType {
  const wrong = (data: unknown) => findings(given(data ?? {}, root, root), root);
  return {
    validateFormData: (data: unknown) => {
      const builder = new ErrorSchemaBuilder();
      const errors = wrong(data).map(({ path, sentence }): RJSFValidationError => {
        builder.addErrors(sentence, path);
        return { property: path.map((part) => `['${part}']`).join(''), message: sentence, stack: sentence };
      });
      return { errors, errorSchema: builder.ErrorSchema };
    },
    isValid: (schema: RJSFSchema, data: unknown) => {
      try {
        return data !== undefined && checkerOf(schema, root).validate(data).valid;
      } catch {
        return false;
      }
    },
    rawValidation: (_, data) => ({ errors: wrong(data) as never[] }),
  };
}
